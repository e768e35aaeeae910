"""A real terminal with `tuiml` in it, and what its screen shows."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pyte

TUIML = (sys.executable, "-m", "tuiml")
ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
GIVEN_BACK = (LEFT, b"\x1b[?25h", b"\x1b[?1003l")
"""What a terminal must have got in the end: the alternate screen left, the cursor shown, the mouse quiet."""


class Terminal:
    """A terminal of columns by rows; `output` is all that it got, `text` what its screen shows."""

    def __init__(
        self, columns: int, rows: int, environ: Mapping[str, str], folder: Path, command: Sequence[str] = TUIML
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.output = b""
        self.process, self.handle = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            own = {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES")}  # beat its size
            os.execve(command[0], list(command), {**own, "TERM": environ.get("TERM", "xterm-256color")})
        self.resize(columns, rows)

    @property
    def text(self) -> str:
        """The characters on the screen."""
        return "\n".join(self.screen.display)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, as a window manager does."""
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def wait(self, shown: Callable[[str], object], seconds: float = 90) -> str:
        """Read until the screen shows what is wanted; return it."""
        end = time.monotonic() + seconds
        while not shown(self.text):
            assert time.monotonic() < end, self.text
            self.read(0.05)
        return self.text

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.handle, keys.encode())

    def listen(self, seconds: float) -> int:
        """Return how many bytes come within some seconds."""
        before, end = len(self.output), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)
        return len(self.output) - before

    def rest(self, seconds: float = 0.3) -> str:
        """Read until nothing has come for some seconds from a program that waits; return the screen.

        On a busy machine silence alone says little: a program that would go on may get no turn.
        """
        waiting = (psutil.STATUS_SLEEPING, psutil.STATUS_ZOMBIE)
        while self.listen(seconds) or psutil.Process(self.process).status() not in waiting:
            continue
        return self.text

    def end(self) -> int:
        """Read what is left and return the exit code."""
        while self.read(5.0):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def close(self) -> None:
        """Kill the program where it has not ended: it would go on beside the tests that follow."""
        os.close(self.handle)
        with suppress(ChildProcessError):
            if os.waitpid(self.process, os.WNOHANG)[0] == 0:
                os.kill(self.process, signal.SIGKILL)
                os.waitpid(self.process, 0)

    def read(self, seconds: float, most: int = 65536) -> bool:
        """Take in what comes next, within some seconds; False when the other end is closed."""
        if not select.select([self.handle], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.handle, most)
        except OSError:
            return False
        self.output += more
        self._stream.feed(more)
        return bool(more)
