"""Reading: words that take long to find out, read anew in a thread every two seconds."""

from __future__ import annotations

from collections.abc import Callable

from textual import work
from textual.content import Content

from tuiml.tui.reporting import report
from tuiml.tui.widgets.line import Line

Source = Callable[[], Content]
_EVERY = 2.0


class Reading(Line):
    """Shows what `source` returns; nothing while that is None."""

    source: Source | None = None

    def on_mount(self) -> None:
        """Begin to read, soon for the first time."""
        self.set_timer(_EVERY / 4, self._look)
        self.set_interval(_EVERY, self._look)

    def _look(self) -> None:
        if self.source is not None:
            self._read(self.source)
        else:
            self.words = Content("")

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self, source: Source) -> None:
        report(self, self._take, source())

    def _take(self, words: Content) -> None:
        if self.source is not None:
            self.words = words
