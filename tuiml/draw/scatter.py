"""Scatter: predicted against true values as braille dots, with the line on which both are equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rich.text import Text

from tuiml.draw import axes, raster

_LINE = "·"


def scatter(
    truth: npt.NDArray[Any], said: npt.NDArray[Any], width: int, height: int, *, color: str = "", axis: str = "dim"
) -> Text:
    """Return values (n,) against their truth (n,) as exactly `height` lines of `width` cells; both axes have one scale.

    A point above the dotted line is predicted too high. `color` is that of the points, `axis` of line and axes. Points that
    are not finite are left out; where there is no room, so are the axes.
    """
    known = np.isfinite(truth) & np.isfinite(said)
    x, y = truth[known].astype(np.float64), said[known].astype(np.float64)
    both = axes.y_axis([float(edge(part)) for part in (x, y) if len(x) for edge in (np.min, np.max)])
    rows = max(height - 2, 1)
    words = axes.value_ticks(both, rows)
    gutter = max(map(len, words.values()), default=0) + 1
    bare = height < 4 or width < gutter + 4
    if bare:
        words, gutter, rows = {}, 0, max(height, 1)
    cells = max(width - gutter, 1)
    dots = raster.layer(_share(x, both), _share(y, both), cells, rows, joined=False)
    equal = [round((rows - 1) * cell / max(cells - 1, 1)) for cell in range(cells)]
    text = Text(end="", no_wrap=True)
    for row in range(rows):
        label = words.get(rows - 1 - row, "")
        text.append(f"{label:>{gutter - 1}}{'┤' if label else '│'}" if gutter else "", axis)
        for cell, line in enumerate(equal):
            dot = dots.get((row, cell))
            text.append(dot or (_LINE if line == rows - 1 - row else " "), color if dot else axis)
        text.append("\n")
    if bare:
        text.right_crop(1)
        return text
    text.append(_below(both, list(words.values()), cells, gutter), axis)
    return text


def _share(values: npt.NDArray[Any], both: axes.Axis) -> list[float]:
    """Return where values lie between the ends of an axis, from 0 to 1."""
    found: list[float] = ((values - both.low) / (both.high - both.low)).tolist()
    return found


def _below(axis: axes.Axis, words: list[str], cells: int, gutter: int) -> str:
    """Return the axis of x and its labels, two lines: the ticks of the other axis, as far as there is room."""
    marks, labels, taken = ["─"] * cells, [" "] * (gutter + cells), -1
    for cell, word in sorted((axis.cell(float(word), cells), word) for word in words):
        start = min(max(gutter + cell - (len(word) - 1) // 2, 0), len(labels) - len(word))
        if start > taken and 0 <= cell < cells:
            labels[start : start + len(word)] = word
            marks[cell], taken = "┬", start + len(word)
    return f"{'└':>{gutter}}{''.join(marks)}\n{''.join(labels)}"
