"""Crosstab: counts by two names with a cursor; a window on them where they are more than fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy.typing as npt
from rich.cells import cell_len, set_cell_size
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tuiml.text import clean

_NAME = 16
_MOVES = {
    "up": (-1, 0),
    "down": (1, 0),
    "left": (0, -1),
    "right": (0, 1),
    "pageup": (-10, 0),
    "pagedown": (10, 0),
    "ctrl+pageup": (0, -10),
    "ctrl+pagedown": (0, 10),
    "home": (-(10**6), -(10**6)),
    "end": (10**6, 10**6),
}


@dataclass(frozen=True, eq=False)
class Counts:
    """`counts` (rows, columns) of whole numbers, the `names` of rows and `columns`; `right` says which cells are as they should be."""

    counts: npt.NDArray[Any]
    names: Sequence[str]
    columns: Sequence[str]
    right: npt.NDArray[Any]
    corner: str = ""


class Crosstab(Widget, can_focus=True):
    """Shows `table`; the `cursor` is (row, column)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"move({down}, {across})", show=False) for key, (down, across) in _MOVES.items()),
        Binding("enter", "choose", show=False),
    ]

    table: reactive[Counts | None] = reactive(None)
    cursor: reactive[tuple[int, int]] = reactive((0, 0))

    class Moved(Message):
        """The cursor is on another cell."""

    class Chosen(Message):
        """The cell under the cursor was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._first = (0, 0)

    def watch_table(self) -> None:
        """Keep the cursor on the table."""
        self.action_move(0, 0)

    def watch_cursor(self) -> None:
        """Say that it has moved."""
        self.post_message(self.Moved())

    def action_move(self, down: int, across: int) -> None:
        """Move the cursor, as far as there are cells."""
        if self.table is not None:
            rows, columns = self.table.counts.shape
            row, column = self.cursor[0] + down, self.cursor[1] + across
            self.cursor = max(min(row, rows - 1), 0), max(min(column, columns - 1), 0)

    def action_choose(self) -> None:
        """Say that the cell was chosen."""
        self.post_message(self.Chosen())

    def render(self) -> Content:
        """Return the cells in view, under the names of their columns."""
        if self.table is None or self.size.width < 2 * _NAME or self.size.height < 3:
            return Content("")
        table = self.table
        label, cell, titles = _layout(table, self.size.width)
        rows, columns = self._view(label, cell)
        head = _padded(table.corner, label) + "".join(f"{titles[column]:>{cell}}" for column in columns)
        lines = [Content.styled(head, "$text-muted")]
        for row in rows:
            name = _row_name(table, row, titles)
            style = "bold" if row == self.cursor[0] else ""
            cells = [self._cell(row, column, cell) for column in columns]
            lines.append(Content.assemble((_padded(name, label), style), *cells))
        if more := _outside(table, rows, columns):
            lines.append(Content.styled(more, "$text-muted"))
        return Content("\n").join(lines)

    def _cell(self, row: int, column: int, wide: int) -> Content:
        table = self.table
        if table is None:
            return Content("")
        count, right = int(table.counts[row, column]), bool(table.right[row, column])
        word = f"{count}" if count else "·"
        style = "dim" if not count else "$text-success" if right else "bold $text-warning"
        if (row, column) == self.cursor:
            return Content.styled(f"{'[' + word + ']':>{wide}}", f"{style} reverse" if count else "reverse")
        return Content.styled(f"{word:>{wide - 1}} ", style)

    def _view(self, label: int, cell: int) -> tuple[range, range]:
        """Return the rows and columns in view: the window moves no further than the cursor asks for."""
        shape = self.table.counts.shape if self.table is not None else (0, 0)
        across = max((self.size.width - label) // cell, 1)
        room = (
            self.size.height - 1 if shape[0] < self.size.height and shape[1] <= across else self.size.height - 2,
            across,
        )
        firsts = []
        for first, at, fit, count in zip(self._first, self.cursor, room, shape, strict=True):
            firsts.append(max(min(max(first, at - fit + 1), at, count - fit), 0))
        self._first = firsts[0], firsts[1]
        ends = [min(first + fit, count) for first, fit, count in zip(firsts, room, shape, strict=True)]
        return range(firsts[0], ends[0]), range(firsts[1], ends[1])

    def on_click(self, event: Click) -> None:
        """Put the cursor on the cell that was clicked; on the cursor's own, choose it."""
        if self.table is None:
            return
        label, cell, _ = _layout(self.table, self.size.width)
        rows, columns = self._view(label, cell)
        row, column = event.y - 1, (event.x - label) // cell
        if 0 <= row < len(rows) and 0 <= column < len(columns):
            at = rows[row], columns[column]
            if at == self.cursor:
                self.action_choose()
            self.cursor = at


def _layout(table: Counts, width: int) -> tuple[int, int, list[str]]:
    """Return the cells of a row's name, those of a count, and the columns' names, or their numbers where they are too long."""
    digits = len(f"{int(table.counts.max(initial=0))}") + 2
    long = max((cell_len(clean(name)) for name in table.columns), default=0) + 2
    least = max(_NAME, len(table.corner) + 1)
    label = min(max(least, *(cell_len(clean(name)) + 4 for name in table.names)), max(width // 3, least))
    if long * len(table.columns) <= width - label:
        return label, max(long, digits), [f"{clean(name)} " for name in table.columns]
    return label, max(digits, 4), [f"{number} " for number in range(len(table.columns))]


def _padded(text: str, cells: int) -> str:
    told = clean(text)
    return set_cell_size(told if cell_len(told) < cells else set_cell_size(told, cells - 2) + "…", cells)


def _row_name(table: Counts, row: int, titles: Sequence[str]) -> str:
    """Return a row's name, with its number where the columns have nothing but theirs."""
    name = clean(table.names[row])
    numbered = titles and titles[0] == "0 " and len(table.names) == len(titles) and name != f"{row}"
    return f"{row} {name}" if numbered else name


def _outside(table: Counts, rows: range, columns: range) -> str:
    """Return which part of the table is in view, where it is not all of it."""
    count = table.counts.shape
    if len(rows) == count[0] and len(columns) == count[1]:
        return ""
    down, across = (
        f"{part.start}..{part.stop - 1} of {most}" for part, most in zip((rows, columns), count, strict=True)
    )
    return f"rows {down}, columns {across}: the arrows lead on"
