"""Card: what a field or a word means, over whatever screen asks; several are turned like pages."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from tuiml.coach.explain import Card
from tuiml.text import clean
from tuiml.tui.settling import Dialog


class CardScreen(Dialog[None]):
    """Shows one of `cards`, at least one, the first at first; scrolls where it is longer than the terminal is high."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter,space,i", "close", "Close"),
        Binding("left", "turn(-1)", "Before", priority=True),
        Binding("right,tab", "turn(1)", "Next", priority=True),
    ]

    at: var[int] = var(0, init=False)

    def __init__(self, *cards: Card) -> None:
        super().__init__()
        self.cards = cards

    @property
    def card(self) -> Card:
        """The one on show."""
        return self.cards[self.at]

    def compose(self) -> ComposeResult:
        """Lay out title and sections."""
        with VerticalScroll(classes="dialog card"):
            yield Static(classes="dialog-title", markup=False)
            yield Static(classes="card-sections", markup=False)

    def on_mount(self) -> None:
        """Show the first."""
        self.watch_at()

    def watch_at(self) -> None:
        """Show a card."""
        dialog = self.query_one(VerticalScroll)
        turning = f"{self.at + 1} of {len(self.cards)} words · ← → turns · " if len(self.cards) > 1 else ""
        dialog.border_subtitle = f"{turning}esc closes · ↑ ↓ scroll"
        self.query_one(".dialog-title", Static).update(self.card.title)
        self.query_one(".card-sections", Static).update(card_lines(self.card))
        dialog.scroll_home(animate=False)

    def action_turn(self, by: int) -> None:
        """Show the card before or after, in a circle."""
        self.at = (self.at + by) % len(self.cards)

    def action_close(self) -> None:
        """Close."""
        self.dismiss()


def card_lines(card: Card) -> Content:
    """Return a card's sections, each under its label; what there is nothing to say about is left out."""
    sections = (
        ("What", card.what),
        ("When", card.when),
        ("Usual", card.range),
        ("On the curve", card.curve),
        ("In the sources", card.notes),
    )
    return Content("\n\n").join(
        Content.assemble((label, "bold $text-primary"), "  ", clean(words, 1000)) for label, words in sections if words
    )
