"""Curves as characters on a grid of cells: which cells each takes, and whose turn it is where several meet.

The only importer of plotext, which draws each curve on a canvas of its own: on a shared one the last hides the others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from threading import Lock

Cell = tuple[int, int]
"""(row from the top, column)."""
Layer = dict[Cell, str]
"""The cells that one curve takes, each with its character."""

_CODES = re.compile(r"\x1b\[[0-9;]*m")
_LOCK = Lock()  # plotext draws on one figure for the whole process


def layer(
    x: Sequence[float], y: Sequence[float], cells: int, rows: int, marker: str = "braille", joined: bool = True
) -> Layer:
    """Return the cells of a curve whose points lie from 0 (left, bottom) to 1; what is outside of that is left out.

    `marker` is "braille" (2 x 4 dots a cell), "hd" (2 x 2) or "dot"; any single character stands for itself. `joined`
    draws straight lines between the points, cut off at the border.
    """
    import plotext

    points = [(a, b) for a, b in zip(x, y, strict=True) if joined or (0 <= a <= 1 and 0 <= b <= 1)]
    if not points:
        return {}
    left, high = [a for a, _ in points], [b for _, b in points]
    with _LOCK:
        plotext.clear_figure()
        plotext.limit_size(False, False)
        plotext.plot_size(cells, rows)
        plotext.frame(False)
        plotext.xfrequency(0)
        plotext.yfrequency(0)
        plotext.xlim(0, 1)
        plotext.ylim(0, 1)
        plotext.theme("clear")
        draw = plotext.plot if joined and len(left) > 1 else plotext.scatter
        draw(left, high, marker=marker)
        drawn = _CODES.sub("", plotext.build())
    lines = enumerate(drawn.split("\n")[:rows])
    return {(row, column): one for row, line in lines for column, one in enumerate(line[:cells]) if one not in " ⠀"}


def dashed(cells: Layer) -> Layer:
    """Return the layer with every other pair of its cells left out."""
    return {(row, column): character for (row, column), character in cells.items() if (row + column) % 4 < 2}


def by_turns(layers: Sequence[Layer]) -> dict[Cell, int]:
    """Return whose each cell is: where curves share several cells they show by turns, so that none vanishes under another."""
    owners: dict[Cell, list[int]] = {}
    for number, cells in enumerate(layers):
        for cell in cells:
            owners.setdefault(cell, []).append(number)
    return {cell: who[sum(cell) % len(who)] for cell, who in owners.items()}


def between(one: Layer, other: Layer, first: int) -> list[Cell]:
    """Return the cells that lie between two curves, from column `first` on."""
    upper, lower = _rows(one), _rows(other)
    found: list[Cell] = []
    for column in upper.keys() & lower.keys():
        if column >= first:
            (a_low, a_high), (b_low, b_high) = upper[column], lower[column]
            found += [(row, column) for row in range(min(a_high, b_high) + 1, max(a_low, b_low))]
    return found


def _rows(cells: Layer) -> dict[int, tuple[int, int]]:
    """Return {column: (first, last row)} of a curve."""
    found: dict[int, tuple[int, int]] = {}
    for row, column in cells:
        first, last = found.get(column, (row, row))
        found[column] = min(first, row), max(last, row)
    return found
