"""What goes over the line to the terminal: little while a run trains, nothing while nothing changes, answers even when it is slow."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.tui.conftest import WrittenRun
from tests.tui.terminal import GIVEN_BACK, Terminal
from tests.tui.test_terminal import APP
from tuiml.events import Paused

pytestmark = pytest.mark.alone

KIB = 1024
_EPOCHS = 5000
_EPOCH_SECONDS = 0.1
"""How often an epoch ends: what digits with a few hundred rows come to."""
_RUNS, _FIRST, _SECOND = ("\x0c", "2 runs"), ("\r", "best epoch"), ("\x1b[B\r", "all 12 epochs done")
WAYS = {"form": (), "runs": (_RUNS,), "paused": (_RUNS, _FIRST), "ended": (_RUNS, _FIRST, _RUNS, _SECOND)}
"""Screens, and the keys that lead there, each with words that it brings."""
Start = Callable[..., Terminal]


@pytest.fixture
def start(clean_env: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start the app, which warms no runner, in a terminal of columns by rows."""
    terminals: list[Terminal] = []

    def go(columns: int, rows: int, *arguments: str) -> Terminal:
        terminals.append(Terminal(columns, rows, clean_env, tmp_path, [sys.executable, "-c", APP, *arguments]))
        return terminals[-1]

    yield go
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def live(written: Callable[..., WrittenRun]) -> WrittenRun:
    """A run of thousands of epochs that has just begun."""
    run = written(epochs=_EPOCHS)
    run.hold()
    run.warm_up()
    run.train(1, 3)
    return run


class Trained:
    """Writes a run's epochs as time goes by, while terminals are read; the clock is that of the machine."""

    def __init__(self, run: WrittenRun, *terminals: Terminal) -> None:
        self.run, self.terminals, self.epoch = run, terminals, 3
        self._next = time.monotonic()

    def read(self, seconds: float, rate: int | None = None) -> list[int]:
        """Read for some seconds, at most `rate` bytes a second; return how many bytes came to each terminal."""
        before, end = received(self.terminals), time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if now >= self._next:
                self.epoch, self._next = self.epoch + 1, now + _EPOCH_SECONDS
                self.run.train(self.epoch, self.epoch)
            for terminal in self.terminals:
                terminal.read(0.02) if rate is None else terminal.read(0, rate // 20)
            if rate is not None:
                time.sleep(0.05)
        return [now - then for now, then in zip(received(self.terminals), before, strict=True)]


def received(terminals: Iterable[Terminal]) -> list[int]:
    """Return how many bytes each terminal has got so far."""
    return [len(terminal.output) for terminal in terminals]


def rates(trained: Trained) -> list[float]:
    """Return how many bytes a second come to each terminal, over four seconds."""
    trained.read(1)
    began = time.monotonic()
    found = trained.read(4)
    seconds = time.monotonic() - began
    return [count / seconds for count in found]


def test_live_curves_need_little(start: Start, live: WrittenRun) -> None:
    """At ten epochs a second less than 15 KiB a second; the larger terminal shows both charts and more epochs."""
    terminals = [start(*size, str(live.folder.path.absolute())) for size in ((80, 24), (120, 40))]
    for terminal in terminals:
        terminal.wait(lambda text: "val_loss" in text)
    small, large = rates(Trained(live, *terminals))

    assert 0 < small < 15 * KIB
    assert 0 < large < 15 * KIB


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
    (rate,) = rates(Trained(live, terminal))

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
    terminals = {name: start(80, 24) for name in WAYS}
    for name, terminal in terminals.items():
        terminal.wait(lambda text: "digits" in text)
        for keys, words in WAYS[name]:
            terminal.press(keys)
            terminal.wait(lambda text, words=words: words in text)
    sent = quiet(terminals)

    assert sent == dict.fromkeys(WAYS, 0)


def quiet(terminals: dict[str, Terminal]) -> dict[str, int]:
    """Wait until most of a second passes without a byte to each, or some; return how many come within three more."""
    for terminal in terminals.values():
        for _ in range(10):
            if not terminal.listen(0.7):
                break
    before, end = received(terminals.values()), time.monotonic() + 3.0
    while time.monotonic() < end:
        for terminal in terminals.values():
            terminal.read(0.02)
    return {name: len(terminal.output) - then for (name, terminal), then in zip(terminals.items(), before, strict=True)}


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
