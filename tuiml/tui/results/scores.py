"""Scores: the pane that shows how well each class or label is found, or how the errors of values are spread."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import DataTable, Static

from tuiml.tasks.judged import Judged
from tuiml.tasks.scores import QUANTILES
from tuiml.text import clean
from tuiml.tui.results import outcome


class Scores(Container):
    """Shows the scores of rows as they are `judged`, sorted `by` one of them."""

    judged: reactive[Judged | None] = reactive(None, init=False)
    by: reactive[str] = reactive(outcome.SORTS[0], init=False)

    class Chosen(Message):
        """The rows about a class were asked for: which, in words, and as a mask (n,)."""

        def __init__(self, what: str, among: npt.NDArray[Any]) -> None:
            self.what, self.among = what, among
            super().__init__()

    def compose(self) -> ComposeResult:
        """Lay out the table of classes, and what is shown of values in its place."""
        yield Static(id="scores-words", markup=False)
        yield DataTable(cursor_type="row", zebra_stripes=True)
        with VerticalScroll():
            yield Static(id="scores-errors", markup=False)

    @property
    def table(self) -> DataTable[Text]:
        """The table of classes."""
        return self.query_one(DataTable)

    def watch_judged(self, judged: Judged | None) -> None:
        """Show these rows' scores."""
        if judged is None:
            return
        self.set_class(judged.of_values, "-values")
        if judged.of_values:
            self._paint_errors(judged)
        else:
            self.watch_by()

    def watch_by(self) -> None:
        """Fill the table in this order."""
        judged = self.judged
        if judged is None or judged.of_values:
            return
        self.query_one("#scores-words", Static).update(outcome.sorted_by(judged, self.by))
        self.table.clear(columns=True)
        for name in outcome.headings(judged, self.by):
            self.table.add_column(name)
        scores = judged.by_class()
        most = max((score.support for score in scores), default=0)
        for number in outcome.ordered(scores, self.by):
            self.table.add_row(*outcome.score_cells(scores[number], most), key=str(number))

    def step(self) -> None:
        """Sort by the next column."""
        self.by = outcome.SORTS[(outcome.SORTS.index(self.by) + 1) % len(outcome.SORTS)]

    @on(DataTable.RowSelected)
    def _class_chosen(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if self.judged is not None and event.row_key.value is not None:
            self.post_message(self.Chosen(*outcome.about_class(self.judged, int(event.row_key.value))))

    def _paint_errors(self, judged: Judged) -> None:
        from rich.console import Group

        from tuiml.draw import residuals

        truth, width = judged.y.reshape(judged.outputs.shape), min(max(self.app.size.width - 4, 20), 100)
        found: list[Any] = [residuals.residuals_table(judged.residuals(), QUANTILES, width)]
        for number, name in enumerate(judged.described.names):
            found.append(Text(f"\nrows by their error of {clean(name, 60)}, predicted minus true", "bold"))
            found.append(residuals.histogram(judged.outputs[:, number] - truth[:, number], width))
        self.query_one("#scores-errors", Static).update(Group(*found))

    def on_resize(self) -> None:
        """Bars are as long as there is room."""
        if self.judged is not None and self.judged.of_values:
            self._paint_errors(self.judged)
