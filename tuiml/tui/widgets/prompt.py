"""Prompt: a line that asks for a text, in the place of the screen that it is about; empty and hidden until it asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static


class Prompt(Horizontal):
    """`ask` shows it; what is typed goes to `typing` at each key, the end of it to `done`: the text, or None after esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave")]

    def compose(self) -> ComposeResult:
        """Lay out the question and the text."""
        yield Static(markup=False)
        yield Input(compact=True, select_on_focus=False)

    @property
    def input(self) -> Input:
        """The text."""
        return self.query_one(Input)

    @property
    def asking(self) -> bool:
        """Whether it is on show."""
        return self.has_class("-asking")

    def ask(
        self,
        question: str,
        text: str,
        done: Callable[[str | None], None],
        typing: Callable[[str], None] = lambda text: None,
        placeholder: str = "",
    ) -> None:
        """Show the question with a text to change."""
        self._done, self._typing = done, typing
        self.query_one(Static).update(question)
        with self.prevent(Input.Changed):
            self.input.value = text
        self.input.placeholder = placeholder
        self.input.cursor_position = len(text)
        self.add_class("-asking")
        self.input.focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.asking:
            self._typing(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._end(event.value)

    def action_leave(self) -> None:
        """Ask no more."""
        self._end(None)

    def _end(self, text: str | None) -> None:
        self.remove_class("-asking")
        self._done(text)
