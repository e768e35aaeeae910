"""Entry: a line that is typed into and can be left as it was."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Input


class Entry(Input):
    """An input in one line; escape gives it up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Take it"),
        Binding("escape", "give_up", "As it was"),
    ]

    class GivenUp(Message):
        """Escape was pressed."""

    def show(self, value: str) -> None:
        """Show another value that was not typed: it is painted, and nothing else is laid out anew, which paints all of the screen."""
        if value != self.value:
            self.set_reactive(Input.value, value)
            self.set_reactive(Input.virtual_size, Size(self.content_width, 1))
            self.cursor_position = len(value)
            self.refresh()

    def action_give_up(self) -> None:
        """Say so."""
        self.post_message(self.GivenUp())
