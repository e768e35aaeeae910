"""Filing: what one can do with runs of a list: open, go on, edit, vary, name, note, delete and bring back."""

from __future__ import annotations

from functools import partial

from textual import work

from tuiml import recipe
from tuiml.entry import Entry
from tuiml.errors import StorageError, TuimlError, UsageError
from tuiml.runs import bin as removed_runs
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.text import clean
from tuiml.tui.dialogs.vary import Vary
from tuiml.tui.messages import CompareAsked, RecipeChosen, ResultsAsked, RewindAsked, RunChosen
from tuiml.tui.runners import BY, Runners
from tuiml.tui.settling import Settling
from tuiml.tui.widgets.prompt import Prompt


class Filing(Settling[None]):
    """A screen that is one says which run is `current`, which are `marked`, and shows what is on disk when asked to `look`."""

    def __init__(self, runners: Runners) -> None:
        super().__init__()
        self.runners = runners
        self.entries: dict[str, Entry] = {}
        self.marked: tuple[str, ...] = ()

    @property
    def current(self) -> Entry | None:
        """The run under the cursor."""
        raise NotImplementedError

    def look(self) -> None:
        """Take in what is on disk now."""
        raise NotImplementedError

    def leave_prompt(self) -> None:
        """Give the cursor back to the list."""
        raise NotImplementedError

    @property
    def folder(self) -> RunFolder | None:
        """The folder of the run under the cursor."""
        return self.runners.index.folder(self.current.id) if self.current else None

    def warn(self, text: object) -> None:
        """Say why something cannot be done."""
        self.notify(clean(text, 400), severity="warning", markup=False)

    def action_open_run(self) -> None:
        """Open the run under the cursor."""
        self._ask(RunChosen)

    def action_run_results(self) -> None:
        """Look into what its network gets right and wrong."""
        self._ask(ResultsAsked)

    def action_rewind_run(self) -> None:
        """Go through it epoch by epoch."""
        self._ask(RewindAsked)

    def _ask(self, message: type[RunChosen | ResultsAsked | RewindAsked]) -> None:
        if self.folder:
            self.app.post_message(message(self.folder))

    def action_compare_runs(self) -> None:
        """Compare the marked runs, or the one under the cursor with the one of its task that began before it; the oldest is the reference."""
        self.runners.listing.compared = self.marked
        chosen = [self.entries[run] for run in self.marked if run in self.entries]
        if len(chosen) < 2 and self.current:
            own = chosen[0] if chosen and chosen[0] is not self.current else self.current
            other = self.current if own is not self.current else self._before(own)
            chosen = [entry for entry in (own, other) if entry is not None]
        if len(chosen) < 2:
            self.warn("There is no earlier run of this task to compare with: mark two runs with space, then c.")
            return
        chosen.sort(key=lambda entry: entry.started)
        self.app.post_message(CompareAsked(tuple(self.runners.index.folder(entry.id) for entry in chosen)))

    def _before(self, entry: Entry) -> Entry | None:
        earlier = [
            other for other in self.entries.values() if other.task == entry.task and other.started < entry.started
        ]
        return max(earlier, key=lambda other: other.started, default=None)

    def action_resume_run(self) -> None:
        """Watch a live run, wake a paused one, take up one that was stopped or crashed."""
        entry, folder = self.current, self.folder
        if entry is None or folder is None:
            return
        if entry.status == "finished":
            self.warn("It has finished: open it, + adds epochs.")
        elif entry.status == "failed":
            self.warn(f"It failed: {entry.error or entry.reason}. e edits a copy of its recipe.")
        else:
            ended = entry.status in ("stopped", "crashed") and not self.runners.starting(folder)
            if ended:
                self.runners.promise(folder)
            self._resume(folder, entry.status == "paused", ended)

    @work(thread=True, exit_on_error=False)
    def _resume(self, folder: RunFolder, paused: bool, ended: bool) -> None:
        try:
            if paused:
                launch.wish(folder, "resume", BY)
            elif ended:
                self.runners.take_up(folder)
        except TuimlError as error:
            self.app.call_from_thread(self.warn, error)
            return
        self.app.post_message(RunChosen(folder))

    def action_edit_run(self) -> None:
        """Show its recipe on the form."""
        if self.folder:
            try:
                self.app.post_message(RecipeChosen(recipe.read(self.folder.recipe), self.folder))
            except UsageError as error:
                self.warn(error)

    def action_vary_run(self) -> None:
        """Start the same with one thing changed: ask what."""
        if self.folder:
            self.app.push_screen(Vary(self.folder))

    def action_note_run(self) -> None:
        """Write a line about the run under the cursor."""
        if self.current and self.folder:
            done = partial(self._tell, self.folder, "note")
            self.query_one(Prompt).ask(f"note on {clean(self.current.title, 40)}: ", self.current.note, done)

    def action_rename_run(self) -> None:
        """Give the run under the cursor a name."""
        if self.current and self.folder:
            done = partial(self._tell, self.folder, "name")
            self.query_one(Prompt).ask(f"name of {clean(self.current.id, 40)}: ", self.current.name, done)

    def _tell(self, folder: RunFolder, what: str, text: str | None) -> None:
        self.leave_prompt()
        if text is None:
            return
        try:
            folder.set_note(text) if what == "note" else folder.rename(text)
        except StorageError as error:
            self.warn(error)
        self.look()

    def action_delete_runs(self) -> None:
        """Put the marked runs, or the one under the cursor, into the bin."""
        chosen = [run for run in self.marked if run in self.entries] or ([self.current.id] if self.current else [])
        if chosen:
            self.put_away(tuple(chosen))

    @work(thread=True, exit_on_error=False, group="file")
    def put_away(self, runs: tuple[str, ...]) -> None:
        """Put runs into the bin; those that live stay, and say so."""
        gone, refused = [], []
        for run in runs:
            try:
                removed_runs.remove(self.runners.index.folder(run))
                gone.append(run)
            except StorageError as error:
                refused.append(str(error))
        self.app.call_from_thread(self._removed, tuple(gone), refused)

    def _removed(self, gone: tuple[str, ...], refused: list[str]) -> None:
        if gone:
            self.runners.removed.append(gone)
            for run in gone:
                self.runners.forget(run)
        if refused:
            self.warn(f"{refused[0]}{f' So do {len(refused) - 1} more.' if len(refused) > 1 else ''}")
        self.marked = tuple(run for run in self.marked if run not in gone)
        self.look()

    def action_undo_delete(self) -> None:
        """Bring back what was deleted last."""
        if self.runners.removed:
            self._bring_back(self.runners.removed.pop())

    @work(thread=True, exit_on_error=False, group="file")
    def _bring_back(self, runs: tuple[str, ...]) -> None:
        for run in runs:
            try:
                removed_runs.restore(self.runners.runs_dir, run)
            except TuimlError as error:
                self.app.call_from_thread(self.warn, error)
        self.app.call_from_thread(self.look)
