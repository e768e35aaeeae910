"""Bars: a line for each name with its value, to be compared at a glance."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from tuiml.draw.numbers import figure
from tuiml.text import clean


def bars(
    pairs: Sequence[tuple[str, float]],
    width: int,
    height: int,
    most: float | None = None,
    color: str = "",
    tell: Callable[[float], str] = figure,
    ascii: bool = False,
) -> Text:
    """Return a line per (name, value of 0 or more) of `width` cells: a bar is full at `most`, or at the largest value.

    `tell` writes the values. Where there are more than `height`, the last line says how many are left out. A value that is no number has no bar.
    """
    shown = pairs if len(pairs) <= height else pairs[: max(height - 1, 0)]
    top = most or max((value for _, value in pairs if value - value == 0), default=0.0) or 1.0
    values = [tell(value) for _, value in shown]
    wide = max(map(len, values), default=0)
    names = min(max((cell_len(clean(name)) for name, _ in shown), default=0), max(width // 3, 4))
    room = max(width - names - wide - 2, 1)
    lines = []
    for (name, value), told in zip(shown, values, strict=True):
        word = clean(name)
        word = word if cell_len(word) <= names else set_cell_size(word, names - 1) + "…"
        share = min(max(value / top, 0.0), 1.0) if value - value == 0 else 0.0
        text = Text(f"{set_cell_size(word, names)} ")
        text.append(set_cell_size(_bar(share * room, ascii), room), color).append(f" {told:>{wide}}")
        lines.append(text)
    if len(shown) < len(pairs):
        lines.append(Text(f"and {len(pairs) - len(shown)} more, each {tell(pairs[len(shown)][1])} or less", "dim"))
    return Text("\n", end="", no_wrap=True).join(lines[: max(height, 0)])


def _bar(cells: float, ascii: bool) -> str:
    if ascii:
        return "#" * round(cells)
    halves = round(cells * 2)
    return "━" * (halves // 2) + "╸" * (halves % 2)
