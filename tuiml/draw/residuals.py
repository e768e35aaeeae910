"""Errors of predicted values: a table of their spread and a small histogram."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rich import box
from rich.table import Table
from rich.text import Text

from tuiml.draw.numbers import figure
from tuiml.text import clean

_BINS = 15
_NARROW, _WIDE = 74, 100
"""Cells that eight figures and a name need, close to one another and apart."""


def residuals_table(found: Sequence[Any], quantiles: Sequence[float], width: int = 100) -> Table:
    """Return a row per target: `name`, `mean`, `std`, `mae` and `quantiles` of its errors (output minus truth).

    Where `width` cells are few, columns stand closer; where they are too few, the outermost quantiles are left out.
    """
    shown = slice(None) if width >= _NARROW else slice(1, -1)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1 if width >= _WIDE else 0), show_edge=False)
    table.add_column("error of", no_wrap=True, overflow="ellipsis")
    for header in ("mean", "std", "mae", *(f"{100 * share:g} %" for share in quantiles[shown])):
        table.add_column(header, justify="right", no_wrap=True)
    for one in found:
        values = (one.mean, one.std, one.mae, *one.quantiles[shown])
        table.add_row(Text(clean(one.name)), *(figure(value) for value in values))
    return table


def histogram(values: npt.NDArray[Any], width: int = 60, ascii: bool = False) -> Text:
    """Return the distribution of `values` (n,), one line per bin: its lower edge, a bar, its rows. Non-finite ones are left out."""
    known = values[np.isfinite(values)].astype(np.float64)
    if not len(known):
        return Text("no finite errors")
    counts, edges = np.histogram(known, bins=min(_BINS, max(len(np.unique(known)), 1)))
    labels = [figure(float(edge)) for edge in edges[:-1]]
    wide = max(map(len, labels))
    room = max(width - wide - len(f"{counts.max():,}") - 2, 1)
    bar = "#" if ascii else "█"
    lines = [
        f"{label:>{wide}} {bar * round(room * count / counts.max())} {count:,}"
        for label, count in zip(labels, counts.tolist(), strict=True)
    ]
    return Text("\n".join(lines))
