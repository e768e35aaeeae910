"""Real runs, small enough for tests: the runner in this process, on real digits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tuiml.records import Record
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import read_all
from tuiml.state import RunState
from tuiml.tasks.recipes import build_recipe

Prepare = Callable[..., RunFolder]
Go = Callable[..., RunState]


@pytest.fixture(scope="module")
def prepare(tmp_path_factory: pytest.TempPathFactory) -> Prepare:
    """Make a run folder for a task's default recipe with some fields set: prepare("digits", "train.epochs=2")."""

    runs = tmp_path_factory.mktemp("prepared") / "runs"

    def make(task: str, *sets: str) -> RunFolder:
        return launch.prepare(build_recipe(task, sets=list(sets)), runs, None, by="test")

    return make


@pytest.fixture(scope="session")
def go() -> Go:
    """Run a folder to its end and return its state; `hear(record)` hears each fact."""

    def run(folder: RunFolder, hear: Callable[[Record], None] | None = None) -> RunState:
        from tuiml.train import runner

        runner.run(folder, hear)
        return RunState.replay(read_all(folder.events))

    return run


@pytest.fixture
def stop_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Have the next run stopped within an epoch, once, two batches after it began: no clock has a say."""
    from tuiml.runs import wishes
    from tuiml.train.feed import Pace
    from tuiml.train.fit import Fit

    def arrange(epoch: int) -> None:
        def stop(fit: Fit) -> None:
            if fit.loop.epoch == epoch and left:
                left.pop()
                fit._control.ask(wishes.make("stop", "test"))
            between(fit)

        between, left = Fit._between, [True]
        monkeypatch.setattr(Fit, "_between", stop)
        monkeypatch.setattr(Pace, "SECONDS", 0.0)  # batch by batch

    return arrange
