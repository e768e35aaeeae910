"""Runs: every run on disk, newest first, live or ended."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Static
from textual.worker import get_current_worker

from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import Run
from tuiml.tui import actions, captions
from tuiml.tui.messages import RunChosen
from tuiml.tui.runners import Runners
from tuiml.tui.widgets.title import Title

_BATCH = 25
_LOOK_EVERY = 2.0


class Runs(Screen[None]):
    """A list that fills while one reads it: logs are read in a thread, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.RUNS)]

    def __init__(self, runners: Runners) -> None:
        super().__init__()
        self.runners = runners
        self._folders: dict[str, RunFolder] = {}
        self._live: set[str] = set()

    def compose(self) -> ComposeResult:
        """Lay out title, table, the words for an empty list, footer."""
        yield Title("Runs")
        yield DataTable(cursor_type="row", zebra_stripes=True)
        yield Static("reading runs…", id="runs-empty", markup=False)
        yield Footer(compact=True)

    @property
    def table(self) -> DataTable[Text]:
        """The list."""
        return self.query_one(DataTable)

    @property
    def words(self) -> Static:
        """What is said in place of an empty list."""
        return self.query_one("#runs-empty", Static)

    def on_mount(self) -> None:
        """Read the list, then look after those that are live."""
        for name, label in captions.RUN_COLUMNS.items():
            self.table.add_column(label, key=name)
        self._read()
        self.set_interval(_LOOK_EVERY, self._look_after)

    @work(thread=True, exclusive=True, group="read", exit_on_error=False)
    def _read(self) -> None:
        worker, batch = get_current_worker(), list[Run]()
        folders = store.folders(self.runners.runs_dir)
        self.app.call_from_thread(self._begin, folders)
        for folder in folders:
            if worker.is_cancelled:
                return
            batch.append(store.read(folder))
            if len(batch) == _BATCH or folder is folders[-1]:
                self.app.call_from_thread(self._add, batch)
                batch = []

    def _begin(self, folders: list[RunFolder]) -> None:
        self._folders = {folder.id: folder for folder in folders}
        self._live.clear()
        self.table.clear()
        self.set_class(not folders, "-empty")
        self.query_one(Title).subject = f"{len(folders)} in {self.runners.runs_dir}" if folders else ""
        self.words.update(
            f"No runs in {self.runners.runs_dir} yet.\n\nPress esc for the form and ctrl+r there: digits trains in under a minute."
        )

    def _add(self, runs: list[Run]) -> None:
        for run in runs:
            if run.folder.id in self._folders:
                self.table.add_row(*captions.run_cells(run).values(), key=run.folder.id)
                if run.state.live:
                    self._live.add(run.folder.id)
        self.table.focus()

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look_after(self) -> None:
        runs = [store.read(self._folders[name]) for name in list(self._live)]
        if runs:
            self.app.call_from_thread(self._update, runs)

    def _update(self, runs: list[Run]) -> None:
        for run in runs:
            if run.folder.id in self._live and run.folder.id in self.table.rows:
                for name, cell in captions.run_cells(run).items():
                    self.table.update_cell(run.folder.id, name, cell)
                if not run.state.live:
                    self._live.discard(run.folder.id)

    @on(DataTable.RowSelected)
    def _selected(self, event: DataTable.RowSelected) -> None:
        if event.row_key.value in self._folders:
            self.app.post_message(RunChosen(self._folders[event.row_key.value]))

    def action_open_run(self) -> None:
        """Open the run under the cursor."""
        self.table.action_select_cursor()

    def action_refresh(self) -> None:
        """Read the list again."""
        self._read()
