"""Choose: a list that can be searched, with what there is to know about the entry under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tuiml.errors import did_you_mean
from tuiml.tui.settling import Dialog


class Offer(NamedTuple):
    """An entry: its name, one line about it, and all there is to know; a `closed` one cannot be chosen."""

    name: str
    summary: str
    detail: str
    closed: bool = False


def found(offers: Sequence[Offer], words: str) -> list[Offer]:
    """Return the offers that have all the words in their name or text, those whose name begins so first."""
    wanted = words.lower().split()
    hits = [offer for offer in offers if all(word in f"{offer.name} {offer.detail}".lower() for word in wanted)]
    first = wanted[0] if wanted else ""
    return sorted(hits, key=lambda offer: (not offer.name.startswith(first), first not in offer.name))


class Choose(Dialog[str | None]):
    """Gives the name of one of `offers`, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        Binding("down", "move('down')", "Down", priority=True),
        Binding("up", "move('up')", "Up", priority=True),
        Binding("pagedown", "move('page_down')", "A page down", priority=True),
        Binding("pageup", "move('page_up')", "A page up", priority=True),
    ]

    def __init__(self, title: str, offers: Sequence[Offer]) -> None:
        super().__init__()
        self._title, self.offers = title, list(offers)

    def compose(self) -> ComposeResult:
        """Lay out the words to search by, the list and the details."""
        with Vertical(classes="dialog wide choose"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Input(placeholder="search: name or words", compact=True)
            yield OptionList()
            yield Static(id="choose-detail", markup=False)
            yield Static("↑↓ choose · enter add · esc close", classes="dialog-note", markup=False)

    @property
    def list(self) -> OptionList:
        """The offers found."""
        return self.query_one(OptionList)

    def on_mount(self) -> None:
        """Show all of them; typing searches."""
        self.list.can_focus = False
        self._fill("")

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def _fill(self, words: str) -> None:
        hits = found(self.offers, words)
        self.list.clear_options()
        wide = max((len(offer.name) for offer in hits), default=0)
        self.list.add_options(
            Option(
                Content.assemble((f"{offer.name:<{wide}}  ", "bold"), (offer.summary, "dim")),
                id=offer.name,
                disabled=offer.closed,
            )
            for offer in hits
        )
        if any(not offer.closed for offer in hits):
            self.list.action_first()
        elif hits:
            self._detail(hits[0].detail)  # the cursor goes to none of them
        else:
            hint = did_you_mean(words.strip(), [offer.name for offer in self.offers])
            self._detail(f"Nothing is called {words.strip()!r}, or says so.{hint}")

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._detail(next(offer.detail for offer in self.offers if offer.name == event.option_id))

    def _detail(self, words: str) -> None:
        self.query_one("#choose-detail", Static).update(Content(words))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.list.action_select()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_move(self, to: str) -> None:
        """Move the cursor in the list while the words to search by keep the focus."""
        if to in ("down", "up"):
            (self.list.action_cursor_down if to == "down" else self.list.action_cursor_up)()
        else:
            (self.list.action_page_down if to == "page_down" else self.list.action_page_up)()  # type: ignore[no-untyped-call]
