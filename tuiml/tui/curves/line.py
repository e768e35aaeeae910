"""The line to the terminal: whether what was painted before is still on its way."""

from __future__ import annotations

from typing import Any

from textual.app import App


def busy(app: App[Any]) -> bool:
    """Whether paintings wait to be written: another one now would only stand behind them, and so would the answer to a key.

    Textual writes in a thread, from a queue of up to 30; it has no public name for either. Where there is no such
    thread, as in a browser, the line is taken for free.
    """
    writer = getattr(getattr(app, "_driver", None), "_writer_thread", None)
    return writer is not None and writer._queue.qsize() > 0
