"""What libraries write, and errors of the app itself, do not tear the screen."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.tui.terminal import GIVEN_BACK, LEFT, Terminal

APP = """
import ctypes, os, sys, warnings
from pathlib import Path
from tuiml.runs import launch
from tuiml.settings import Settings
from tuiml.tui import app
from tuiml.tui.app import TuimlApp

class Nobody:
    def alive(self): return True
    def give(self, folder): return None
    def dismiss(self): pass

launch.Standby = Nobody

class Faulty(TuimlApp):
    BINDINGS = [("f12", "fault", "")]
    CSS_PATH = TuimlApp.CSS_PATH
    def action_fault(self):
        C

app.TuimlApp = Faulty
sys.exit(app.run_app(Settings(Path("runs"), "textual-dark")))
"""
WAYS = {
    "a warning": "warnings.warn('STRAY')",
    "a print": "print('STRAY')",
    "bytes past Python": "os.write(2, b'STRAY')",
    "a C library": "ctypes.CDLL(None).puts(b'STRAY'); ctypes.CDLL(None).fflush(None)",
    "a program": "import subprocess; subprocess.run(['echo', 'STRAY'])",
}


def open_app(environ: dict[str, str], folder: Path, body: str) -> Terminal:
    """Start an app in which f12 does something unwanted, and press it."""
    terminal = Terminal(
        80, 24, environ, folder, [sys.executable, "-c", APP.replace("        C\n", f"        {body}\n")]
    )
    terminal.wait(lambda text: "digits" in text)
    terminal.listen(1.0)
    terminal.press("\x1b[24~")
    return terminal


def test_nothing_of_a_library_reaches_the_screen(clean_env: dict[str, str], tmp_path: Path) -> None:
    """A warning, a print, bytes to the streams' numbers, a C library, a program: the log has what went past Python."""
    terminal = open_app(clean_env, tmp_path, "; ".join(WAYS.values()))
    terminal.listen(1.5)
    terminal.press("\x11")
    code = terminal.end()
    logs = [file.read_text() for file in tmp_path.rglob("app.log")]

    assert code == 0
    assert b"STRAY" not in terminal.output
    assert [log.count("STRAY") for log in logs] == [3]


def test_an_error_of_the_app_is_one_sentence(clean_env: dict[str, str], tmp_path: Path) -> None:
    """The terminal is given back, the exit code is 1, and the traceback lies where the sentence says."""
    terminal = open_app(clean_env, tmp_path, "raise RuntimeError('of [b]our[/b] own')")
    code = terminal.end()
    left = terminal.output[terminal.output.rindex(LEFT) :].decode()
    said = re.sub(r"\s+", "", re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", left))
    (log,) = tmp_path.rglob("app.log")

    assert code == 1
    assert all(one in terminal.output for one in GIVEN_BACK)
    assert "RuntimeError:of[b]our[/b]own" in said
    assert "Traceback" not in said
    assert str(log).replace(" ", "") in said
    assert "action_fault" in log.read_text()
