"""Pace: how soon pictures may be painted again, so that a slow line to the terminal is never full of them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from rich.text import Text
from textual.app import App

from tuiml.tui.widgets.chart import Picture

_RATE = 4 * 1024
"""Bytes a second: with clocks and gauges, what a line of 5 KiB a second can take. What piles up on the way is not seen from here."""
_LARGE = 3.5
_SMALL = 80 * 24
_RUN = 38
"""Bytes of the codes around letters of one color: both 24-bit colors, and their end."""


def cost(lines: Iterable[Text]) -> int:
    """Return about how many bytes a terminal is sent for lines of text."""
    return sum(len(line.plain.encode()) + _RUN * (len(line.spans) + 1) for line in lines)


class Pace:
    """After a painting of so many bytes, none for as long as a slow line needs for them.

    Terminals larger than 80x24 get up to 3.5 times that: their line is rarely the slow one.
    """

    def __init__(self) -> None:
        self.cells = _SMALL
        self._free_at = 0.0

    def ready(self, now: float) -> bool:
        """Whether there is room for another painting at `now`, in seconds of a steady clock."""
        return now >= self._free_at

    def due(self, app: App[Any]) -> bool:
        """Whether there is room now, and what was painted before is no longer on its way to the terminal."""
        self.cells = app.size.width * app.size.height
        return self.ready(time.monotonic()) and not _busy(app)

    def counted(self, picture: Picture) -> Picture:
        """Return the picture, of whose bytes note is taken each time that it is drawn."""

        def draw(width: int, height: int) -> Text:
            text = picture(width, height)
            self.spend(cost([text]), time.monotonic())
            return text

        return draw

    def spend(self, size: int, now: float) -> None:
        """Take note of a painting of `size` bytes."""
        rate = _RATE * min(max(self.cells / _SMALL, 1.0), _LARGE)
        self._free_at = max(self._free_at, now) + size / rate


def _busy(app: App[Any]) -> bool:
    """Whether paintings wait to be written: another one now would only stand behind them, and so would the answer to a key.

    Textual writes in a thread, from a queue of up to 30; it has no public name for either. Where there is no such
    thread, as in a browser, the line is taken for free.
    """
    writer = getattr(getattr(app, "_driver", None), "_writer_thread", None)
    return writer is not None and writer._queue.qsize() > 0
