"""Rewind: a run gone through epoch by epoch, as it was then; and what another patience would have come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from tuiml import recipe
from tuiml.coach import moment
from tuiml.coach.diagnosis import Verdict, blind, diagnose
from tuiml.draw import view as views
from tuiml.errors import TuimlError
from tuiml.fields import EarlyStopping
from tuiml.folds import Epoch
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import Follower
from tuiml.state import RunState
from tuiml.text import clean
from tuiml.tui import actions
from tuiml.tui.curves.condense import Condensed
from tuiml.tui.curves.pace import Pace
from tuiml.tui.curves.scaling import Scaling
from tuiml.tui.messages import RunChosen
from tuiml.tui.reporting import report
from tuiml.tui.rewind import moments
from tuiml.tui.runners import read_log, read_piece
from tuiml.tui.ticking import Ticking
from tuiml.tui.widgets.chart import Chart
from tuiml.tui.widgets.keys import Keys
from tuiml.tui.widgets.line import Line
from tuiml.tui.widgets.title import Title

LOOK_EVERY = 2.0
"""Seconds between looks at the log of a live run."""
_PATIENCE = 3
"""What is asked at first of a run without early stopping."""
PANES = ("loss", "metric", "confusion")


class Rewind(Scaling, Ticking):
    """Reads nothing but the run folder. While one stands at the last epoch of a live run, one moves along with it."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.REWIND)]
    AUTO_FOCUS = None

    at: var[int] = var(0, init=False)
    wait: var[int] = var(_PATIENCE, init=False)
    cut_off: var[bool] = var(False, init=False)
    pane: var[str] = var(PANES[0], init=False)
    confusions: var[Mapping[int, Any]] = var(dict, init=False)

    def __init__(self, folder: RunFolder) -> None:
        super().__init__()
        self.folder = folder
        self.follower = Follower(folder)
        self.epochs: list[Epoch] = []
        self._last = 0
        self._stopping = EarlyStopping(patience=_PATIENCE)
        self._condensed = Condensed()
        self._reading, self._behind, self._pace = True, False, Pace()
        self._painted: tuple[object, ...] = ()
        self._verdict: Verdict | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, lines of the epoch, curves beside the confusion matrix, footer."""
        yield Title("Time machine", clean(self.folder.name() or self.folder.id, 60))
        for name in ("place", "figures", "verdict", "patience"):
            yield Line(f"rewind-{name}")
        with Container(id="rewind-body"):
            with Vertical(id="rewind-curves"):
                yield Chart(classes="loss")
                yield Chart(classes="metric")
            with VerticalScroll(id="rewind-matrix", can_focus=False):
                yield Chart()
        yield Static("reading the run…", id="rewind-empty", markup=False)
        yield Line("rewind-hidden")
        yield Keys()

    @property
    def state(self) -> RunState:
        """What the log says so far."""
        return self.follower.state

    @property
    def matrix(self) -> Chart:
        """The confusion matrix."""
        return self.query_one("#rewind-matrix Chart", Chart)

    def line(self, name: str) -> Line:
        """One of the lines at the top."""
        return self.query_one(f"#rewind-{name}", Line)

    def on_mount(self) -> None:
        """Read the run in a thread; then follow it, should it be live."""
        self.set_class(True, "-empty")
        self.watch_pane()
        self._read()
        self.tick(LOOK_EVERY, self._look)

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        read_log(self.follower)
        report(self, self._begin, _asked(self.folder))

    def _begin(self, stopping: EarlyStopping | None) -> None:
        self._reading = False
        if stopping:
            self._stopping, self.wait = stopping, stopping.patience
        self._take_in()
        self._read_confusions()

    @work(thread=True, exclusive=True, group="confusions", exit_on_error=False)
    def _read_confusions(self) -> None:
        from tuiml.runs import confusions

        found = confusions.read(self.folder)
        report(self, setattr, self, "confusions", found)

    def _look(self) -> None:
        if not self._reading and self.state.live and read_piece(self.follower):
            self._behind = True
        if self._behind and self._pace.due(self.app):
            self._take_in()

    def _take_in(self) -> None:
        """Take new epochs in, and move along with a run at whose last epoch one stands."""
        self._behind = False
        following, before = self.at == self._last, self._last
        self.epochs = moment.epochs_of(self.state)
        self._last = self.epochs[-1].number if self.epochs else 0
        self.set_class(not self.epochs, "-empty")
        if not self.epochs:
            self.query_one("#rewind-empty", Static).update(moments.nothing(self.state.live))
            return
        if before and self._last != before:
            self._read_confusions()
        if following or self.at > self._last:
            self.at = self._last
        self._paint()

    def watch_at(self) -> None:
        """Paint the epoch."""
        self._paint()

    def watch_wait(self) -> None:
        """Ask anew."""
        self._paint_patience()

    def watch_view(self) -> None:
        """Draw the curves."""
        self._draw()

    watch_cut_off = watch_view

    def watch_confusions(self) -> None:
        """Show the matrix of the epoch, as wide as its place is once that is laid out."""
        self.call_after_refresh(self._paint_matrix)

    def watch_pane(self) -> None:
        """Show one pane where there is room for one."""
        for name in PANES:
            self.set_class(self.pane == name, f"-{name}")
        self._paint_hidden()
        self.call_after_refresh(self._paint_matrix)  # which knows its width once it is shown

    def on_resize(self) -> None:
        """Fit the slider and the matrix."""
        self._painted = ()
        self._paint()
        for then in (self._paint_hidden, self.refresh_bindings):
            self.call_after_refresh(then)  # the classes of the new size are known then

    def _epoch(self) -> Epoch | None:
        return views.nearest(self.epochs, self.at)

    def _paint(self) -> None:
        shown = self.at, len(self.epochs), self.state.status, self.size
        epoch = self._epoch()
        if epoch is None or shown == self._painted:
            return
        self._painted = shown
        past = moment.after(self.state, self.at)
        width = self.size.width - 2
        folds = len(self.state.folds) if self.state.plan else 0
        self.line("place").words = moments.place(self.at, self._last, past.best_epoch, width, self.state.live, folds)
        self.line("figures").words = moments.figures(epoch, width)
        self._verdict = diagnose(past)
        self.line("verdict").words = moments.then(self._verdict, blind(self.state))
        self._paint_patience()
        self._draw()
        self.call_after_refresh(self._paint_matrix)

    def _paint_patience(self) -> None:
        if self.epochs:
            self.line("patience").words = moments.patience(self.epochs, self._stopping, self.wait, self.state.live)

    def _draw(self) -> None:
        from tuiml.draw import curves, fold_curves

        if not self.epochs:
            return
        shown = moment.after(self.state, self.at) if self.cut_off else self.state
        whole = (1.0, float(max(self.epochs[-1].number, 2)))
        view = replace(self.view, cursor=self.at, window=self.view.window or (None if self.view.time else whole))
        view = replace(view, overfits=self._verdict.overfits_after if self._verdict else None)
        condensed = (Condensed() if self.cut_off else self._condensed).view(shown, self.at)
        for chart in self.query("#rewind-curves Chart").results(Chart):
            which = "loss" if chart.has_class("loss") else "metric"
            picture = (
                partial(fold_curves.folds_chart, moment.after(self.state, self.at), which)
                if self.state.plan
                else partial(curves.loss_and_metric, condensed, which, view=view)
            )
            chart.picture = self._pace.counted(picture)

    def _paint_matrix(self) -> None:
        place = self.query("#rewind-matrix")
        if not place or not place.first().display:
            return  # or gone already: what is to be done after a refresh may come after the end
        width = max(place.first().size.width - 2, 20)
        text = moments.matrix(self.at, self.confusions, self.state.classes, width)
        self.matrix.styles.height = text.plain.count("\n") + 1
        self.matrix.picture = lambda _width, _height: text

    def _paint_hidden(self) -> None:
        self.line("hidden").words = Content("") if self.has_class("-wide") else moments.hidden(PANES, self.pane)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that would do nothing: a picture of folds has one look."""
        if action == "next_pane":
            return not self.has_class("-wide")
        alone = ("smooth", "log_scale", "time_axis", "zoom", "cut")
        return not (action in alone and self.state.plan is not None)

    def _go(self, number: int) -> None:
        if self.epochs:
            self.at = min(max(number, self.epochs[0].number), self.epochs[-1].number)

    def action_epoch_back(self) -> None:
        """An epoch before."""
        self._go(self.at - 1)

    def action_epoch_on(self) -> None:
        """An epoch later."""
        self._go(self.at + 1)

    def action_ten_back(self) -> None:
        """Ten epochs before."""
        self._go(self.at - 10)

    def action_ten_on(self) -> None:
        """Ten epochs later."""
        self._go(self.at + 10)

    def action_first_epoch(self) -> None:
        """The first epoch."""
        self._go(0)

    def action_last_epoch(self) -> None:
        """The last epoch."""
        self._go(self.epochs[-1].number if self.epochs else 0)

    def action_more_patience(self) -> None:
        """One epoch more."""
        self.wait += 1

    def action_less_patience(self) -> None:
        """One epoch less."""
        self.wait = max(self.wait - 1, 0)

    def action_cut(self) -> None:
        """Hide what came after the epoch, or show it again."""
        self.cut_off = not self.cut_off

    def action_next_pane(self) -> None:
        """Show the next pane."""
        self.pane = PANES[(PANES.index(self.pane) + 1) % len(PANES)]

    def action_zoom(self) -> None:
        """Come closer about the epoch; after the closest, see all."""
        self.view = views.next_zoom(self.state, replace(self.view, cursor=self.at))

    def action_open_here(self) -> None:
        """Show the run itself."""
        self.post_message(RunChosen(self.folder))


def _asked(folder: RunFolder) -> EarlyStopping | None:
    """Return the early stopping that the run has, None where it has none, or where its recipe is of another version."""
    try:
        return recipe.read(folder.recipe).early_stopping
    except TuimlError:
        return None
