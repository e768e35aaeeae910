"""Hang-up: a terminal that went away takes the app with it, whatever the app is busy with at that moment."""

from __future__ import annotations

import os
import select
import sys
import threading
import time

from tuiml.errors import ExitCode

_GRACE = 2.0
"""Seconds to leave in good order."""


def follow_terminal() -> None:
    """End the process, with 129, soon after its terminal has gone, should it not have ended by then.

    The signal of a hang-up is heard by the event loop. Textual (8.2) can block that for ever by then: the signal that comes
    along, to continue, has it open the terminal anew, and what is painted waits for a writer that found none.
    """
    if sys.__stdin__ is not None and hasattr(select, "poll"):
        threading.Thread(target=_follow, args=(sys.__stdin__.fileno(),), name="hang-up", daemon=True).start()


def _follow(terminal: int) -> None:
    line = select.poll()
    line.register(terminal, 0)  # a hang-up is told of without asking
    if any(event & select.POLLHUP for _, event in line.poll()):
        time.sleep(_GRACE)
        os._exit(ExitCode.HANGUP)
