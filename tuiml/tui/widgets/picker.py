"""Picker: a list of any length under a fixed heading with a cursor; draws only the lines in view, and only those that changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual


class Picker(ScrollView, can_focus=True):
    """The lines of `keys`, each as `draw` returns it, under `heading`; `current` is the key under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1_000_000_000)", "First", show=False),
        Binding("end", "move(1_000_000_000)", "Last", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"picker--cursor", "picker--heading"}
    DEFAULT_CSS = """
    Picker { overflow-x: hidden; scrollbar-size-vertical: 1; }
    Picker > .picker--heading { text-style: bold; color: $text-muted; }
    Picker > .picker--cursor { background: $surface-lighten-2; }
    Picker:focus > .picker--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    """

    keys: reactive[tuple[str, ...]] = reactive((), init=False)
    heading: reactive[Content] = reactive(Content(""), init=False)
    cursor: reactive[int] = reactive(0, init=False)

    class Moved(Message):
        """Another key is under the cursor, or none."""

    class Chosen(Message):
        """The line under the cursor was clicked once more."""

    class HeadingClicked(Message):
        """The heading was clicked, `x` cells from the left."""

        def __init__(self, x: int) -> None:
            self.x = x
            super().__init__()

    def __init__(self, draw: Callable[[str], Content]) -> None:
        super().__init__()
        self._draw = draw
        self._drawn: dict[int, Content] = {}
        self._told = ""

    @property
    def current(self) -> str:
        """The key under the cursor; empty without one."""
        return self.keys[self.cursor] if self.cursor < len(self.keys) else ""

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor within the list."""
        return max(min(cursor, len(self.keys) - 1), 0)

    def watch_keys(self, before: tuple[str, ...], keys: tuple[str, ...]) -> None:
        """Make room, and keep the cursor on its key, or where it is when that is gone."""
        at = before[self.cursor] if self.cursor < len(before) else ""
        self.virtual_size = Size(self.size.width, len(keys) + 1)
        self.cursor = keys.index(at) if at in keys else min(self.cursor, max(len(keys) - 1, 0))
        self._paint()
        self._tell()

    def watch_heading(self) -> None:
        """Paint the heading."""
        self.refresh()

    def watch_cursor(self) -> None:
        """Bring the line into view and paint the lines that changed."""
        height = max(self.size.height - 1, 1)
        top = int(self.scroll_offset.y)
        to = min(max(top, self.cursor - height + 1), self.cursor)
        if to != top:
            self.scroll_to(y=to, animate=False, immediate=True)
        self._paint()
        self._tell()

    def look_again(self) -> None:
        """Draw the lines in view anew; those that are as they were cost nothing on the terminal."""
        before, top = self._drawn, int(self.scroll_offset.y)
        for y in range(1, self.size.height):
            number = top + y - 1
            known = before.get(number)
            if number < len(self.keys) and not (known and known.is_same(self._draw(self.keys[number]))):
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        width = self.scrollable_content_region.width
        if y == 0:
            style = self.get_visual_style("picker--heading")
            return self._strip(self.heading, width, style)
        number = int(self.scroll_offset.y) + y - 1
        if number >= len(self.keys):
            return Strip.blank(width, self.rich_style)
        if len(self._drawn) > 500:
            self._drawn.clear()
        content = self._drawn[number] = self._draw(self.keys[number])
        if number != self.cursor:
            return self._strip(content, width, self.visual_style)
        plain = Content(content.plain)  # colors of words are made for the list's own background
        return self._strip(plain, width, self.get_visual_style("picker--cursor"))

    def _strip(self, content: Content, width: int, style: Style) -> Strip:
        strips = Visual.to_strips(self, content, width, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(width)

    def on_click(self, event: Click) -> None:
        """Move the cursor to the line, or, on the line under the cursor, choose it."""
        number = int(self.scroll_offset.y) + event.y - 1
        if event.y == 0:
            self.post_message(self.HeadingClicked(event.x))
        elif number == self.cursor and self.current:
            self.post_message(self.Chosen())
        elif number < len(self.keys):
            self.cursor = number

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.virtual_size = Size(self.size.width, len(self.keys) + 1)
        self.watch_cursor()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor += by

    def action_page(self, by: int) -> None:
        """Move the cursor by a page."""
        self.cursor += by * max(self.size.height - 2, 1)

    def _paint(self) -> None:
        self._drawn.clear()
        self.refresh()

    def _tell(self) -> None:
        if self.current != self._told:
            self._told = self.current
            self.post_message(self.Moved())
