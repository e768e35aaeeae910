"""Rows: lines under a fixed heading; paints those in view, counts the others, and where it `follows` stays at the end until scrolled up."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget


class Rows(Widget, can_focus=True):
    """`lines`, the first of which stays in view; `marked` is the number of one that is pointed at, brought into view.

    Scrolls by itself: a Textual container is laid out anew, and with it the whole screen painted, whenever a line is added.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_by(-1)", "Up", show=False),
        Binding("down", "scroll_by(1)", "Down", show=False),
        Binding("pageup", "scroll_by(-10)", "Up ten", show=False),
        Binding("pagedown", "scroll_by(10)", "Down ten", show=False),
    ]

    lines: reactive[tuple[Text, ...]] = reactive((), init=False)
    marked: reactive[int | None] = reactive(None, init=False)
    above: reactive[int | None] = reactive(None, init=False)
    """Lines scrolled out of view below the heading; None follows the end."""

    def __init__(self, classes: str, follows: bool = True) -> None:
        super().__init__(classes=classes)
        self._rests = None if follows else 0
        self.set_reactive(Rows.above, self._rests)

    @property
    def _room(self) -> int:
        return max(self.content_size.height - 1, 0)

    @property
    def _most(self) -> int:
        return max(len(self.lines) - 1 - self._room, 0)

    @property
    def _first(self) -> int:
        return self._most if self.above is None else min(self.above, self._most)

    def watch_marked(self, number: int | None) -> None:
        """Bring the line into view, in the middle where it was not; without one, follow the end again."""
        if number is None:
            self.above = self._rests
        elif not self._first < number <= self._first + self._room:
            self.above = min(max(number - self._room // 2 - 1, 0), self._most)

    def action_scroll_by(self, lines: int) -> None:
        """Scroll; at the end, follow it again."""
        first = min(max(self._first + lines, 0), self._most)
        self.above = self._rests if first == self._most and self._rests is None else first

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        self.action_scroll_by(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        self.action_scroll_by(3)

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        number = self._first + y if y else 0
        text = (self.lines[number] if y else self._heading()) if number < len(self.lines) else Text()
        console = self.app.console
        strip = Strip(text.render(console, end=""), text.cell_len)
        strip = strip.apply_style(console.get_style(text.style))  # a text without spans renders without its own style
        strip = strip.crop_extend(0, self.content_size.width, None)
        if number and number == self.marked:
            strip = strip.apply_style(Style(reverse=True))
        return strip.apply_style(self.rich_style)

    def _heading(self) -> Text:
        """Return the first line, at its end how many of the others are out of view, where there is room."""
        counts = (("↑", self._first), ("↓", self._most - self._first))
        beyond = " ".join(f"{arrow} {count}" for arrow, count in counts if count)
        room = self.content_size.width - self.lines[0].cell_len - len(beyond)
        return Text.assemble(self.lines[0], " " * room, (beyond, "dim")) if beyond and room > 1 else self.lines[0]
