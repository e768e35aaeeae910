"""The app in a real terminal: what it loads, how it ends, what it leaves behind."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import WrittenRun

APP = """
import sys
from pathlib import Path
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.settings import Settings
from tuiml.tui.app import run_app

class Nobody:
    def alive(self): return True
    def give(self, folder): return None
    def dismiss(self): pass

launch.Standby = Nobody
watch = RunFolder(Path(sys.argv[1])) if len(sys.argv) > 1 else None
sys.exit(run_app(Settings(Path("runs"), "textual-dark"), watch=watch))
"""
ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"


class Terminal:
    """A pseudo-terminal with the app in it."""

    def __init__(self, *arguments: str) -> None:
        self.output = b""
        self.process, self.handle = pty.fork()
        if self.process == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS="100", LINES="30")
            os.execv(sys.executable, [sys.executable, "-c", APP, *arguments])

    def read_until(self, wanted: bytes, seconds: float = 20.0) -> None:
        """Read until the app has written `wanted`."""
        end = time.monotonic() + seconds
        while wanted not in self.output and time.monotonic() < end:
            if select.select([self.handle], [], [], 0.1)[0]:
                try:
                    self.output += os.read(self.handle, 65536)
                except OSError:
                    break
        assert wanted in self.output, self.output[-2000:]

    def end(self) -> int:
        """Return the exit code."""
        while True:
            try:
                if not (more := os.read(self.handle, 65536)):
                    break
                self.output += more
            except OSError:
                break
        _, status = os.waitpid(self.process, 0)
        return os.waitstatus_to_exitcode(status)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_give_the_terminal_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
) -> None:
    """The alternate screen is left, the cursor is shown, mouse reports are off, and the exit code says which signal it was."""
    monkeypatch.chdir(tmp_path)
    terminal = Terminal()
    terminal.read_until(b"digits")
    os.kill(terminal.process, number)
    found = terminal.end()

    assert found == code
    after = terminal.output[terminal.output.index(ENTERED) :]
    assert LEFT in after
    assert b"\x1b[?25h" in after
    assert b"\x1b[?1003l" in after


def test_the_result_card_is_left_in_the_terminal(written: Callable[..., WrittenRun]) -> None:
    """After the alternate screen has closed, the last run watched stands in the scrollback."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    terminal = Terminal(str(run.folder.path))
    terminal.read_until(b"finished")
    os.write(terminal.handle, b"\x11")
    code = terminal.end()
    left = terminal.output[terminal.output.rindex(LEFT) :].decode()

    assert code == 0
    assert "best epoch" in left
    assert "tuiml --task digits" in left


def test_the_first_screen_loads_nothing_heavy(run_python: Callable[[str], str]) -> None:
    """Not only at import: also after the form has been painted and examined."""
    printed = run_python("""
import asyncio, sys
from pathlib import Path
from tuiml.settings import Settings
from tuiml.tui.app import TuimlApp

TuimlApp._warm_up = lambda self: None

async def look():
    async with TuimlApp(Settings(Path("runs"), "textual-dark")).run_test() as pilot:
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()

asyncio.run(look())
print([name for name in ("tensorflow", "keras", "cv2", "PIL", "sklearn", "plotext", "scipy") if name in sys.modules])
""")

    assert printed.splitlines()[-1] == "[]"
