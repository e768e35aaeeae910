"""A terminal that is closed: no process is left behind, not even one that hears nothing any more."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.tui.conftest import WrittenRun
from tests.tui.terminal import Terminal
from tests.tui.test_resize import SIZES
from tests.tui.test_terminal import APP

_DEAF = """
import signal, threading
from tuiml.tui import hangup
signal.signal(signal.SIGHUP, lambda *_: None)
hangup.follow_terminal()
print("ready", flush=True)
threading.Event().wait()
"""


def closed(terminal: Terminal) -> int:
    """Close the terminal; return how its process ended."""
    handle, terminal.handle = terminal.handle, os.open(os.devnull, os.O_RDONLY)
    os.close(handle)
    end = time.monotonic() + 60
    while not (ended := os.waitpid(terminal.process, os.WNOHANG))[0]:
        if time.monotonic() > end:
            os.kill(terminal.process, signal.SIGKILL)
        time.sleep(0.05)
    return os.waitstatus_to_exitcode(ended[1])


def test_a_process_that_is_blocked_ends_too(clean_env: dict[str, str], tmp_path: Path) -> None:
    """Also where the signal is not heard."""
    terminal = Terminal(80, 24, clean_env, tmp_path, [sys.executable, "-c", _DEAF])
    terminal.wait(lambda text: "ready" in text)
    terminal.rest()  # the end of the line is still to be written, maybe

    assert closed(terminal) == 129


def test_the_app_ends_in_the_middle_of_a_storm(
    clean_env: dict[str, str], tmp_path: Path, written: Callable[..., WrittenRun]
) -> None:
    """Closed while it paints size after size: with 129, as always."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    terminal = Terminal(80, 24, clean_env, tmp_path, [sys.executable, "-c", APP, str(run.folder.path.absolute())])
    terminal.wait(lambda text: "best epoch" in text)
    for size in 8 * SIZES:
        terminal.resize(*size)
        terminal.listen(0.015)

    assert closed(terminal) == 129
