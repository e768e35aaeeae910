"""A run folder that the test itself writes, and an app that starts no processes: both real in all else."""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tuiml import events, records
from tuiml.fields import Recipe
from tuiml.recipe import to_toml
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.settings import Settings
from tuiml.tasks import recipes
from tuiml.tui.app import TuimlApp
from tuiml.tui.live import screen as live

NOON = 1_767_268_800.0
"""When the runs of these tests begin, in seconds since 1970."""
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
"""The two usual sizes of a terminal."""


class FakeProcess:
    """A runner that never ends by itself."""

    def poll(self) -> int | None:
        """Return that it still runs."""
        return None


class FakeStandby:
    """A warm runner that died: the app has to start another."""

    def alive(self) -> bool:
        """Return that it waits."""
        return True

    def give(self, folder: RunFolder) -> None:
        """Take nothing."""

    def dismiss(self) -> None:
        """End."""


class WrittenRun:
    """A run as its runner would write it, at steady times; alive while `hold` is in force."""

    def __init__(
        self, runs_dir: Path, name: str = "20260101-120000-digits", task: str = "digits", epochs: int = 12
    ) -> None:
        self.folder = RunFolder(runs_dir / name)
        self.folder.path.mkdir(parents=True)
        self.recipe = recipes.default_recipe("digits")
        self.folder.recipe.write_text(to_toml(self.recipe))
        self.folder.env.write_text("{}")
        self.folder.log.write_text("the runner's own words\n")
        self.task, self.epochs, self.time, self.seq = task, epochs, NOON, 0
        self._held = ExitStack()

    def write(self, *facts: events.Event, seconds: float = 0.5) -> None:
        """Append facts, each `seconds` after the last."""
        lines = []
        for fact in facts:
            self.seq += 1
            self.time += seconds
            lines.append(records.encode(fact, self.seq, self.time))
        with self.folder.events.open("a") as log:
            log.write("".join(line + "\n" for line in lines))

    def hold(self) -> None:
        """Look alive."""
        self._held.enter_context(self.folder.hold())

    def let_go(self) -> None:
        """Look dead."""
        self._held.close()

    def warm_up(self) -> None:
        """Write what comes before the first epoch."""
        self.write(
            events.RunStarted(self.folder.id, self.task, self.epochs, 32, 0, os.getpid(), "host"),
            events.Preparing("importing TensorFlow"),
            events.Preparing("reading digits"),
            events.DataReady(1150, 287, 360, [8, 8, 1], list("0123456789")),
            events.Preparing("building the model"),
            events.ModelReady(
                ["dense_1 (64,) 4,160", "output (10,) 650"],
                8970,
                "sparse_categorical_crossentropy",
                ["accuracy"],
                36,
                "cpu",
            ),
        )

    def train(self, first: int, last: int) -> None:
        """Write epochs first..last: training falls on and on, validation is best at epoch 8."""
        for epoch in range(first, last + 1):
            falling = math.exp(-epoch / 4)
            metrics = {
                "loss": 2 * falling + 0.02,
                "accuracy": 1 - 0.8 * falling,
                "val_loss": 0.4 + 0.1 * abs(epoch - 8),
                "val_accuracy": 0.96 - 0.8 * falling,
            }
            self.write(
                events.EpochStarted(epoch, 0.001),
                events.BatchEnded(epoch, 36, 36, {"loss": 2 * falling, "accuracy": 0.5}),
                events.EpochEnded(epoch, metrics, 0.9, 0.001, 5),
            )

    def end(self, status: str = "finished", reason: str = "all 12 epochs done", error: str | None = None) -> None:
        """Write the end."""
        if status == "finished":
            self.write(events.Evaluated("test", {"loss": 0.21, "accuracy": 0.9528}))
        self.write(events.RunEnded(status, reason, 8, 14.0, error))


@pytest.fixture
def runs_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs; relative, so that pictures of screens do not hold a temporary path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))  # a theme chosen in a test is not the user's
    return Path("runs")


@pytest.fixture
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the Live screen it is a minute after the runs began, for ever: pictures of it tell times."""
    monkeypatch.setattr(live, "time", SimpleNamespace(time=lambda: NOON + 60, monotonic=time.monotonic))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """The run folders for which a runner was asked for; none is started."""
    found: list[RunFolder] = []

    def start(folder: RunFolder) -> Any:
        found.append(folder)
        return FakeProcess()

    monkeypatch.setattr(launch, "Standby", FakeStandby)
    monkeypatch.setattr(launch, "start", start)
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")  # else pictures are shades
    return found


@pytest.fixture
def written(runs_dir: Path) -> Iterator[Callable[..., WrittenRun]]:
    """Makes run folders."""
    made: list[WrittenRun] = []

    def make(**options: Any) -> WrittenRun:
        made.append(WrittenRun(runs_dir, **options))
        return made[-1]

    yield make
    for run in made:
        run.let_go()


@pytest.fixture
def make_app(runs_dir: Path, started: list[RunFolder]) -> Callable[..., TuimlApp]:
    """Makes apps that start no processes."""

    def make(recipe: Recipe | None = None, watch: RunFolder | None = None) -> TuimlApp:
        return TuimlApp(Settings(runs_dir, "textual-dark"), recipe, watch)

    return make


@asynccontextmanager
async def running(app: TuimlApp, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[int]]:
    """Run the app until the first screen has been examined and painted."""
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[int]) -> None:
    """Wait until threads have reported, a log that takes several looks has been read, and the screen shows it."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await until(pilot, lambda: not getattr(pilot.app.screen, "_hurried", False))  # Live goes on reading at once
    await pilot.pause()


async def until(pilot: Pilot[int], condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until a condition holds."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError(f"the condition did not come true in time; the screen:\n{screen_text(pilot.app)}")


async def pose(pilot: Pilot[int], *keys: str) -> None:
    """Press keys, and wait until all is painted and no toast hides any of it: a picture can be taken."""
    await settle(pilot)
    if keys:
        await pilot.press(*keys)
        await settle(pilot)
    if toasts := pilot.app.screen.query("Toast"):
        await toasts.remove()
        await settle(pilot)


def posing(*keys: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    """Return what poses with these keys, for `snap_compare`."""
    return lambda pilot: pose(pilot, *keys)


@asynccontextmanager
async def gaps() -> AsyncIterator[list[float]]:
    """Measure how long the UI loop was away, in seconds, by a ticker of 20 ms; the list holds the delays."""
    found: list[float] = []

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.02)
            found.append(time.perf_counter() - began - 0.02)

    ticker = asyncio.create_task(tick())
    try:
        yield found
    finally:
        ticker.cancel()


def screen_text(app: TuimlApp) -> str:
    """Return what is on the screen, as text."""
    width, height = app.size
    return (
        "\n".join(
            "".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()[:height]
        )
        if width
        else ""
    )
