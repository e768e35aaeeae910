"""Record a whole session as text: the app in a real terminal, what is pressed and why, and what is on the screen."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

import pyte

COLUMNS, ROWS = 80, 24
STEPS: tuple[tuple[str, str, str], ...] = (
    ("$ tuiml opens the form; the command below would do the same", "", r"\$ tuiml --task digits"),
    ("ctrl+p finds everything: the preset that overfits on purpose", "\x10", r"Search"),
    ("its name, as far as need be, and enter", "overfit\r", r"--preset overfit"),
    ("ctrl+o, the darkroom: no augmentation yet", "\x0f", r"Darkroom"),
    ("g types the steps: rotate:15,shift:0.1", "g", r"[Ss]teps"),
    ("the pictures show what training would see", "rotate:15,shift:0.1\r", r"rotate"),
    ("u takes them back, for this run is to overfit; esc leads to the form", "u\x1b", r"New run"),
    ("ctrl+r trains; the curves part, and the verdict says so", "\x12", r"finished[\s\S]*Overfitting"),
    ("r: what the network gets wrong", "r", r"Results"),
    ("2: which digits it takes for which", "2", r"Results"),
    ("esc, then v: the same with one thing changed", "\x1b", r"Run ›"),
    ("the list answers the verdict", "v", r"The same as"),
    ("the second, augmentation: it trains over the ghost of the first", "\x1b[B\r", r"finished[\s\S]*epoch 150/150"),
    ("ctrl+l: all runs; c compares this one with the one before", "\x0c", r"Runs"),
    ("what differs, and what came of it", "c", r"Compare"),
    ("q leaves; the card stays in the terminal", "q", r"the same again|goes on"),
)
"""What is done and why, the keys, and what the screen shows when it is done."""


class Recorder:
    """A terminal with the app in it."""

    def __init__(self, folder: Path) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        environ = {"TERM": "xterm-256color", "TUIML_RUNS_DIR": str(folder / "runs"), "HOME": str(folder)}
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        process, self.handle = pty.fork()
        if process == 0:
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, "-m", "tuiml"], {**kept, **environ})  # noqa: S606
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def text(self) -> str:
        """Return the screen's lines."""
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def until(self, shown: str, seconds: float = 120.0) -> None:
        """Read until the screen shows a pattern and then stands still."""
        end, still = time.monotonic() + seconds, 0
        while still < 5:
            if time.monotonic() > end:
                raise SystemExit(f"{shown!r} did not come:\n{self.text()}")
            still = still + 1 if not self.read(0.15) and re.search(shown, self.text()) else 0

    def read(self, seconds: float) -> bool:
        """Take in what comes; whether anything did."""
        if not select.select([self.handle], [], [], seconds)[0]:
            return False
        try:
            more = os.read(self.handle, 65536)
        except OSError:
            return False
        self.stream.feed(more)
        return True


def record(file: Path) -> None:
    """Go through the steps and write down the screen after each."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder))
        pages = []
        for words, keys, shown in STEPS:
            os.write(recorder.handle, keys.encode())
            recorder.until(shown)
            pages.append(f"{'=' * COLUMNS}\n{words}\n{'=' * COLUMNS}\n{recorder.text().replace(folder, '~')}\n")
    file.write_text("\n".join(pages), encoding="utf-8")
