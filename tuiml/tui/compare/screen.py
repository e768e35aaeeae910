"""Compare: several runs' curves laid over one another, what differs in their recipes, what each came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.reactive import reactive
from textual.widgets import Static

from tuiml import recipe
from tuiml.draw.view import move_cursor
from tuiml.entry import short
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import Follower, Run
from tuiml.state import RunState
from tuiml.study.compare import Result, differences, leaders, results
from tuiml.tui import actions
from tuiml.tui.compare import comparing
from tuiml.tui.curves.condense import Condensed
from tuiml.tui.curves.pace import Pace
from tuiml.tui.curves.scaling import Scaling
from tuiml.tui.dialogs.vary import Vary
from tuiml.tui.messages import RecipeChosen, RunChosen
from tuiml.tui.reporting import report
from tuiml.tui.runners import read_log, read_piece
from tuiml.tui.ticking import Ticking
from tuiml.tui.widgets.chart import Chart
from tuiml.tui.widgets.keys import Keys
from tuiml.tui.widgets.title import Title

LOOK_EVERY = 1.0
"""Seconds between looks at the logs of live runs."""
PANES = ("loss", "metric", "recipes")
_SHORT_PANES = (*PANES, "results")
"""Where the screen is low, the table of results has no place of its own."""


class Compare(Scaling, Ticking):
    """The first run is the reference. Reads nothing but run folders; live runs move on while one looks."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings(actions.COMPARE)]
    AUTO_FOCUS = None

    chosen: reactive[int] = reactive(0, init=False)
    pane: reactive[str] = reactive(PANES[0], init=False)

    def __init__(self, folders: Sequence[RunFolder]) -> None:
        super().__init__()
        self.followers = [Follower(folder) for folder in folders]
        self.names = [folder.id for folder in folders]
        self._recipes: dict[str, Recipe] = {}
        self._condensed = [Condensed() for _ in folders]
        self._read_all, self._behind, self._pace = False, False, Pace()
        self._results: list[Result] = []
        self._shown: dict[str, Text] = {}

    def compose(self) -> ComposeResult:
        """Lay out title, charts, recipes, results, footer."""
        yield Title("Compare")
        with Container(id="compare-charts"):
            yield Chart(classes="loss")
            yield Chart(classes="metric")
        with VerticalScroll(id="compare-recipes", can_focus=False):
            yield Static(markup=False)
        with VerticalScroll(id="compare-results", can_focus=False):
            yield Static(markup=False)
        yield Static("reading runs…", id="compare-empty", markup=False)
        yield Static(id="compare-hidden", markup=False)
        yield Keys()

    @property
    def runs(self) -> list[Run]:
        """The runs as their logs have them so far."""
        return [Run(one.folder, name, one.state) for one, name in zip(self.followers, self.names, strict=True)]

    @property
    def state(self) -> RunState:
        """The run with most epochs: the axis is as long as its."""
        return max((one.state for one in self.followers), key=lambda state: len(state.history), default=RunState())

    @property
    def folder(self) -> RunFolder | None:
        """The run under the cursor."""
        return self.followers[self.chosen].folder if self.followers else None

    def on_mount(self) -> None:
        """Read the runs in a thread, then follow those that are live."""
        self.add_class("-empty")
        self.watch_pane()
        self._read()
        self.tick(LOOK_EVERY, self._look)

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        from tuiml.draw import overlay

        overlay.overlay([], "loss", 20, 10)  # imports what it draws with
        for follower in self.followers:
            read_log(follower)
        names = [one.folder.name() or short(one.folder.id) for one in self.followers]
        report(self, self._begin, names, _recipes(self.followers))

    def _begin(self, names: list[str], found: dict[str, Recipe]) -> None:
        self.names, self._recipes, self._read_all = names, found, True
        self.set_class(not self.followers, "-empty")
        self.query_one("#compare-empty", Static).update(comparing.NOTHING)
        many = len(self.followers)
        self.query_one(Title).subject = f"{many} run{'s' if many != 1 else ''}" if many else ""
        self._paint()
        self.refresh_bindings()

    def _look(self) -> None:
        if not self._read_all:
            return
        for follower in self.followers:
            if follower.state.live and read_piece(follower):
                self._behind = True
        if self._behind and self._pace.due(self.app):
            self._paint()

    def _paint(self) -> None:
        if not self._read_all or not self.followers:
            return
        self._behind = False
        self._draw()
        self._results = results(self.runs)
        self._paint_results()
        known = [one.folder.id for one in self.followers if one.folder.id in self._recipes]
        rows = differences([self._recipes[name] for name in known]) if known else []
        names = [name for name, one in zip(self.names, self.followers, strict=True) if one.folder.id in self._recipes]
        lines = [Text(comparing.OTHERS, "dim")] if len({one.task for one in self._results}) > 1 else []
        lines += comparing.difference_lines(rows, names, self.size.width - 4)
        lost = len(self.followers) - len(known)
        lines += [Text(f"{lost} recipe(s) cannot be read: of another version, or gone.", "dim")] if lost else []
        lines += [Text(comparing.ALONE, "dim")] if len(self.followers) == 1 else []
        self._show("#compare-recipes Static", lines)

    def _paint_results(self) -> None:
        lines = comparing.result_lines(self._results, leaders(self._results), self.chosen, self.size.width - 4)
        self._show("#compare-results Static", lines)

    def _show(self, where: str, lines: Sequence[Text]) -> None:
        text = Text("\n").join(lines)
        if self._shown.get(where) != text:
            self._shown[where] = text
            self.query_one(where, Static).update(text)

    def _draw(self) -> None:
        from tuiml.draw import overlay

        shown = [
            (name, condensed.view(one.state, self.view.cursor))
            for name, one, condensed in zip(self.names, self.followers, self._condensed, strict=True)
        ]
        for chart in self.query(Chart):
            which = "loss" if chart.has_class("loss") else "metric"
            chart.picture = self._pace.counted(partial(overlay.overlay, shown, which, view=self.view))

    def watch_view(self) -> None:
        """Draw the curves."""
        if self._read_all:
            self._draw()

    def watch_chosen(self) -> None:
        """Point at another run."""
        if self._read_all:
            self._paint_results()

    def watch_pane(self) -> None:
        """Show one pane where there is room for one."""
        for name in _SHORT_PANES:
            self.set_class(self.pane == name, f"-{name}")
        self._paint_hidden()

    def on_resize(self) -> None:
        """Fit the tables."""
        self._paint()
        self.call_after_refresh(self._fit)  # the classes of the new size are known then

    def _fit(self) -> None:
        if self._panes() and self.pane not in self._panes():
            self.pane = PANES[0]
        self._paint_hidden()
        self.refresh_bindings()

    def _panes(self) -> tuple[str, ...]:
        if self.has_class("-wide") and not self.has_class("-short"):
            return () if self.has_class("-tall") else ("loss, metric", "recipes")
        return _SHORT_PANES if self.has_class("-short") else PANES

    def _paint_hidden(self) -> None:
        panes = self._panes()
        wide = "recipes" if self.pane == "recipes" else "loss, metric"
        shown = wide if wide in panes and self.pane not in panes else self.pane
        self.query_one("#compare-hidden", Static).update(comparing.hidden(panes, shown))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that would do nothing."""
        if action == "next_view":
            return bool(self._panes())
        if action in ("open_selected", "edit_selected", "vary_selected", "drop_selected"):
            return bool(self.followers)
        return self.view.cursor is not None if action == "clear_cursor" else True

    def action_next_view(self) -> None:
        """Show the next pane."""
        panes = ("loss", "recipes") if self.has_class("-wide") and not self.has_class("-short") else self._panes()
        self.pane = panes[(panes.index(self.pane) + 1) % len(panes)] if self.pane in panes else panes[0]

    def action_run_above(self) -> None:
        """Point at the run above."""
        self.chosen = max(self.chosen - 1, 0)

    def action_run_below(self) -> None:
        """Point at the run below."""
        self.chosen = max(min(self.chosen + 1, len(self.followers) - 1), 0)

    def action_cursor_left(self) -> None:
        """Read off the epoch before."""
        self.view = move_cursor(self.state, self.view, -1)

    def action_cursor_right(self) -> None:
        """Read off the epoch after."""
        self.view = move_cursor(self.state, self.view, 1)

    def action_clear_cursor(self) -> None:
        """Read nothing off any more."""
        self.view = replace(self.view, cursor=None)

    def action_open_selected(self) -> None:
        """Show the run under the cursor."""
        if self.folder:
            self.post_message(RunChosen(self.folder))

    def action_edit_selected(self) -> None:
        """Show its recipe on the form."""
        if self.folder and self.folder.id in self._recipes:
            self.post_message(RecipeChosen(self._recipes[self.folder.id], self.folder))
        elif self.folder:
            self.notify("Its recipe cannot be read: of another version, or gone.", severity="warning", markup=False)

    def action_vary_selected(self) -> None:
        """Offer the same with one thing changed."""
        if self.folder:
            self.app.push_screen(Vary(self.folder))

    def action_drop_selected(self) -> None:
        """Take the run under the cursor out."""
        if self.followers:
            for rows in (self.followers, self.names, self._condensed):
                del rows[self.chosen]
            self.chosen = max(min(self.chosen, len(self.followers) - 1), 0)
            self._begin(self.names, self._recipes)


def _recipes(followers: Sequence[Follower]) -> dict[str, Recipe]:
    """Return the recipes that can be read, by the run's id."""
    found = {}
    for follower in followers:
        try:
            found[follower.folder.id] = recipe.read(follower.folder.recipe)
        except TuimlError:
            continue
    return found
