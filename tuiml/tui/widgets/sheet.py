"""Sheet: pairs of pictures in half-blocks, as many as fit, each with a caption; a cursor walks over them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

Pixels = npt.NDArray[np.uint8]
Pair = tuple[Pixels, Pixels, str]
MOST = 24
"""Pairs at once, however large the terminal: more take longer to draw than a key may take."""

LARGE = 56
"""Cells across that a large picture has at least, or all of its pixels; one is shown where none fits so."""


class Sheet(Widget, can_focus=True):
    """Shows the first of `pairs` (before, after, caption); `at` is the pair under the cursor; `large` ones are fewer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "go(-1, False)", "Picture before", show=False),
        Binding("right", "go(1, False)", "Next picture", show=False),
        Binding("up", "go(-1, True)", "Row above", show=False),
        Binding("down", "go(1, True)", "Row below", show=False),
    ]

    pairs: reactive[tuple[Pair, ...]] = reactive(
        (), always_update=True, repaint=False
    )  # arrays have no single truth to compare by
    at: reactive[int] = reactive(0)
    large: reactive[bool] = reactive(False)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self._strips: list[Strip] = []

    class Moved(Message):
        """The cursor is to stand on another pair, maybe one before the first (below 0) or behind those on show."""

        def __init__(self, at: int) -> None:
            self.at = at
            super().__init__()

    def watch_pairs(self, old: tuple[Pair, ...], pairs: tuple[Pair, ...]) -> None:
        """Paint what is new of it: where a step is turned, the left halves stay."""
        from tuiml.draw.pictures import layout

        self._shown = ()
        old, pairs = old[: self.room], pairs[: self.room]
        found = layout(pairs[0][0].shape, len(pairs), *self.size) if len(old) == len(pairs) > 0 else None
        if found is None or any(before[0].shape != now[0].shape for before, now in zip(old, pairs, strict=True)):
            self.refresh()
            return
        for number, (before, now) in enumerate(zip(old, pairs, strict=True)):
            place = Offset(number % found.across * found.pitch, number // found.across * (found.rows + 2))
            halves = [Region(*place, found.columns, found.rows).translate((by, 0)) for by in (0, found.columns + 1)]
            words = Region(place.x, place.y + found.rows, found.pitch, 1)
            changed = (
                not np.array_equal(before[0], now[0]),
                not np.array_equal(before[1], now[1]),
                before[2] != now[2],
            )
            if regions := [region for region, new in zip((*halves, words), changed, strict=True) if new]:
                self.refresh(*regions)

    @property
    def room(self) -> int:
        """How many pairs there is room for, also where fewer are left to show."""
        return self.room_for(self.pairs[0][0].shape) if self.pairs else 1

    def room_for(self, shape: tuple[int, ...]) -> int:
        """Return how many pairs of pictures (h, w, ...) there is room for; at least one, so that one can turn pages."""
        from tuiml.draw.pictures import fitting

        least = {"least": LARGE} if self.large else {}
        return max(fitting(shape, *self.size, MOST, **least), 1)

    def render_line(self, y: int) -> Strip:
        """Return a line of the pairs that fit, in colors where the terminal has enough of them."""
        plain = self.app.no_color or self.app.console.color_system in (None, "standard", "windows")
        at = self.at if self.has_focus else -1
        shown = (*self.size, plain, at, self.large, self.rich_style)
        if shown != self._shown:
            self._shown, self._strips = shown, self._paint(plain, at)
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)

    def _paint(self, plain: bool, at: int) -> list[Strip]:
        from tuiml.draw.pictures import grid

        lines = grid(self.pairs[: self.room], *self.size, plain=plain, chosen=at, base=self.rich_style)
        return [Strip(line).adjust_cell_length(self.size.width, self.rich_style) for line in lines]

    def action_go(self, by: int, rows: bool) -> None:
        """Ask for another pair."""
        from tuiml.draw.pictures import layout

        count = min(self.room, len(self.pairs))
        found = layout(self.pairs[0][0].shape, count, *self.size) if rows and count else None
        self.post_message(self.Moved(self.at + by * (found.across if found else 1)))
