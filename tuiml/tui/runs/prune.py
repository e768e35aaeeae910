"""Prune: what a clean-up of the runs would take away, with sizes, before it does."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static
from textual.worker import get_current_worker

from tuiml.draw.numbers import status
from tuiml.draw.runs import size, span
from tuiml.entry import Entry
from tuiml.errors import StorageError, UsageError
from tuiml.runs import bin as removed_runs
from tuiml.runs import pruning
from tuiml.runs.index import Index
from tuiml.text import clean
from tuiml.tui.reporting import report
from tuiml.tui.settling import Dialog
from tuiml.tui.widgets.picker import Picker


class Prune(Dialog[tuple[str, ...] | None]):
    """Gives the ids of the runs that should go to the bin, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave all"),
        Binding("ctrl+q", "leave", show=False),
    ]

    def __init__(self, index: Index, entries: tuple[Entry, ...]) -> None:
        super().__init__()
        self._index, self._entries = index, {entry.id: entry for entry in entries}
        self._gone: tuple[str, ...] = ()
        self._sizes: dict[str, int] = {}
        self._emptied = ""

    def compose(self) -> ComposeResult:
        """Lay out what goes, the list of it, and what the keys do."""
        with Vertical(classes="dialog wide"):
            yield Static("Prune", classes="dialog-title")
            for name, value, hint in (
                ("status", "failed,crashed", "finished, stopped, failed, crashed; empty: any"),
                ("keep", "", "so many of the newest stay, such as 20"),
                ("older", "", "only those older than 30d, 12h"),
            ):
                with Horizontal(classes="prune-field"):
                    yield Label(name)
                    yield Input(value, placeholder=hint, id=f"prune-{name}", compact=True)
            yield Static(id="prune-word", markup=False)
            yield Picker(self._line)
            yield Static("", classes="dialog-note", markup=False)

    def on_mount(self) -> None:
        """Show what would go as it is, and empty the bin of what is old."""
        self._ask()
        self._empty()

    @work(thread=True, exit_on_error=False, group="empty")
    def _empty(self) -> None:
        try:
            count = len(removed_runs.empty(self._index.runs_dir))
        except StorageError as error:
            self._emptied = str(error)
        else:
            self._emptied = f"{count} deleted for ever, a week after they went to the bin" if count else ""
        report(self, self._tell)

    @on(Input.Changed)
    def _ask(self) -> None:
        status, keep, older = (self.query_one(f"#prune-{name}", Input).value for name in ("status", "keep", "older"))
        try:
            wanted = pruning.read(status, keep, older)
        except UsageError as error:
            self._gone, self._problem = (), str(error)
        else:
            self._gone, self._problem = tuple(entry.id for entry in wanted.goes(self._entries.values())), ""
        self.query_one(Picker).keys = self._gone
        self._tell()
        self._weigh(self._gone)

    @work(thread=True, exclusive=True, exit_on_error=False, group="weigh")
    def _weigh(self, runs: tuple[str, ...]) -> None:
        worker = get_current_worker()
        for run in runs:
            if worker.is_cancelled:
                return
            if run not in self._sizes:
                self._sizes[run] = removed_runs.size(self._index.folder(run).path)
        report(self, self._tell)

    def _tell(self) -> None:
        word = self.query_one("#prune-word", Static)
        known = [self._sizes[run] for run in self._gone if run in self._sizes]
        weighed = f", {size(sum(known))}" if len(known) == len(self._gone) else ""
        count = len(self._gone)
        if self._problem:
            word.update(Content.styled(f"✗ {clean(self._problem, 300)}", "$text-error"))
        else:
            word.update(
                Content.styled(f"{count} run{'s' if count > 1 else ''}{weighed} would go to the bin", "bold")
                if count
                else Content.styled("nothing would go", "dim")
            )
        self.query_one(Picker).look_again()
        does = (
            f"enter moves {'it' if count == 1 else 'them'} to the bin for {removed_runs.DAYS} days · " if count else ""
        )
        said = f"\n{clean(self._emptied, 200)}" if self._emptied else ""
        self.query_one(".dialog-note", Static).update(f"{does}tab next field · esc leaves all as it is{said}")

    def _line(self, run: str) -> Content:
        entry = self._entries[run]
        weight = f"{size(self._sizes[run]):>10}" if run in self._sizes else " " * 10
        age = span(max(time.time() - entry.started, 0.0), coarse=True) if entry.started else ""
        return Content(f" {status(entry.status):<11} {clean(entry.name or entry.id, 34):<34} {age:>4} {weight}")

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._gone:
            self.dismiss(self._gone)

    def action_leave(self) -> None:
        """Take nothing away."""
        self.dismiss(None)
