"""What goes over the line to the terminal: little while a run trains, nothing while nothing changes, answers even when it is slow."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import WrittenRun
from tests.tui.terminal import GIVEN_BACK, Terminal
from tests.tui.test_terminal import APP
from tuiml.events import Paused

KIB = 1024
_EPOCHS = 5000
_EPOCH_SECONDS = 0.1
"""How often an epoch ends: what digits with a few hundred rows come to."""
Start = Callable[..., Terminal]


@pytest.fixture
def start(clean_env: dict[str, str], tmp_path: Path) -> Start:
    """Start the app, which warms no runner, in a terminal of columns by rows."""
    return lambda columns, rows, *arguments: Terminal(
        columns, rows, clean_env, tmp_path, [sys.executable, "-c", APP, *arguments]
    )


@pytest.fixture
def live(written: Callable[..., WrittenRun]) -> WrittenRun:
    """A run of thousands of epochs that has just begun."""
    run = written(epochs=_EPOCHS)
    run.hold()
    run.warm_up()
    run.train(1, 3)
    return run


class Trained:
    """Writes a run's epochs as time goes by, while the terminal is read; the clock is that of the machine."""

    def __init__(self, run: WrittenRun, terminal: Terminal) -> None:
        self.run, self.terminal, self.epoch = run, terminal, 3
        self._next = time.monotonic()

    def read(self, seconds: float, rate: int | None = None) -> int:
        """Read for some seconds, at most `rate` bytes a second; return how many bytes came."""
        before, end = len(self.terminal.output), time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if now >= self._next:
                self.epoch, self._next = self.epoch + 1, now + _EPOCH_SECONDS
                self.run.train(self.epoch, self.epoch)
            if rate is None:
                self.terminal.read(0.02)
            else:
                self.terminal.read(0, rate // 20)
                time.sleep(0.05)
        return len(self.terminal.output) - before


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_live_curves_need_little(start: Start, live: WrittenRun, columns: int, rows: int) -> None:
    """At ten epochs a second less than 15 KiB a second; the larger terminal shows both charts and more epochs."""
    terminal = start(columns, rows, str(live.folder.path.absolute()))
    terminal.wait(lambda text: "val_loss" in text)
    trained = Trained(live, terminal)
    trained.read(1)
    began = time.monotonic()
    received = trained.read(4)
    rate = received / (time.monotonic() - began)

    assert 0 < rate < 15 * KIB


def test_compared_live_runs_need_little(start: Start, live: WrittenRun, written: Callable[..., WrittenRun]) -> None:
    """Their curves move too, with less than 15 KiB a second."""
    ended = written(name="20251231-120000-digits")
    ended.warm_up()
    ended.train(1, 12)
    ended.end()
    terminal = start(120, 40)
    terminal.wait(lambda text: "digits" in text)
    terminal.press("\x0c")
    terminal.wait(lambda text: "2 runs" in text)
    terminal.press("c")
    terminal.wait(lambda text: "Compare" in text and "best" in text)
    trained = Trained(live, terminal)
    trained.read(1)
    began = time.monotonic()
    received = trained.read(4)
    rate = received / (time.monotonic() - began)

    assert 0 < rate < 15 * KIB


def test_nothing_is_sent_when_nothing_changes(start: Start, written: Callable[..., WrittenRun]) -> None:
    """The form, the list of runs with a paused one among them, the paused run, an ended run: no byte."""
    paused, ended = written(epochs=50), written(name="20251231-120000-digits")
    for run in (paused, ended):
        run.warm_up()
        run.train(1, 5)
    ended.end()
    paused.hold()
    paused.write(Paused(5, 0))
    terminal = start(80, 24)
    terminal.wait(lambda text: "digits" in text)
    sent = {"form": quiet(terminal)}
    terminal.press("\x0c")
    terminal.wait(lambda text: "paused" in text)
    sent["runs"] = quiet(terminal)
    terminal.press("\r")
    terminal.wait(lambda text: "best epoch" in text)
    sent["paused"] = quiet(terminal)
    terminal.press("\x0c")
    terminal.wait(lambda text: "paused" in text)
    terminal.press("\x1b[B\r")
    terminal.wait(lambda text: "all 12 epochs done" in text)
    sent["ended"] = quiet(terminal)

    assert sent == dict.fromkeys(sent, 0)


def quiet(terminal: Terminal) -> int:
    """Wait until most of a second passes without a byte, or some; return how many come within three more."""
    for _ in range(10):
        if not terminal.listen(0.7):
            break
    return terminal.listen(3.0)


def test_a_key_is_answered_over_a_slow_line(start: Start, live: WrittenRun) -> None:
    """At 5 KiB a second, while curves move: what a key asks for comes behind two paintings at most, and quitting gives the terminal back."""
    terminal = start(80, 24, str(live.folder.path.absolute()))
    terminal.wait(lambda text: "val_loss" in text)
    trained = Trained(live, terminal)
    trained.read(4, 5 * KIB)
    before = len(terminal.output)
    terminal.press("l")
    while "the runner's own words" not in terminal.text:
        trained.read(0.1, 5 * KIB)
    answered = len(terminal.output) - before
    terminal.press("\x11")
    while "Leave it running" not in terminal.text:
        trained.read(0.1, 5 * KIB)
    terminal.press("\r")
    code = terminal.end()

    assert answered < 12 * KIB
    assert code == 0
    assert all(one in terminal.output for one in GIVEN_BACK)
