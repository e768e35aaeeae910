"""Live: one run as its folder tells it, live or ended: warm-up, curves, epochs, result, log, and the wishes one can leave."""

from __future__ import annotations

import time
from functools import partial
from typing import ClassVar, Literal

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer, Static

from tuiml.draw.folds import epochs_asked, judged
from tuiml.errors import StorageError
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.wishes import Kind, Wish
from tuiml.state import RunState
from tuiml.tasks import recipes
from tuiml.text import clean
from tuiml.tui import actions, captions
from tuiml.tui.condense import Condensed
from tuiml.tui.messages import CopyAsked
from tuiml.tui.runners import BY, Runners, read_log
from tuiml.tui.widgets.chart import Chart
from tuiml.tui.widgets.log_pane import LogPane
from tuiml.tui.widgets.result import Result
from tuiml.tui.widgets.rows import Rows
from tuiml.tui.widgets.title import Title

LOOK_EVERY = 0.25
"""Seconds between looks at the log; the screen is painted at most this often, and only when something changed."""
_READ_BYTES = 65_536
_READ_SECONDS = 0.02
_MORE_EPOCHS = 5
_FOLD_STEPS = 200
"""How often at most the curves of a study are painted: those of a dozen folds take a tenth of a second."""


class Live(Screen[None]):
    """Reads nothing but the run folder."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.LIVE)]
    AUTO_FOCUS = None

    seen: reactive[tuple[int, str]] = reactive((-1, ""), init=False)
    now: reactive[float] = reactive(0.0, init=False)
    log_shown: reactive[bool] = reactive(False, init=False, toggle_class="-log")

    def __init__(self, folder: RunFolder, runners: Runners) -> None:
        super().__init__()
        self.folder, self.runners = folder, runners
        self.follower = runners.follow(folder)
        self._wish: Wish | None = None
        self._told = 0
        self._watching = False
        self._condensed = Condensed()
        self._epochs_shown = 0
        self._folds_shown: tuple[object, ...] = ()
        self._painted_end = (-1, "")

    def compose(self) -> ComposeResult:
        """Lay out title, two lines of status, warm-up or curves, result, epochs or log, footer."""
        yield Title("Run", clean(self.folder.name() or self.folder.id, 60))
        yield Static(id="live-progress", markup=False)
        yield Static(id="live-facts", markup=False)
        yield Static(id="live-stages", markup=False)
        yield Result()
        with Container(id="live-charts"):
            yield Chart(classes="loss")
            yield Chart(classes="metric")
        with Vertical(id="live-lower"):
            yield Rows()
            yield LogPane(self.folder.log, "The runner has printed nothing.")
        yield Static(id="live-hidden", markup=False)
        yield Footer(compact=True)

    @property
    def state(self) -> RunState:
        """What the log says so far."""
        return self.follower.state

    @property
    def rows(self) -> Rows:
        """The table of epochs."""
        return self.query_one(Rows)

    @property
    def log_pane(self) -> LogPane:
        """The end of the runner's log."""
        return self.query_one(LogPane)

    def on_mount(self) -> None:
        """Look at once, then at most four times a second."""
        self.set_interval(LOOK_EVERY, self.look)
        self.look()
        self._told, self._watching = len(self.state.notices), self.folder in self.runners.alive()

    def look(self) -> None:
        """Take in what was written, for a few milliseconds at most: the next look goes on where this one ended."""
        until = time.monotonic() + _READ_SECONDS
        while (more := read_log(self.follower, _READ_BYTES)) and time.monotonic() < until:
            pass
        if not more and self.state.live and self.runners.died(self.folder) and not self.folder.lock.exists():
            self.state.mark_crashed("the runner ended before it began; its log says why")
        if self.log_shown:
            self.log_pane.look()
        self.seen = (self.state.count, self.state.status)
        self.now = time.time()

    def watch_seen(self) -> None:
        """Paint all that follows from the log."""
        state = self.state
        warming = state.live and not state.history and not state.step and not state.folds
        self.set_class(warming, "-warming")
        self.set_class(not state.live, "-ended")
        view = self._condensed.view(state)
        self.query_one("#live-facts", Static).update(captions.facts(view))
        if not warming:
            self._paint_curves(view)
        if not state.live:
            self._paint_result(state)
        self._tell_news(state)
        self.refresh_bindings()

    def watch_now(self, now: float) -> None:
        """Move the clocks: a run that computes long must still show life."""
        if self.state.live or self._painted_end != self.seen:
            self._painted_end = self.seen
            waiting = self._wish.wish if self._wish and self._wish.id not in self.state.obeyed else ""
            self.query_one("#live-progress", Static).update(
                captions.progress(self.state, self.size.width - 2, now, waiting)
            )
        if self.has_class("-warming"):
            self.query_one("#live-stages", Static).update(
                Content("\n\n").join([captions.stages(self.state, now), captions.layers(self.state)])
            )

    def watch_log_shown(self) -> None:
        """Fill the log when it comes into view."""
        self.log_pane.look()

    def on_resize(self) -> None:
        """Say what does not fit."""
        self.query_one("#live-hidden", Static).update(captions.hidden(self.size.width, self.size.height))
        self._painted_end = (-1, "")

    def _paint_curves(self, view: RunState) -> None:
        from tuiml.draw import curves

        if self.state.plan is not None:
            self._paint_folds(view)
            return
        for chart in self.query(Chart):
            chart.picture = partial(curves.loss_and_metric, view, "loss" if chart.has_class("loss") else "metric")
        if len(self.state.history) != self._epochs_shown:
            self._epochs_shown = len(self.state.history)
            self.rows.lines = captions.epochs(self.state, view.best_epoch, self.size.width)

    def _paint_folds(self, view: RunState) -> None:
        """Paint the folds, their judged metric first; once there is a refit, its curve takes the place of the other metric's."""
        from tuiml.draw import fold_curves

        reached = (int(view.progress() * _FOLD_STEPS), len(view.history), view.status, view.suggested, len(view.folds))
        if reached == self._folds_shown:
            return
        first = "loss" if judged(view) == "val_loss" else "metric"
        if not self._folds_shown:
            self.set_class(first == "metric", "-metric")
        self._folds_shown = reached
        for chart in self.query(Chart):
            which = "loss" if chart.has_class("loss") else "metric"
            chart.picture = (
                partial(fold_curves.refit_chart, view, first)
                if which != first and view.history
                else partial(fold_curves.folds_chart, view, which)
            )
        self.rows.lines = captions.fold_rows(view)

    def _paint_result(self, state: RunState) -> None:
        result = self.query_one(Result)
        result.number, result.caption = captions.headline(state)
        result.lines = captions.outcome(state)
        if state.status in ("failed", "crashed"):
            self.log_shown = True

    def _tell_news(self, state: RunState) -> None:
        """Say in a toast what happened while one was looking; an old run's news are no news."""
        if not self._watching:
            self._watching = state.live and self.folder.is_alive()
            return
        for notice in state.notices[self._told :]:
            if notice.level != "info":
                severity: Literal["warning", "error"] = "warning" if notice.level == "warning" else "error"
                self.notify(clean(notice.text, 300), severity=severity, markup=False)
        self._told = len(state.notices)
        if not state.live:
            self._watching = False
            self.notify(
                clean(state.reason or state.error, 200),
                title=f"The run: {state.status}",
                severity="information" if state.status in ("finished", "stopped") else "error",
                markup=False,
            )
            self.app.bell()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that would do nothing: one cannot pause what has ended."""
        possible = {
            "pause": self.state.live and self.state.status != "paused",
            "resume": self.state.status in ("paused", "stopped", "crashed"),
            "add_epochs": self.state.live or self.state.status == "finished",
            "stop": self.state.live,
            "switch_chart": not self._both_charts,
        }
        return possible.get(action, True)

    @property
    def _both_charts(self) -> bool:
        """Whether there is room for both, as the style sheet decides."""
        return self.has_class("-wide") or self.has_class("-tall")

    def action_pause(self) -> None:
        """Stand still between two batches."""
        self._leave("pause")

    def action_resume(self) -> None:
        """Go on after a pause; a run that was stopped or crashed is taken up where its last checkpoint stands."""
        if self.state.live:
            self._leave("resume")
        else:
            self.log_shown = False  # opened by the crash
            self._take_up()

    def action_stop(self) -> None:
        """Stop and keep what there is."""
        self._leave("stop")

    def action_add_epochs(self) -> None:
        """Train longer; a run that has ended is taken up again."""
        ended = not self.state.live
        if self._leave("add_epochs", _MORE_EPOCHS) and ended:
            self._take_up()

    @work(thread=True, exit_on_error=False)
    def _take_up(self) -> None:
        try:
            self.runners.take_up(self.folder)
        except StorageError as error:
            self.app.call_from_thread(self.notify, clean(error), severity="error", markup=False)

    def _leave(self, kind: Kind, value: int | None = None) -> bool:
        try:
            self._wish = launch.wish(self.folder, kind, BY, value)
        except StorageError as error:
            self.notify(clean(error), severity="error", markup=False)
            return False
        self._painted_end = (-1, "")
        self.now = time.time()
        return True

    def action_switch_chart(self) -> None:
        """Show the other chart where there is room for one."""
        self.toggle_class("-metric")

    def action_show_log(self) -> None:
        """Show the log in place of the epochs, or the epochs again."""
        self.log_shown = not self.log_shown

    def action_copy_command(self) -> None:
        """Copy the command that repeats this run."""
        self.post_message(CopyAsked(recipes.repeat(self.folder.recipe, epochs_asked(self.state))))
