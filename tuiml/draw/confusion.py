"""Which classes are taken for which: the confusion matrix, and how well each class is found, as rich tables."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt
from rich import box
from rich.table import Table
from rich.text import Text

from tuiml.draw.numbers import figure
from tuiml.text import clean

MOST_CLASSES = 10
"""A matrix of more classes does not fit 80 columns: its most confused pairs say more."""
_NAME = 16


def matrix_table(matrix: npt.NDArray[Any], names: Sequence[str], width: int = 80, ascii: bool = False) -> Table:
    """Return a confusion matrix (classes, classes) of counts, a row for each true class, at most `width` cells wide.

    The diagonal, what is right, is bold; columns have the number of their class where names are too long for them.
    What never happened is a dot. Raises ValueError for more than `MOST_CLASSES` classes.
    """
    classes = len(names)
    if classes > MOST_CLASSES:
        raise ValueError(f"a matrix of {classes} classes does not fit; the most is {MOST_CLASSES}")
    digits = max(len(f"{int(matrix.max(initial=0))}"), 2)
    fits = classes * (max([digits, *(len(clean(name)) for name in names)]) + 2) <= width - _NAME
    cell = max(digits, *(len(clean(name)) for name in names)) if fits else digits
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="bold")
    left = max(width - classes * (cell + 2), 4)  # counts are never cut; names of classes are
    table.add_column(Text("true \\ predicted"), no_wrap=True, max_width=left, overflow="ellipsis")
    for number, name in enumerate(names):
        table.add_column(Text(clean(name) if fits else str(number)), justify="right", no_wrap=True, min_width=digits)
    for number, name in enumerate(names):
        cells = [_cell(int(count), number == column, ascii) for column, count in enumerate(matrix[number])]
        label = clean(name) if fits else f"{number} {clean(name)}"
        table.add_row(Text(label), *cells)
    return table


def pairs_table(pairs: Sequence[Any], names: Sequence[str]) -> Table:
    """Return the most confused pairs, each with `truth`, `predicted`, `count` and `share` of the true class."""
    table = _table(("true", "left"), ("taken for", "left"), ("rows", "right"), ("of the class", "right"))
    for pair in pairs:
        truth, predicted = (Text(clean(names[number])) for number in (pair.truth, pair.predicted))
        table.add_row(truth, predicted, f"{pair.count:,}", f"{100 * pair.share:.1f} %")
    return table


def scores_table(scores: Sequence[Any], what: str = "class", ascii: bool = False) -> Table:
    """Return `precision`, `recall`, `f1` and `support` of each class or label by its `name`; a dash where nothing can be said."""
    table = _table((what, "left"), *((name, "right") for name in ("precision", "recall", "F1", "rows")))
    nothing = "-" if ascii else "–"
    for score in scores:
        values = (score.precision, score.recall, score.f1)
        cells = [figure(value) if value == value else nothing for value in values]
        table.add_row(Text(clean(score.name)), *cells, f"{score.support:,}")
    return table


def _cell(count: int, right: bool, ascii: bool) -> Text:
    if not count:
        return Text("." if ascii else "·", style="dim")
    return Text(str(count), style="bold green" if right else "yellow")


def _table(*columns: tuple[str, Any]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_edge=False)
    for header, justify in columns:
        table.add_column(header, justify=justify, no_wrap=True, overflow="ellipsis")
    return table
