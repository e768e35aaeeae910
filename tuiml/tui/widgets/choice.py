"""Choice: one of a few words in one row; left and right (or space) change it, a first letter jumps."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Choice(Widget, can_focus=True):
    """One of `options`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "step(1)", "Next choice", show=False),
        Binding("left", "step(-1)", "Previous choice", show=False),
    ]

    value: reactive[str] = reactive("")

    class Changed(Message):
        """The user chose another word."""

        def __init__(self, value: str) -> None:
            self.value = value
            super().__init__()

    def __init__(self, options: tuple[str, ...], value: str = "") -> None:
        super().__init__()
        self.options = options
        self.set_reactive(Choice.value, value)

    def render(self) -> Content:
        """Return the word, between arrows that say it can be changed."""
        return Content.assemble(("‹ ", "dim"), self.value, (" ›", "dim"))

    def action_step(self, by: int) -> None:
        """Choose the next word, around the end."""
        at = self.options.index(self.value) if self.value in self.options else -1
        self._choose(self.options[(at + by) % len(self.options)])

    def on_key(self, event: Key) -> None:
        """Jump to the next word that begins with the letter typed."""
        letter = event.character or ""
        at = self.options.index(self.value) if self.value in self.options else 0
        behind = [*self.options[at + 1 :], *self.options[: at + 1]]
        found = next((word for word in behind if letter.isalnum() and word.startswith(letter.lower())), None)
        if found is not None:
            event.stop()
            self._choose(found)

    def on_click(self, event: Click) -> None:
        """Choose the next word."""
        self.action_step(1)

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(value))
