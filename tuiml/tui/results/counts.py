"""Counts: the pane that shows which class was taken for which, what became of each label, or predicted against true values."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy.typing as npt
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from tuiml.tasks.judged import Judged
from tuiml.tui.results import outcome
from tuiml.tui.widgets.chart import Chart
from tuiml.tui.widgets.crosstab import Crosstab

_MOST_PAIRS = 12


class Counts(Container):
    """Shows rows as they are `judged`; of several targets one after the other."""

    judged: reactive[Judged | None] = reactive(None, init=False)
    target: reactive[int] = reactive(0, init=False)

    class Chosen(Message):
        """Some rows were asked for: which, in words, and as a mask (n,)."""

        def __init__(self, what: str, among: npt.NDArray[Any]) -> None:
            self.what, self.among = what, among
            super().__init__()

    def compose(self) -> ComposeResult:
        """Lay out table or scatter, what the cursor is on, the most confused pairs."""
        with Container(id="counts-table"):
            yield Crosstab()
            yield Chart(classes="scatter")
            yield Static(id="counts-cell", markup=False)
        yield Static(id="counts-pairs", markup=False)

    @property
    def table(self) -> Crosstab:
        """The table of counts."""
        return self.query_one(Crosstab)

    def watch_judged(self, judged: Judged | None) -> None:
        """Show what is known of these rows."""
        if judged is not None:
            self.set_reactive(Counts.target, 0)
            self.set_class(judged.of_values, "-values")
            self.set_class(judged.of_classes, "-classes")
            self.table.table = outcome.counts(judged)
            self.paint()

    def watch_target(self) -> None:
        """Show another target."""
        self.paint()

    @on(Crosstab.Moved)
    def paint(self) -> None:
        """Say what is shown: the cell under the cursor, or the values of a target."""
        judged = self.judged
        if judged is None:
            return
        words = self.query_one("#counts-cell", Static)
        if judged.of_values:
            self.query_one(Chart).picture = partial(_scatter, judged, self.target)
            words.update(outcome.scattered(judged, self.target))
            return
        at = self.table.cursor
        hidden = (
            " · n: the most confused, hidden at this height"
            if self.can_step and self.screen.has_class("-short")
            else ""
        )
        words.update(outcome.cell(judged, *at) + hidden)
        if judged.of_classes:
            self.query_one("#counts-pairs", Static).update(outcome.pairs(judged, _MOST_PAIRS, at))

    @on(Crosstab.Chosen)
    def _cell_chosen(self, event: Crosstab.Chosen) -> None:
        event.stop()
        if self.judged is None:
            return
        at = self.table.cursor
        among = self.judged.among(*at)
        if among.any():
            self.post_message(self.Chosen(outcome.cell_name(self.judged, *at), among))

    @property
    def can_step(self) -> bool:
        """Whether there is something to go to: confused pairs, or other targets."""
        judged = self.judged
        if judged is None:
            return False
        return judged.outputs.shape[1] > 1 if judged.of_values else judged.of_classes and bool(judged.most_confused(1))

    def step(self) -> None:
        """Go to the next most confused pair, or the next target, around the end."""
        judged = self.judged
        if judged is None:
            return
        if judged.of_values:
            self.target = (self.target + 1) % judged.outputs.shape[1]
        elif judged.of_classes and (pairs := judged.most_confused(_MOST_PAIRS)):
            places = [(pair.truth, pair.predicted) for pair in pairs]
            at = self.table.cursor
            self.table.cursor = places[(places.index(at) + 1) % len(places) if at in places else 0]


def _scatter(judged: Judged, target: int, width: int, height: int) -> Text:
    from tuiml.draw.chart import AXES, VALIDATION
    from tuiml.draw.scatter import scatter

    truth = judged.y.reshape(judged.outputs.shape)[:, target]
    return scatter(truth, judged.outputs[:, target], width, height, color=VALIDATION, axis=AXES)
