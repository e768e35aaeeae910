"""Ticking: screens that look at the disk again and again, while they are on top."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.timer import Timer

from tuiml.tui.settling import Settling


class Ticking(Settling[Any]):
    """Stands still under another screen.

    Textual (8.2) paints the whole of a screen that lies underneath again whenever that one has had an event, once one of its
    widgets changed there: a ticking one would send its whole screen with each tick.
    """

    _ticks: tuple[Timer, ...] = ()

    def tick(self, seconds: float, look: Callable[[], Any]) -> None:
        """Call `look` every so many seconds of being on top, also when that begins anew."""
        self._ticks = (*self._ticks, self.set_interval(seconds, look))

    def on_screen_suspend(self) -> None:
        """Rest."""
        for timer in self._ticks:
            timer.pause()

    def on_screen_resume(self) -> None:
        """Go on."""
        for timer in self._ticks:
            timer.resume()
