"""Results: what a run's network gets right and wrong, class by class and row by row, and what it says of a new input."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Input, Static

from tuiml.errors import TuimlError
from tuiml.runs.folder import RunFolder
from tuiml.tasks import readable
from tuiml.tasks.base import Data
from tuiml.tasks.judged import Judged
from tuiml.text import clean, clean_lines
from tuiml.tui import actions
from tuiml.tui.messages import RunChosen
from tuiml.tui.reporting import report
from tuiml.tui.results import findings, outcome
from tuiml.tui.results.asking import Asking
from tuiml.tui.results.counts import Counts
from tuiml.tui.results.findings import SPLITS, Findings, Split
from tuiml.tui.results.scores import Scores
from tuiml.tui.results.summary import Summary
from tuiml.tui.results.worst import Worst
from tuiml.tui.settling import Settling
from tuiml.tui.widgets.keys import Keys
from tuiml.tui.widgets.tabline import Tabline
from tuiml.tui.widgets.title import Title

_LOOK_EVERY = 2.0
"""Seconds between looks at whether a live run has ended."""
SUMMARY, COUNTS, SCORES, WORST, TRY = range(5)
_IDS = ("results-summary", "results-counts", "results-scores", "results-worst", "results-try")
_ONLY = {
    "next_rows": WORST,
    "previous_rows": WORST,
    "sort_scores": SCORES,
    "next_confused": COUNTS,
    "switch_weights": TRY,
}
"""Actions that do something in one pane alone."""


class Results(Settling[None]):
    """Reads the run's folder, and once more when a live run has ended; `pane` is on show, of the rows of `split`."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.RESULTS)]
    AUTO_FOCUS = None

    pane: reactive[int] = reactive(SUMMARY, init=False)
    split: reactive[Split] = reactive("test", init=False)
    found: reactive[Findings | None] = reactive(None, init=False)

    def __init__(self, folder: RunFolder) -> None:
        super().__init__()
        self.folder = folder
        self._read_once = False

    def compose(self) -> ComposeResult:
        """Lay out title, names of the panes, the five panes, why there is nothing, footer."""
        yield Title("Results", clean(self.folder.name() or self.folder.id, 60))
        yield Tabline()
        with ContentSwitcher(initial=_IDS[SUMMARY]):
            yield Summary(id=_IDS[SUMMARY])
            yield Counts(id=_IDS[COUNTS])
            yield Scores(id=_IDS[SCORES])
            yield Worst(id=_IDS[WORST])
            yield Asking(self.folder, _IDS[TRY])
        yield Static("reading the run…", id="results-nothing", markup=False)
        yield Keys()

    @property
    def judged(self) -> Judged | None:
        """The rows of the split, judged; None where nothing is known of them."""
        return self.found.judged.get(self.split) if self.found else None

    def on_mount(self) -> None:
        """Read the run."""
        self.query_one(Tabline).names = outcome.panes(None)
        self._read()
        self.set_interval(_LOOK_EVERY, self._look)

    def _look(self) -> None:
        if self.found is not None and self.found.state.live:
            self._ask_whether_it_ended()

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _ask_whether_it_ended(self) -> None:
        if not (self.folder.is_alive() or self.folder.is_starting()):
            self._report(self._read)

    @work(thread=True, exclusive=True, group="read", exit_on_error=False)
    def _read(self) -> None:
        try:
            found = findings.load(self.folder)
            for judged in found.judged.values():
                outcome.counts(judged)  # counted here: it stays with the rows
        except TuimlError as error:
            self._report(self._say_problem, f"✗ {clean_lines(error, 600)}\n\nEsc leads back to the run.")
        else:
            self._report(self._take, found)

    @work(thread=True, exclusive=True, group="rows", exit_on_error=False)
    def _read_rows(self, found: Findings) -> None:
        try:
            data = readable.load(found.recipe, lambda what: self._report(self._note, f"{clean(what, 80)}…"))
        except TuimlError as error:
            self._report(self._note, f"numbers alone, because {clean(error, 300)}")
        else:
            self._report(self._take_rows, data)

    def _report(self, take: Callable[..., object], *found: object) -> None:
        report(self, take, *found)

    def _say_problem(self, words: str) -> None:
        """Say in every pane of rows why the run cannot be read."""
        self.found = None
        self.query_one(Summary).say(words)
        self._say_nothing(words)
        self.watch_pane()

    def _note(self, what: str) -> None:
        self.query_one(Worst).note = what

    def _take_rows(self, data: Data) -> None:
        worst = self.query_one(Worst)
        worst.data, worst.note = data, ""
        self._prepare_asking()

    def _take(self, found: Findings) -> None:
        self.set_reactive(Results.split, found.first)
        self.found = found

    def watch_found(self, found: Findings | None) -> None:
        """Show what there is."""
        if found is None:
            return
        self.query_one(Summary).found = found
        self._prepare_asking()
        self.watch_split()

    def _prepare_asking(self) -> None:
        if self.found is not None:
            self.query_one(Asking).prepare(self.found, self.query_one(Worst).example())

    def watch_split(self) -> None:
        """Show the rows of this split in all panes."""
        judged = self.judged
        tabs = self.query_one(Tabline)
        tabs.names, tabs.note = outcome.panes(judged), f"{self.split} rows"
        for pane in (self.query_one(Counts), self.query_one(Scores), self.query_one(Worst)):
            pane.judged = judged
        if self.found is not None:
            self._say_nothing(outcome.nothing(self.found, self.split))
        self.watch_pane()

    def watch_pane(self) -> None:
        """Show one pane, or why there is nothing in it."""
        self.query_one(Tabline).chosen = self.pane
        self.query_one(ContentSwitcher).current = _IDS[self.pane]
        self.set_class(self.judged is None and self.pane in (COUNTS, SCORES, WORST), "-nothing")
        if self.found is not None and self.pane in (WORST, TRY) and not self._read_once:
            self._read_once = True
            self._note("reading the rows…")
            self._read_rows(self.found)
        focused = {
            COUNTS: self.query_one(Counts).table,
            SCORES: self.query_one(Scores).table,
            TRY: self.query_one(Asking).input,
        }
        self.set_focus(focused.get(self.pane, self.query_one(Summary) if self.pane == SUMMARY else None))
        self.refresh_bindings()

    @on(Counts.Chosen)
    @on(Scores.Chosen)
    def _some_chosen(self, event: Counts.Chosen | Scores.Chosen) -> None:
        self.query_one(Worst).some = (event.what, event.among)
        self.pane = WORST

    @on(Tabline.Chosen)
    def _tab_chosen(self, event: Tabline.Chosen) -> None:
        self.pane = event.number

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what does something in this pane."""
        if action in _ONLY and self.pane != _ONLY[action]:
            return False
        if action == "judge_rows":
            return self.found is not None and self.found.computable
        if action == "next_confused":
            return self.query_one(Counts).can_step
        return action != "sort_scores" or (self.judged is not None and not self.judged.of_values)

    def action_next_result(self) -> None:
        """Around the end."""
        self.pane = (self.pane + 1) % len(_IDS)

    def action_previous_result(self) -> None:
        """Around the beginning."""
        self.pane = (self.pane - 1) % len(_IDS)

    def action_show_summary(self) -> None:
        """Show the figures."""
        self.pane = SUMMARY

    def action_show_counts(self) -> None:
        """Show what was taken for what."""
        self.pane = COUNTS

    def action_show_scores(self) -> None:
        """Show the classes."""
        self.pane = SCORES

    def action_show_worst(self) -> None:
        """Show the worst of all rows."""
        self.query_one(Worst).some = None
        self.pane = WORST

    def action_try_one(self) -> None:
        """Let something be typed."""
        self.pane = TRY
        self.query_one(Asking).input.focus()

    def action_switch_split(self) -> None:
        """Show the other rows."""
        self.split = SPLITS[(SPLITS.index(self.split) + 1) % len(SPLITS)]

    def action_next_confused(self) -> None:
        """Go to the next pair or target."""
        self.query_one(Counts).step()

    def action_sort_scores(self) -> None:
        """Sort by another figure."""
        self.query_one(Scores).step()

    def action_next_rows(self) -> None:
        """Show rows of lower loss."""
        self.query_one(Worst).turn(1)

    def action_previous_rows(self) -> None:
        """Show rows of higher loss."""
        self.query_one(Worst).turn(-1)

    def action_switch_weights(self) -> None:
        """Ask the other weights."""
        asking = self.query_one(Asking)
        asking.weights = "best" if asking.weights == "final" else "final"

    def action_judge_rows(self) -> None:
        """Have a child process judge rows that the run has left no predictions of."""
        if self.pane not in (COUNTS, SCORES, WORST):
            self.pane = COUNTS
        self._say_nothing("importing TensorFlow…")
        self._judge()

    @work(thread=True, exclusive=True, group="judge", exit_on_error=False)
    def _judge(self) -> None:
        tell = lambda what: self._report(self._say_nothing, f"{clean(what, 80)}…")  # noqa: E731
        answer = self.query_one(Asking).predictor.ask({"judge": True}, tell)
        if "error" in answer:
            self._report(self._say_nothing, f"✗ {clean_lines(answer['error'], 600)}")
        else:
            self._report(self._read)

    def _say_nothing(self, words: str) -> None:
        """Say why there is nothing in the panes of rows, or what is being done about it."""
        self.query_one("#results-nothing", Static).update(words)

    def action_read_again(self) -> None:
        """Read the run again."""
        self._read()

    def action_step_out(self) -> None:
        """Leave the input, then the choice of rows, then the results."""
        worst = self.query_one(Worst)
        if isinstance(self.focused, Input):
            self.set_focus(None)
        elif self.pane == WORST and worst.some is not None:
            worst.some = None
        else:
            self.post_message(RunChosen(self.folder))
