"""Numbers in words: durations, figures, percentages, statuses, and which way a metric should go."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

import math

from tuiml.gap import rises as rises

SYMBOLS = {
    "preparing": "○",
    "running": "●",
    "paused": "‖",
    "stopping": "◐",
    "finished": "✓",
    "stopped": "■",
    "failed": "✗",
    "crashed": "†",
}
"""One cell each in every terminal: ⏸, ✔, ✖ and ☠ also exist as emoji, which some terminals draw two cells wide."""
_ASCII_SYMBOLS = {
    "preparing": ".",
    "running": ">",
    "paused": "|",
    "stopping": ":",
    "finished": "+",
    "stopped": "#",
    "failed": "x",
    "crashed": "!",
}


def duration(seconds: float | None, whole: bool = False) -> str:
    """Return "0.4 s", "42 s", "1 min 12 s" or "2 h 05 min"; `whole` never shows a fraction of a second. None is empty."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    seconds = max(seconds, 0.0)
    if seconds < 9.95 and not whole:
        return f"{seconds:.1f} s" if seconds >= 0.05 or not seconds else f"{max(round(seconds * 1000), 1)} ms"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < 3599.5:
        return "{} min {:02d} s".format(*divmod(round(seconds), 60))
    if seconds < 48 * 3600:
        return "{} h {:02d} min".format(*divmod(round(seconds / 60), 60))
    return "{} d {} h".format(*divmod(round(seconds / 3600), 24))


def figure(value: float | None) -> str:
    """Return a metric in a steady width: "0.0412", "0.8714", "12.35", "1234", "1.2e-05", "nan"; None is empty."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    size = abs(value)
    if not size:
        return "0"
    if size < 5e-4 or size >= 99999.5:
        return f"{value:.1e}"
    return f"{value:.{4 if size < 9.99995 else 2 if size < 999.995 else 0}f}"


def status(word: str, ascii: bool = False) -> str:
    """Return a status with its symbol, such as "● running"."""
    return f"{(_ASCII_SYMBOLS if ascii else SYMBOLS).get(word, '?')} {word}"
