"""The app in a real terminal with a real runner: keys pressed, curves read off the screen."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.terminal import TUIML, Terminal
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import read_all
from tuiml.state import RunState

pytestmark = pytest.mark.tf


@pytest.fixture
def start(clean_env: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Start the app in a terminal of columns by rows."""
    terminals: list[Terminal] = []

    def go(columns: int, rows: int, *arguments: str) -> Terminal:
        terminals.append(Terminal(columns, rows, clean_env, tmp_path, [*TUIML, *arguments]))
        return terminals[-1]

    yield go
    for terminal in terminals:
        os.close(terminal.handle)


def braille(text: str) -> int:
    """How many characters of a braille curve are on the screen."""
    return sum("⠀" < letter <= "⣿" for letter in text)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_train_by_the_palette_and_read_the_curves(
    start: Callable[..., Terminal], tmp_path: Path, columns: int, rows: int
) -> None:
    """ctrl+p, train, Enter: real digits are learned, both curves are drawn, the result stays, the terminal is given back."""
    terminal = start(columns, rows)
    terminal.wait(lambda text: "digits" in text)
    terminal.press("\x10")
    terminal.wait(lambda text: "Search" in text or "search" in text)
    terminal.press("train")
    terminal.wait(lambda text: "start the recipe shown" in text)
    terminal.press("\r")
    terminal.wait(lambda text: "finished" in text and "12/12" in text)
    run = next((tmp_path / "runs").iterdir())
    state = RunState.replay(read_all(RunFolder(run).events))
    reached = f"{state.test['accuracy']:.4f}"  # comes a painting later
    shown = terminal.wait(lambda text: reached in text and braille(text) > 20)

    assert shown.count("•") > 3
    assert f"best epoch {state.best_epoch}" in shown

    terminal.press("\x11")
    assert terminal.end() == 0
    assert b"\x1b[?1049l" in terminal.output
    assert b"\x1b[?25h" in terminal.output
    assert f"tuiml --task {state.task}" in terminal.output.rpartition(b"\x1b[?1049l")[2].decode()


def test_closing_the_terminal_leaves_the_run_going(start: Callable[..., Terminal], tmp_path: Path) -> None:
    """The app hangs up with 129; the run it had just started finishes, and `tuiml watch` shows it."""
    terminal = start(80, 24)
    terminal.wait(lambda text: "digits" in text)
    terminal.press("\x12")
    terminal.wait(lambda text: "Run" in text and "-digits" in text)
    handle, terminal.handle = terminal.handle, os.open(os.devnull, os.O_RDONLY)
    os.close(handle)
    assert os.waitstatus_to_exitcode(os.waitpid(terminal.process, 0)[1]) == 129
    folder = RunFolder(next((tmp_path / "runs").iterdir()))
    end = time.monotonic() + 90
    while RunState.replay(read_all(folder.events)).live:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert RunState.replay(read_all(folder.events)).status == "finished"

    again = start(80, 24, "watch")
    again.wait(lambda text: "finished" in text and braille(text) > 20)
    again.press("\x11")
    assert again.end() == 0
