"""The app in a real terminal: what it loads, how it ends, what it leaves behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import WrittenRun
from tests.tui.terminal import ENTERED, GIVEN_BACK, LEFT, Terminal

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


@pytest.fixture
def start(clean_env: dict[str, str], tmp_path: Path) -> Callable[..., Terminal]:
    """Start an app that warms no runner, in a terminal."""
    return lambda *arguments: Terminal(100, 30, clean_env, tmp_path, [sys.executable, "-c", APP, *arguments])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_give_the_terminal_back(start: Callable[..., Terminal], number: int, code: int) -> None:
    """The alternate screen is left, the cursor is shown, mouse reports are off, and the exit code says which signal it was."""
    terminal = start()
    terminal.wait(lambda text: "digits" in text)
    os.kill(terminal.process, number)
    found = terminal.end()

    assert found == code
    after = terminal.output[terminal.output.index(ENTERED) :]
    assert all(code in after for code in GIVEN_BACK)


def test_the_result_card_is_left_in_the_terminal(
    start: Callable[..., Terminal], written: Callable[..., WrittenRun]
) -> None:
    """After the alternate screen has closed, the last run watched stands in the scrollback."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    terminal = start(str(run.folder.path.absolute()))
    terminal.wait(lambda text: "finished" in text)
    terminal.press("\x11")
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
