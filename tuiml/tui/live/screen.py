"""Live: one run as its folder tells it, live or ended: warm-up, curves, verdict, epochs, network, log, result."""

from __future__ import annotations

import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.reactive import var

from tuiml import recipe
from tuiml.draw.folds import epochs_asked
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.tasks import recipes
from tuiml.text import clean
from tuiml.tui import actions
from tuiml.tui.actions import live as table
from tuiml.tui.curves.pace import cost
from tuiml.tui.dialogs.vary import Vary
from tuiml.tui.live import captions, gauges, look, network
from tuiml.tui.live.drawing import Drawing, decisive
from tuiml.tui.live.news import News
from tuiml.tui.live.viewing import Remembered, Viewing
from tuiml.tui.live.wishing import Wishing
from tuiml.tui.messages import CopyAsked, RecipeChosen, ResultsAsked, RewindAsked, RunOver
from tuiml.tui.reporting import report
from tuiml.tui.runners import Runners, read_piece
from tuiml.tui.ticking import Ticking
from tuiml.tui.widgets.chart import Chart
from tuiml.tui.widgets.keys import Keys
from tuiml.tui.widgets.line import Line
from tuiml.tui.widgets.log_pane import LogPane
from tuiml.tui.widgets.reading import Reading
from tuiml.tui.widgets.result import Result
from tuiml.tui.widgets.rows import Rows
from tuiml.tui.widgets.title import Title

LOOK_EVERY = 0.25
"""Seconds between looks at a log that is read to its end."""
_READ_SECONDS = 0.02
_LOW = 10
"""Rows below which there is room for one chart alone."""
_PANES = ("epochs", "log", "network")


class Live(Wishing, Viewing, Ticking):
    """Reads nothing but the run folder."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.LIVE)]
    AUTO_FOCUS = None

    seen: var[tuple[int, str]] = var((-1, ""), init=False)
    drawn: var[tuple[int, str]] = var((-1, ""), init=False)
    now: var[float] = var(0.0, init=False)

    def __init__(self, folder: RunFolder, runners: Runners, remembered: Remembered | None = None) -> None:
        super().__init__(folder, remembered)
        self.runners = runners
        self.follower = runners.follow(folder)
        self._news: News | None = None
        self._drawing = Drawing()
        self._end, self._first = 0.0, "loss"
        self._recipe: Recipe | None = None
        self._meter = gauges.Meter()
        self._possible: dict[str, bool] = {}
        self._hurried = False
        self._behind = True  # what is opened is painted as it stands once its log is read

    def compose(self) -> ComposeResult:
        """Lay out title, lines of status, warm-up or curves, verdict, result, epochs or network or log, footer."""
        yield Title("Run", clean(self.folder.name() or self.folder.id, 60))
        yield Line("live-progress")
        yield Line("live-facts")
        yield Reading("live-gauges")
        yield Line("live-stages")
        yield Result()
        with Container(id="live-charts"):
            yield Chart(classes="loss")
            yield Chart(classes="metric")
        yield Line("live-verdict")
        yield Line("live-view")
        with Vertical(id="live-lower"):
            yield Rows("epochs")
            yield Rows("network", follows=False)
            yield LogPane(self.folder.log, "The runner has printed nothing.")
        yield Line("live-hidden")
        yield Keys()

    @property
    def state(self) -> RunState:
        """What the log says so far."""
        return self.follower.state

    def on_mount(self) -> None:
        """Look at once, then four times a second; while there is more to read, as in an old run's long log, without delay."""
        self.look_at_log()
        self._news = News(self.state, self.folder in self.runners.alive())
        self._read_recipe()
        self.tick(LOOK_EVERY, self.look_at_log)

    def look_at_log(self) -> None:
        """Take in what was written, for a few milliseconds at most: the next look goes on where this one ended."""
        until = time.monotonic() + _READ_SECONDS
        while (more := read_piece(self.follower)) and time.monotonic() < until:
            pass
        if not more and self.state.live and self.runners.died(self.folder) and not self.folder.lock.exists():
            self.state.mark_crashed("the runner ended before it began; its log says why")
        if self.pane == "log":
            self.query_one(LogPane).look()
        self.seen = (self.state.count, self.state.status)
        caught_up, self._behind = self._behind and not more, self._behind and more
        if self._drawing.pace.due(self.app) or caught_up or self.drawn[1] != self.seen[1]:
            self.drawn = self.seen
        self.tell_start()
        self._offer()
        standing = self.state.status == "paused"
        self.query_one(Reading).source = None if standing else self._meter.source(self.state, self.size.width - 2)
        self.now = self.state.last if standing else time.time()
        if more and not self._hurried:
            self._hurried = True
            self.set_timer(_READ_SECONDS, self._look_on)

    def _look_on(self) -> None:
        self._hurried = False
        self.look_at_log()

    def watch_seen(self) -> None:
        """Paint the words that follow from the log."""
        state = self.state
        warming = state.live and not state.history and not state.step and not state.folds
        self.set_class(warming, "-warming")
        self.set_class(not state.live, "-ended")
        self._line("facts").words = captions.facts(state)
        if state.live:
            self.runners.begun(self.folder)
        else:
            self._paint_result(state)
        self._tell_news(state)
        self.tell_saved()
        self._offer()

    def watch_drawn(self) -> None:
        """Paint the curves, and what goes with them."""
        if not self.has_class("-warming"):
            self._paint()

    def watch_view(self) -> None:
        """Look at the same curves otherwise, at once."""
        if not self.has_class("-warming"):
            self._paint()
        self._offer()

    def watch_now(self, now: float) -> None:
        """Move the clocks: a run that computes long must still show life."""
        self._line("progress").words = captions.progress(self.state, self.size.width - 2, now, self.waiting)
        if self.has_class("-warming"):
            told = [captions.stages(self.state, now), captions.layers(self.state)]
            self._line("stages").words = Content("\n\n").join(told)

    def watch_pane(self, pane: str) -> None:
        """Show the pane, and fill it."""
        for name in _PANES:
            self.set_class(pane == name, f"-{name}")
        self.query_one(LogPane).look()
        self._paint_lower()

    def on_resize(self) -> None:
        """Say what does not fit."""
        self.set_class(self.size.height < _LOW, "-low")
        self.watch_now(self.now)
        self._paint_lower()
        if not self.state.live:
            self.call_after_refresh(self._paint_result, self.state)  # the classes of the new size are known then
        self._offer(force=True)

    def wished(self) -> None:
        """Show at once that something was asked for."""
        self.watch_now(time.time())
        self._offer()

    def resumed(self) -> None:
        """Show the epochs again: a crash had opened the log."""
        self.pane = _PANES[0]

    def _line(self, name: str) -> Line:
        return self.query_one(f"#live-{name}", Line)

    def _paint(self) -> None:
        """Paint curves, verdict and the lower pane; a window that reached the end of the run goes along with it."""
        state, end = self.state, look.end(self.state, self.view)
        if decisive(state) != self._first:
            self._first = decisive(state)
            self.set_class(self._first == "metric", "-metric")
        self.set_reactive(Viewing.view, look.followed(self.view, self._end, end))
        self._end = end
        for which, picture in self._drawing.pictures(state, self.view).items():
            self.query_one(f"Chart.{which}", Chart).picture = picture
        self._line("verdict").words = captions.verdict(self._drawing.verdict(state), self.size.width - 2, state)
        self._paint_lower()

    def _paint_lower(self) -> None:
        """Say how the curves are looked at, and fill the table of epochs, or that of the network's layers."""
        state, width = self.state, self.size.width
        said = look.words(self.view, self.ghost.name if self.ghost else "")
        shown = "folds" if state.plan is not None and self.pane == "epochs" else self.pane
        self._line("view").words = look.heading(shown, said, width - 2)
        self._line("hidden").words = captions.hidden(width, self.size.height, self.pane, said)
        if self.pane == "network":
            self.query_one(".network", Rows).lines = network.table(state, self._recipe, width - 4)
        rows = self.query_one(".epochs", Rows)
        if self.pane != "epochs" or self.has_class("-warming"):
            return
        if state.plan is not None:
            rows.lines = captions.fold_rows(state)
            return
        cursor = self.view.cursor
        rows.lines = captions.epochs(state, state.best_epoch, width, self.view.total, cursor)
        rows.marked = captions.row_of(rows.lines, cursor)
        self._drawing.pace.spend(cost(rows.lines[-rows.size.height :]), time.monotonic())

    def _paint_result(self, state: RunState) -> None:
        result = self.query_one(Result)
        result.number, result.caption = captions.headline(state)
        result.lines = captions.outcome(state, None if self.has_class("-tall") else self.size.width - 2)
        if state.status in ("failed", "crashed"):
            self.pane = "log"

    def _tell_news(self, state: RunState) -> None:
        for toast in self._news.fresh(state, self.folder.is_alive) if self._news else ():
            self.notify(toast.text, title=toast.title, severity=toast.severity, markup=False)
            if toast.end:
                name = self.folder.name() or self.folder.id
                self.post_message(RunOver(self.folder, f"{name}: {state.status}"))

    @work(thread=True, exit_on_error=False, group="recipe")
    def _read_recipe(self) -> None:
        try:
            found = recipe.read(self.folder.recipe)
        except TuimlError:
            return  # of another version: it can be looked at, and what needs its recipe says so
        report(self, self._take_recipe, found)

    def _take_recipe(self, found: Recipe) -> None:
        self._recipe = found
        self._paint_lower()
        self._offer()

    def _offer(self, force: bool = False) -> None:
        """Have the footer made anew when other keys do something now."""
        possible = self.possible() | self._showable()
        if force or possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that would do nothing: one cannot pause what has ended."""
        return self._possible.get(action, True)

    def _showable(self) -> dict[str, bool]:
        """Return which of the other actions would do anything now."""
        curves = self.state.plan is None and bool(self.state.history)
        asked = dict.fromkeys(table.OF_CURVES, curves)
        return asked | {
            "clear_cursor": self.view.cursor is not None,
            "switch_chart": not (self.has_class("-wide") or self.has_class("-tall")),
            "edit_copy": self._recipe is not None,
            "vary": self._recipe is not None,
            "open_results": bool(self.state.history),
            "rewind": bool(self.state.history) or any(fold.history for fold in self.state.folds.values()),
        }

    def action_switch_chart(self) -> None:
        """Show the other chart where there is room for one."""
        self.toggle_class("-metric")

    def action_show_log(self) -> None:
        """Show the log in place of the epochs, or the epochs again."""
        self.pane = "log" if self.pane != "log" else _PANES[0]

    def action_show_network(self) -> None:
        """Show the network's layers in place of the epochs, or the epochs again."""
        self.pane = "network" if self.pane != "network" else _PANES[0]

    def action_vary(self) -> None:
        """Offer the single changes that fit."""
        self.app.push_screen(Vary(self.folder))

    def action_open_results(self) -> None:
        """Look into what the network gets right and wrong."""
        self.post_message(ResultsAsked(self.folder))

    def action_rewind(self) -> None:
        """Go through the run epoch by epoch."""
        self.post_message(RewindAsked(self.folder))

    def action_edit_copy(self) -> None:
        """Show the run's recipe on the form."""
        if self._recipe is not None:
            self.post_message(RecipeChosen(self._recipe, self.folder))

    def action_copy_command(self) -> None:
        """Copy the command that repeats this run."""
        self.post_message(CopyAsked(recipes.repeat(self.folder.recipe, epochs_asked(self.state))))
