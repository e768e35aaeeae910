"""Help: the keys of a screen, made from the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tuiml.tui import actions, keymap
from tuiml.tui.settling import Dialog


class Help(Dialog[None]):
    """What one can do on `place`; `keys` are the user's own. What does not work there at present is left out."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,question_mark,q,enter", "close", "Close")]

    def __init__(self, place: str, keys: Mapping[str, str], works: Callable[[str], bool] = lambda name: True) -> None:
        super().__init__()
        self.place, self.keys, self._works = place, keys, works

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        with VerticalScroll(classes="dialog wide"):
            yield Static("Keys", classes="dialog-title")
            yield Static(_table(self.place, self.keys, self._works))
            yield Static(
                "ctrl+p finds all of these by name, tasks, fields and recent runs too. Esc closes.",
                classes="dialog-note",
            )

    def action_close(self) -> None:
        """Close."""
        self.dismiss()


def _table(place: str, keys: Mapping[str, str], works: Callable[[str], bool]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, action in actions.available(place).items():
        if works(name):
            table.add_row(keymap.written(name, keys) or "ctrl+p", action.title, action.help)
    if place == actions.SETUP:
        table.add_row("tab ↑ ↓", "Move", "from field to field")
        table.add_row("← →", "Choose", "another value, where a field has a list of them")
    return table
