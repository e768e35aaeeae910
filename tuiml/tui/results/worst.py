"""Worst: the pane that lists the rows of the highest loss, of all rows or of some, page by page."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from textual.app import ComposeResult
from textual.containers import Container
from textual.reactive import reactive

from tuiml.tasks.base import Data
from tuiml.tasks.judged import Judged
from tuiml.tui.results.listed import Listed, shades
from tuiml.tui.widgets.chart import Chart

Some = tuple[str, npt.NDArray[Any]]


class Worst(Container):
    """Shows rows as they are `judged` from the `first` on; `some` of them are (which, in words, mask (n,)).

    `data` holds the rows themselves, `note` says why they are not there.
    """

    judged: reactive[Judged | None] = reactive(None, init=False)
    some: reactive[Some | None] = reactive(None, init=False, always_update=True)  # arrays have no single truth
    first: reactive[int] = reactive(0, init=False)
    data: reactive[Data | None] = reactive(None, init=False)
    note: reactive[str] = reactive("", init=False)

    def compose(self) -> ComposeResult:
        """Lay out the rows, which say themselves which they are."""
        yield Chart(classes="rows")

    def watch_judged(self) -> None:
        """Begin with all of these rows."""
        self.some = None

    def watch_some(self) -> None:
        """Begin with the worst of them."""
        self.set_reactive(Worst.first, 0)
        self.paint()

    def watch_first(self) -> None:
        """Turn the page."""
        self.paint()

    def watch_data(self) -> None:
        """Show the rows themselves."""
        self.paint()

    def watch_note(self) -> None:
        """Say it."""
        self.paint()

    def paint(self) -> None:
        """Show the page."""
        if self.judged is not None:
            self.query_one(Chart).picture = self._listed(self.judged)

    def example(self) -> str:
        """Return the worst row in words, as it could be typed; "" where there is none."""
        if self.judged is None or not len(self.judged.rows):
            return ""
        listed = self._listed(self.judged)
        return listed.words(int(listed.places[0])) if len(listed.places) else ""

    def turn(self, pages: int) -> None:
        """Go on by pages, back where they are below 0."""
        if self.judged is not None:
            listed = self._listed(self.judged)
            first = self.first + pages * self._fitting(listed)
            if first < len(listed.places):
                self.first = max(first, 0)

    def _listed(self, judged: Judged) -> Listed:
        places = judged.worst(np.asarray(self.some[1], np.bool_) if self.some else None)
        what = self.some[0] if self.some else "all rows"
        return Listed(judged, places, self.first, self.data, shades(self.app), what, self.note)

    def _fitting(self, listed: Listed) -> int:
        size = self.query_one(Chart).content_size
        return listed.fitting(max(size.width, 1), max(size.height, 1))
