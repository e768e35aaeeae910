"""Lines: a list of lines with one chosen; up and down choose, left and right turn what stands on it."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Lines(Widget, can_focus=True):
    """Shows `lines`, of which `at` is chosen; what choosing and turning mean is for others to say."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "Line above", show=False),
        Binding("down", "choose(1)", "Line below", show=False),
        Binding("home", "choose(-9999)", "First line", show=False),
        Binding("end", "choose(9999)", "Last line", show=False),
        Binding("right,equals_sign", "turn(1, False)", "Up a little", show=False),
        Binding("left,minus", "turn(-1, False)", "Down a little", show=False),
        Binding("shift+right,pageup,plus", "turn(1, True)", "Up a lot", show=False),
        Binding("shift+left,pagedown,underscore", "turn(-1, True)", "Down a lot", show=False),
        Binding("enter", "enter", "Type or add", show=False),
    ]

    lines: reactive[tuple[Content, ...]] = reactive((), repaint=False)
    at: reactive[int] = reactive(0, repaint=False)

    class Chosen(Message):
        """Another line is asked for."""

        def __init__(self, at: int) -> None:
            self.at = at
            super().__init__()

    class Turned(Message):
        """The chosen line is to be turned by steps, small or large, up or (below 0) down."""

        def __init__(self, steps: int, large: bool) -> None:
            self.steps, self.large = steps, large
            super().__init__()

    class Entered(Message):
        """Enter was pressed on the chosen line."""

    def __init__(self) -> None:
        super().__init__()
        self._top = 0
        self._painted: list[Content] = []

    def watch_lines(self) -> None:
        """Paint the lines that changed."""
        before, self._painted = self._painted, self._visible()
        pairs = zip_longest(before, self._painted, fillvalue=Content(""))
        if rows := [y for y, (old, new) in enumerate(pairs) if not old.is_same(new)]:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in rows))

    watch_at = watch_lines

    def render(self) -> Content:
        """Return the lines around the chosen one."""
        self._painted = self._visible()
        return Content("\n").join(self._painted)

    def _visible(self) -> list[Content]:
        """Return as many lines as fit; an arrow says that there are more."""
        height, width = max(self.size.height, 1), self.size.width
        last = max(len(self.lines) - height, 0)
        self._top = min(max(self._top, self.at - height + 1, 0), self.at, last)
        return [self._line(number, width) for number in range(self._top, min(self._top + height, len(self.lines)))]

    def _line(self, number: int, width: int) -> Content:
        chosen = number == self.at
        above = number == self._top and number > 0
        below = number == self._top + self.size.height - 1 and number < len(self.lines) - 1
        mark = "▸" if chosen else "↑" if above else "↓" if below else " "
        words = self.lines[number]
        line = Content(mark) + (Content(words.plain) if chosen else words)  # dim in reverse cannot be read
        line = line.truncate(width, ellipsis=True, pad=True)
        return line.stylize("reverse" if self.has_focus else "bold") if chosen else line

    def action_choose(self, by: int) -> None:
        """Ask for another line."""
        self.post_message(self.Chosen(min(max(self.at + by, 0), len(self.lines) - 1)))

    def action_turn(self, steps: int, large: bool) -> None:
        """Ask for a turn."""
        self.post_message(self.Turned(steps, large))

    def action_enter(self) -> None:
        """Say that enter was pressed."""
        self.post_message(self.Entered())

    def on_click(self, event: Click) -> None:
        """Ask for the line under the mouse."""
        self.post_message(self.Chosen(min(self._top + event.y, len(self.lines) - 1)))
