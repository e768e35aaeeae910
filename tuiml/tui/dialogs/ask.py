"""Ask: one value, typed, with what is wrong with it told as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tuiml.text import clean_lines
from tuiml.tui.settling import Dialog


class Ask(Dialog[str | None]):
    """Gives what was typed, or None; `problem` says what is wrong with a text, "" for nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def __init__(self, title: str, about: str, value: str, problem: Callable[[str], str]) -> None:
        super().__init__()
        self._title, self._about, self._value, self._problem = title, about, value, problem

    def compose(self) -> ComposeResult:
        """Lay out the question, the value and what is wrong with it."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static(self._about, markup=False)
            yield Input(self._value, compact=True)
            yield Static(id="ask-problem", markup=False)
            yield Static("enter takes it · esc leaves it as it was", classes="dialog-note", markup=False)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._tell(event.value)

    def _tell(self, value: str) -> str:
        problem = self._problem(value)
        self.query_one("#ask-problem", Static).update(Content(f"✗ {clean_lines(problem, 400)}" if problem else ""))
        return problem

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if not self._tell(event.value):
            self.dismiss(event.value)
