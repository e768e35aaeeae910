"""The app inside a real tmux: its window resized, the session left and taken up again, the server killed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import TUIML, Terminal
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import read_all
from tuiml.state import RunState

pytestmark = [pytest.mark.tf, pytest.mark.slow]
_TMUX = shutil.which("tmux") or ""


class Tmux:
    """A tmux server of its own, with one window."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        self._environ = {**environ, "TMUX_TMPDIR": str(folder), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self._folder = folder

    def __call__(self, *words: str) -> str:
        """Have tmux do something; return what it says."""
        done = subprocess.run(
            [_TMUX, "-L", "tuiml", "-f", os.devnull, *words],
            env=self._environ,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def attach(self) -> Terminal:
        """Open another terminal on the session."""
        return Terminal(80, 24, self._environ, self._folder, [_TMUX, "-L", "tuiml", "attach"])

    def wait(self, shown: Callable[[str], object], seconds: float = 60) -> str:
        """Look at the window until it shows what is wanted."""
        end = time.monotonic() + seconds
        while not shown(text := self("capture-pane", "-p")):
            assert time.monotonic() < end, text
            time.sleep(0.1)
        return text


@pytest.fixture
def tmux(clean_env: dict[str, str], tmp_path: Path) -> Iterator[Tmux]:
    """A server with the app in a window of 80x24."""
    if not _TMUX:
        pytest.skip("tmux is not installed")
    server = Tmux(clean_env, tmp_path)
    server("new-session", "-d", "-x", "80", "-y", "24", *TUIML)
    yield server
    server("kill-server")


def braille(text: str) -> int:
    """How many characters of a curve are in the window."""
    return sum("⠀" < letter <= "⣿" for letter in text)


def test_a_run_outlives_everything_around_it(tmux: Tmux, tmp_path: Path) -> None:
    """Train, resize, detach, attach, see the curves each time; kill the server, and the run goes on until it is asked to stop."""
    tmux.wait(lambda text: "digits" in text)
    tmux("send-keys", "C-p")
    tmux.wait(lambda text: "earch for" in text)
    tmux("send-keys", "-l", "field: epochs")
    tmux.wait(lambda text: "Field: Epochs" in text)
    tmux("send-keys", "Enter")
    tmux.wait(lambda text: "passes over the training rows" in text and "earch for" not in text)
    tmux("send-keys", "End", "BSpace", "BSpace")
    tmux.wait(lambda text: "expected a whole number" in text)  # Textual takes letters before keys that come at once
    tmux("send-keys", "-l", "20000")
    tmux.wait(lambda text: "--epochs 20000" in text)
    tmux("send-keys", "C-r")
    tmux.wait(lambda text: braille(text) > 20 and "validation" in text)
    tmux("resize-window", "-x", "120", "-y", "40")
    wide = tmux.wait(lambda text: text.count("\n") >= 40 and braille(text) > 20)
    tmux("resize-window", "-x", "80", "-y", "24")
    terminal = tmux.attach()
    terminal.wait(lambda text: braille(text) > 20)
    tmux("detach-client")
    terminal.end()
    again = tmux.attach()
    shown = again.wait(lambda text: braille(text) > 20)
    tmux("kill-server")
    again.end()
    folder = RunFolder(next((tmp_path / "runs").iterdir()))
    epochs = len(RunState.replay(read_all(folder.events)).history)
    end = time.monotonic() + 60
    while len(RunState.replay(read_all(folder.events)).history) <= epochs:
        assert time.monotonic() < end
        time.sleep(0.1)
    launch.wish(folder, "stop", "test")
    while RunState.replay(read_all(folder.events)).live:
        assert time.monotonic() < end
        time.sleep(0.1)

    assert braille(wide) > 20
    assert "loss" in shown
    assert RunState.replay(read_all(folder.events)).status == "stopped"
