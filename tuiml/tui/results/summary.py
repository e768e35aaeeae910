"""Summary: the pane with a run's figures beside common sense, and what they mean."""

from __future__ import annotations

from functools import partial

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.reactive import reactive
from textual.widgets import Static

from tuiml.tui.results import figures
from tuiml.tui.results.findings import Findings
from tuiml.tui.widgets.chart import Chart


class Summary(VerticalScroll):
    """Shows what was `found` of a run."""

    found: reactive[Findings | None] = reactive(None, init=False)

    def compose(self) -> ComposeResult:
        """Lay out words over bars."""
        yield Static("reading the run…", id="summary-words", markup=False)
        yield Chart(classes="comparison")

    def say(self, words: str) -> None:
        """Show words in place of figures."""
        self.query_one("#summary-words", Static).update(words)

    def watch_found(self) -> None:
        """Paint for the width at hand."""
        if self.found is None:
            return
        words = figures.summary(self.found, max(self.app.size.width - 3, 20))
        self.query_one("#summary-words", Static).update(words)
        name, bars = figures.comparison(self.found.state)
        chart = self.query_one(Chart)
        chart.display = bool(bars)
        chart.picture = partial(_comparison, name, bars)

    def on_resize(self) -> None:
        """Other columns may fit."""
        self.watch_found()


def _comparison(name: str, pairs: list[tuple[str, float]], width: int, height: int) -> Text:
    from tuiml.draw.bars import bars
    from tuiml.draw.chart import TRAIN

    most = 1.0 if all(0 <= value <= 1 for _, value in pairs) else None
    return Text.assemble((f"{name}\n", "bold"), bars(pairs, min(width, 80), height - 1, most, TRAIN))
