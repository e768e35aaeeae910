"""Presets: the named recipes of a task, each with what it would change on the form before it is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuiml.tui.settling import Dialog
from tuiml.tui.setup import hints
from tuiml.tui.setup.form import Change


class Offer(NamedTuple):
    """A preset by name, what it is for, and the fields it would change on the form."""

    name: str
    meaning: str
    changes: tuple[Change, ...]


class Presets(Dialog[str | None]):
    """Ends with the name of the preset chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2,q", "close", "Close"),
        Binding("pagedown", "scroll_changes(1)", "More changes", show=False, priority=True),
        Binding("pageup", "scroll_changes(-1)", "Changes above", show=False, priority=True),
    ]

    def __init__(self, task: str, offers: Sequence[Offer], present: str) -> None:
        super().__init__()
        self.task_name, self.offers, self.present = task, list(offers), present

    def compose(self) -> ComposeResult:
        """Lay out the list, and below it what the one with the cursor would change."""
        with Vertical(classes="dialog wide"):
            yield Static(f"Presets of {self.task_name}", classes="dialog-title", markup=False)
            yield OptionList(*(Option(self._line(offer), offer.name) for offer in self.offers))
            with VerticalScroll(id="presets-changes", can_focus=False):
                yield Static(markup=False)
            yield Static("enter loads it; ctrl+z on the form brings yours back · esc closes", classes="dialog-note")

    def on_mount(self) -> None:
        """Begin at the preset of the form."""
        names = [offer.name for offer in self.offers]
        self.query_one(OptionList).highlighted = names.index(self.present) if self.present in names else 0

    def _line(self, offer: Offer) -> Content:
        room = max(len(one.name) for one in self.offers)
        mark = "●" if offer.name == self.present else " "
        return Content.assemble(f"{mark} ", (f"{offer.name:<{room}}", "bold"), f"  {offer.meaning}")

    @on(OptionList.OptionHighlighted)
    def _tell(self, event: OptionList.OptionHighlighted) -> None:
        self.query_one("#presets-changes Static", Static).update(
            hints.change_lines(self.offers[event.option_index].changes)
        )

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_scroll_changes(self, pages: int) -> None:
        """Show more of what would change: the list itself is short."""
        changes = self.query_one("#presets-changes")
        changes.scroll_relative(y=pages * changes.size.height, animate=False)

    def action_close(self) -> None:
        """Load none."""
        self.dismiss(None)
