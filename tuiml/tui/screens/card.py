"""Card: what a field or a word means, over whatever screen asks."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tuiml.coach.explain import Card
from tuiml.tui import hints


class CardScreen(ModalScreen[None]):
    """Shows `card`; scrolls where it is longer than the terminal is high."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter,space", "close", "Close")]

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card

    def compose(self) -> ComposeResult:
        """Lay out title and sections."""
        with VerticalScroll(classes="dialog card") as dialog:
            dialog.border_subtitle = "esc closes · ↑ ↓ scroll"
            yield Static(self.card.title, classes="dialog-title", markup=False)
            yield Static(hints.card_lines(self.card), classes="card-sections", markup=False)

    def action_close(self) -> None:
        """Close."""
        self.dismiss()
