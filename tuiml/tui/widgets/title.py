"""Title: the top line, with where one is on the left and what it is about on the right."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class Title(Widget):
    """The app's name, the screen's `place` and its `subject`."""

    subject: reactive[str] = reactive("")

    def __init__(self, place: str, subject: str = "") -> None:
        super().__init__()
        self.place = place
        self.set_reactive(Title.subject, subject)

    def render(self) -> Content:
        """Return the line."""
        line = Content.assemble(
            (" tuiml", "bold"),
            (" › ", "dim"),
            self.place,
            (" › " if self.subject else "", "dim"),
            (self.subject, "bold"),
        )
        return line.truncate(self.size.width, ellipsis=True)
