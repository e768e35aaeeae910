"""Runs: every run on disk, live or ended, with a filter, an order, marks, and what becomes of them."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.worker import get_current_worker

from tuiml.draw import runs as columns
from tuiml.draw.numbers import rises
from tuiml.draw.runs import Cells
from tuiml.entry import Entry
from tuiml.runs.filter import HELP, Filter, FilterError, parse
from tuiml.runs.order import KEYS, ordered
from tuiml.tui import actions
from tuiml.tui.runners import Runners
from tuiml.tui.runs import roster
from tuiml.tui.runs.filing import Filing
from tuiml.tui.runs.prune import Prune
from tuiml.tui.ticking import Ticking
from tuiml.tui.widgets.keys import Keys
from tuiml.tui.widgets.picker import Picker
from tuiml.tui.widgets.prompt import Prompt
from tuiml.tui.widgets.title import Title
from tuiml.tui.widgets.words import Words

_LOOK_EVERY = 2.0
_FIRST = 0.2
"""Seconds of reading before the first runs are shown."""
_TINY, _NARROW = 40, 75
"""Between, it is said which columns have no room: the usual 80 have all that is asked for first, in 40 there is none to say it."""
_ORDER = {"run": "name"}
"""What a column is sorted by, where that is called otherwise."""
_ABOUT_ONE = {
    "open_run", "mark_run", "compare_runs", "delete_runs", "note_run", "rename_run", "resume_run", "edit_run", "vary_run",
    "run_results", "rewind_run",
}  # fmt: skip


class Runs(Filing, Ticking):
    """A list that fills while one reads it and follows what happens on disk; logs are read in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.RUNS)]
    AUTO_FOCUS = "Picker"

    def __init__(self, runners: Runners) -> None:
        super().__init__(runners)
        self._cells: dict[str, tuple[Entry, Cells]] = {}
        self._filter = Filter("", ())
        self._error = ""
        self._widths: dict[str, int] = {}
        self._hidden = ""
        self._looking, self._again, self._done = False, False, False

    def compose(self) -> ComposeResult:
        """Lay out title, prompt, a line of words, list, the words for an empty one, details, footer."""
        yield Title("Runs")
        yield Prompt()
        yield Words(id="runs-word")
        yield Picker(self._line)
        yield Words(id="runs-empty")
        yield Words(id="runs-detail")
        yield Keys()

    @property
    def picker(self) -> Picker:
        """The list."""
        return self.query_one(Picker)

    @property
    def current(self) -> Entry | None:
        """The run under the cursor."""
        return self.entries.get(self.picker.current) if self.is_mounted else None

    def on_mount(self) -> None:
        """Show what is known from the last visit, then look at the disk again and again."""
        self._take_filter(self.runners.listing.filter)
        left = self.runners.listing.current
        self.marked, self.runners.listing.compared = self.runners.listing.compared, ()
        self._take(dict(self.runners.index.entries), self._cells, False)
        if left in self.picker.keys:
            self.picker.cursor = self.picker.keys.index(left)
        self.look()
        self.tick(_LOOK_EVERY, self.look)

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._show()

    def look(self) -> None:
        """Take in what is on disk now; while that is being done already, once more afterwards."""
        self._again = self._looking
        if not self._looking:
            self._looking = True
            self._read()

    @work(thread=True, group="look", exit_on_error=False)
    def _read(self) -> None:
        worker, index, done, seconds = get_current_worker(), self.runners.index, False, _FIRST
        try:
            while not done and not worker.is_cancelled:
                done = index.look(seconds)
                seconds = min(
                    2 * seconds, _LOOK_EVERY
                )  # painting a long list ten times would cost more than reading it
                entries = dict(index.entries)
                cells = self._cells_of(entries)
                if not worker.is_cancelled:
                    self.app.call_from_thread(self._take, entries, cells, done)
        finally:
            self._looking = False
        if self._again and not worker.is_cancelled:
            self.app.call_from_thread(self.look)

    def _cells_of(self, entries: dict[str, Entry]) -> dict[str, tuple[Entry, Cells]]:
        now, known = time.time(), self._cells
        return {
            run: known[run] if run in known and known[run][0] is entry else (entry, columns.cells(entry, now))
            for run, entry in entries.items()
        }

    def _take(self, entries: dict[str, Entry], cells: dict[str, tuple[Entry, Cells]], done: bool) -> None:
        changed = entries != self.entries or done != self._done
        self.entries, self._done = entries, done
        self._cells = cells if len(cells) == len(entries) else self._cells_of(entries)
        if changed:
            if self.runners.listing.filter != self._filter.text:  # a metric may be known by now
                self._take_filter(self.runners.listing.filter)
            self._show()
        else:
            self.picker.look_again()

    def _take_filter(self, text: str, typing: bool = False) -> None:
        """Let the list follow a filter; one that is wrong, or `typing` one that fits no run yet, leaves it as it was."""
        try:
            found = parse(text, {name for entry in self.entries.values() for name in entry.metrics})
        except FilterError as error:
            self._error = f"✗ {error}"
            return
        if typing and self.entries and not any(map(found.matches, self.entries.values())):
            self._error = f"none of the {len(self.entries)} runs fits {text}"
        else:
            self._filter, self._error = found, ""

    def _show(self) -> None:
        """Filter, sort, fit the columns, and paint what changed."""
        listing, now = self.runners.listing, time.time()
        found = [entry for entry in self.entries.values() if self._filter.matches(entry, now)]
        found = ordered(found, _ORDER.get(listing.sort, listing.sort), listing.backwards, rises)
        room = self._room
        self._widths = columns.fit([self._cells[entry.id][1] for entry in found], room - roster.MARGIN, listing.sort)
        narrow = _TINY < room < _NARROW
        self._hidden = roster.hidden([self._cells[entry.id][1] for entry in found], self._widths) if narrow else ""
        self.picker.heading = roster.heading(self._widths, room, listing.sort, listing.backwards)
        self.picker.keys = tuple(entry.id for entry in found)
        self.picker.look_again()
        self.set_class(not found, "-empty")
        self.query_one("#runs-empty", Words).words = roster.nothing(
            self.runners.runs_dir, self.entries.values(), self._filter.text, self._done
        )
        marked = sum(run in self.entries for run in self.marked)
        self.query_one(Title).subject = roster.title(self.entries.values(), len(found), marked)
        if found and self.focused is None:  # what is hidden cannot have it
            self.picker.focus()
        self._say()
        self.refresh_bindings()

    @property
    def _room(self) -> int:
        return max(self.size.width - 1, 20)  # the scrollbar

    def _say(self) -> None:
        """Paint the words about the list and about the run under the cursor."""
        reading = "" if self._done or not self.entries else f"reading logs… {len(self.entries)} so far"
        removed = self.runners.removed[-1] if self.runners.removed else ()
        text = "" if self.query_one(Prompt).asking else self._filter.text
        words = roster.word(self._error, text, removed, reading, self._hidden)
        word = self.query_one("#runs-word", Words)
        word.display = bool(words.plain)
        word.words = words
        entry = self.current
        self.query_one("#runs-detail", Words).words = roster.detail(
            entry, self.entries.get(entry.origin) if entry else None
        )

    def _line(self, run: str) -> Content:
        entry, cells = self._cells[run]
        return roster.line(entry, cells, self._widths, self._room, run in self.marked, time.time())

    @on(Picker.Moved)
    def _moved(self) -> None:
        self.runners.listing.current = self.picker.current
        self._say()
        self.refresh_bindings()

    @on(Picker.Chosen)
    def _chosen(self) -> None:
        self.action_open_run()

    @on(Picker.HeadingClicked)
    def _heading_clicked(self, event: Picker.HeadingClicked) -> None:
        column = roster.column_at(event.x, self._widths, self._room)
        if column and _ORDER.get(column, column) in KEYS:
            self._sort(column, column == self.runners.listing.sort and not self.runners.listing.backwards)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that would do nothing: while a text is typed, or without a run to do it to."""
        if action == "undo_delete":
            return bool(self.runners.removed)
        if not self.is_mounted or action not in actions.available(actions.RUNS) or action in ("back", "help", "quit"):
            return True
        return not self.query_one(Prompt).asking and (action not in _ABOUT_ONE or self.current is not None)

    def action_filter_runs(self) -> None:
        """Ask for a filter; the list follows each key."""
        self.query_one(Prompt).ask("/ ", self.runners.listing.filter, self._filtered, self._try_filter, HELP)
        self._say()

    def _try_filter(self, text: str) -> None:
        self.runners.listing.filter = text
        self._take_filter(text, typing=True)
        self._show()

    def _filtered(self, text: str | None) -> None:
        self.runners.listing.filter = text or ""
        self._take_filter(text or "")
        if self._error:
            self.action_filter_runs()
            return
        self.leave_prompt()
        self._show()

    def leave_prompt(self) -> None:
        """Give the cursor back to the list."""
        self.picker.focus()
        self._say()
        self.refresh_bindings()

    def action_sort_runs(self) -> None:
        """Sort by the next column."""
        shown = [column for column in self._widths if _ORDER.get(column, column) in KEYS]
        at = shown.index(self.runners.listing.sort) if self.runners.listing.sort in shown else -1
        if shown:
            self._sort(shown[(at + 1) % len(shown)], False)

    def action_turn_sort(self) -> None:
        """Turn the order round."""
        self._sort(self.runners.listing.sort, not self.runners.listing.backwards)

    def _sort(self, column: str, backwards: bool) -> None:
        self.runners.listing.sort, self.runners.listing.backwards = column, backwards
        self._show()

    def action_mark_run(self) -> None:
        """Mark the run under the cursor, or take its mark away, and go on to the next."""
        if self.current:
            run = self.current.id
            others = tuple(other for other in self.marked if other != run)
            self.marked = others if run in self.marked else (*others, run)
            self._show()
            self.picker.cursor += 1

    def action_refresh(self) -> None:
        """Look at the disk now."""
        self.look()

    def action_prune_runs(self) -> None:
        """Ask what should go."""
        self.app.push_screen(Prune(self.runners.index, tuple(self.entries.values())), self._pruned)

    def _pruned(self, runs: tuple[str, ...] | None) -> None:
        if runs:
            self.put_away(runs)
