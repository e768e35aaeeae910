"""Tabline: names in one line, one of which is chosen; by its number, or by a click."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Tabline(Widget):
    """Shows `names`, the `chosen` one between brackets, so that it can be told without color; `note` stands on the right."""

    names: reactive[tuple[str, ...]] = reactive(())
    chosen: reactive[int] = reactive(0)
    note: reactive[str] = reactive("")

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    def render(self) -> Content:
        """Return the line; the note goes where there is no room for it."""
        parts = [
            Content.styled(f"[{number + 1} {name}]", "bold $text-primary")
            if number == self.chosen
            else Content.styled(f" {number + 1} {name} ", "$text-muted")
            for number, name in enumerate(self.names)
        ]
        line = Content("").join(parts)
        free = self.size.width - line.cell_length - len(self.note)
        return Content.assemble(line, " " * free, (self.note, "bold")) if free > 0 else line

    def on_click(self, event: Click) -> None:
        """Tell which name lies under the pointer."""
        start = 0
        for number, name in enumerate(self.names):
            start += len(f" {number + 1} {name} ")
            if event.x < start:
                self.post_message(self.Chosen(number))
                return
