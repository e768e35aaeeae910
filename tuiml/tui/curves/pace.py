"""Pace: how soon pictures may be painted again, so that a slow line to the terminal is never full of them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

_RATE = 8 * 1024
_SMALL = 80 * 24
_RUN = 38
"""Bytes of the codes around letters of one color: both 24-bit colors, and their end."""


def cost(lines: Iterable[Text]) -> int:
    """Return about how many bytes a terminal is sent for lines of text."""
    return sum(len(line.plain.encode()) + _RUN * (len(line.spans) + 1) for line in lines)


class Pace:
    """After a painting of so many bytes, none for as long as the line needs for them at 8 KiB a second.

    Terminals larger than 80x24 get up to 1.75 times that: their line is rarely the slow one.
    """

    def __init__(self) -> None:
        self.cells = _SMALL
        self._free_at = 0.0

    def ready(self, now: float) -> bool:
        """Whether there is room for another painting at `now`, in seconds of a steady clock."""
        return now >= self._free_at

    def spend(self, size: int, now: float) -> None:
        """Take note of a painting of `size` bytes."""
        rate = _RATE * min(max(self.cells / _SMALL, 1.0), 1.75)
        self._free_at = max(self._free_at, now) + size / rate
