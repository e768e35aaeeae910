"""Choice: one of a few words in one row; left and right (or space) change it, its first letters jump to a word."""

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
        self._typed = ""
        self.set_reactive(Choice.value, value)

    def render(self) -> Content:
        """Return the word, between arrows that say it can be changed."""
        return Content.assemble(("‹ ", "dim"), self.value, (" ›", "dim"))

    def action_step(self, by: int) -> None:
        """Choose the next word, around the end."""
        self._typed = ""
        at = self.options.index(self.value) if self.value in self.options else -1
        self._choose(self.options[(at + by) % len(self.options)])

    def on_key(self, event: Key) -> None:
        """Jump to the word that begins as typed; letters that continue no word begin anew, with the next word after this."""
        letter = (event.character or "").lower()
        if not (letter.isalnum() or (letter and letter in "_-")):
            return
        at = self.options.index(self.value) if self.value in self.options else -1
        behind = [*self.options[at + 1 :], *self.options[: at + 1]]
        going_on = [(self._typed + letter, [self.value, *behind])] if self._typed else []
        for typed, words in (*going_on, (letter, behind)):
            if found := next((word for word in words if word.lower().startswith(typed)), None):
                event.stop()
                self._typed = typed
                self._choose(found)
                return

    def on_blur(self) -> None:
        """Forget what was typed."""
        self._typed = ""

    def on_click(self, event: Click) -> None:
        """Choose the next word."""
        self.action_step(1)

    def _choose(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(value))
