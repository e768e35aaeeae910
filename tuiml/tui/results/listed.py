"""Rows of a run as Results lists them: pictures, words or cells, with what is true of each and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.text import Text
from textual.app import App

from tuiml.errors import DataError
from tuiml.tasks import readable
from tuiml.tasks.base import Data, Rows
from tuiml.tasks.judged import Judged
from tuiml.tui.results import outcome

_WORDS = 3
_MOST_WORDS = 4
_PASSAGE = {"text": 3, "table": 2, "features": 1, "pictures": 0}


def shades(app: App[Any]) -> bool:
    """Whether the terminal has too few colors for pictures, which are drawn in shades then."""
    return app.console.color_system in (None, "standard", "windows")


@dataclass(frozen=True, eq=False)
class Listed:
    """Rows by their `places`, from the `first` on, under words on `what` they are; without `data` their numbers alone."""

    judged: Judged
    places: npt.NDArray[np.int64]
    first: int = 0
    data: Data | None = None
    plain: bool = False
    what: str = ""
    note: str = ""

    def fitting(self, width: int, height: int) -> int:
        """Return how many rows fit `width` by `height` cells, at least one."""
        from tuiml.draw import gallery

        height -= len(self._heading(width, len(self.places))) + 1
        if self._pictures:
            return gallery.fitting(width, height, _WORDS)
        return gallery.passages_fitting(height, self._lines)

    def __call__(self, width: int, height: int) -> Text:
        """Return as many rows as fit under the words."""
        shown = self.places[self.first : self.first + self.fitting(width, height)]
        heading = self._heading(width, self.first + len(shown))
        body = self._body(shown, width, max(height - len(heading) - 1, 1))
        return Text.assemble(("\n".join(heading), "dim"), "\n\n", body, end="", no_wrap=True)

    def _heading(self, width: int, last: int) -> list[str]:
        """Return which rows these are, in a few lines."""
        of = "test rows" if self.judged.of == "test" else "rows of the training data"
        span = f"{self.first + 1:,}..{last:,} of {len(self.places):,}" if len(self.places) else "none"
        note = f" · {self.note}" if self.note else ""
        words = f"{self.what}, by falling loss: {span} · # counts the {of} from 0{note}"
        return wrap(words, max(width, 10), max_lines=_MOST_WORDS, placeholder=" …")

    def _body(self, shown: npt.NDArray[np.int64], width: int, height: int) -> Text:
        from tuiml.draw import gallery

        captions = [outcome.caption(self.judged, int(place)) for place in shown]
        if not len(shown):
            return Text("no such rows", end="")
        rows = self._rows(shown)
        if rows is None:
            return gallery.passages([("  ".join(lines), "") for lines in captions], width, height, 0)
        if self._pictures:
            return gallery.gallery(list(zip(rows, captions, strict=True)), width, height, _WORDS, self.plain)
        words = self._words(rows)
        passages = [("  ".join(lines), text) for lines, text in zip(captions, words, strict=True)]
        return gallery.passages(passages, width, height, self._lines)

    def words(self, place: int) -> str:
        """Return one row in words, as it could be typed; "" without data."""
        rows = self._rows(np.array([place]))
        return "" if rows is None or self._pictures else self._words(rows)[0]

    def _rows(self, places: npt.NDArray[np.int64]) -> Rows | None:
        if self.data is None:
            return None
        try:
            return readable.rows(self.data, self.judged.of, self.judged.rows[places])
        except DataError:
            return None

    def _words(self, rows: Rows) -> list[str]:
        vocabulary = self.data.vocabulary if self.data is not None else ()
        return readable.words(rows, vocabulary, self.judged.described.columns)

    @property
    def _pictures(self) -> bool:
        return self.data is not None and self.data.pictures

    @property
    def _lines(self) -> int:
        return _PASSAGE[self.judged.described.form] if self.data is not None else 0
