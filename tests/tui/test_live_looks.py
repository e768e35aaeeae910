"""Pictures of the Live screen in every state, at the two usual sizes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.studies import study
from tests.tui.conftest import SIZES, WrittenRun, posing
from tuiml import events
from tuiml.recipe import compose, to_toml
from tuiml.tasks import recipes
from tuiml.tui.app import TuimlApp

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]
pytestmark = pytest.mark.usefixtures("frozen_clock")


def half(written: Written, epochs: int = 6) -> WrittenRun:
    """A live run after some epochs, each measured."""
    run = written()
    run.hold()
    run.warm_up()
    for epoch in range(1, epochs + 1):
        run.train(epoch, epoch)
        norms = {"dense_1": 5 + epoch / 4, "output": 3 - epoch / 20}
        honest = {"loss": 1.6 / epoch, "accuracy": 1 - 0.6 / epoch}
        run.write(events.Measured(epoch, 288, honest, norms, {"dense_1": 0.2, "output": 0.01}, {"dense_1": 0.125}))
    return run


def warming(written: Written) -> WrittenRun:
    """A run whose framework is being imported."""
    run = written()
    run.hold()
    run.write(events.RunStarted("r", "digits", 12, 32, 0, 1, "host"), events.Preparing("importing TensorFlow"))
    return run


def paused(written: Written) -> WrittenRun:
    """A run that stands still in its seventh epoch."""
    run = half(written)
    run.write(events.EpochStarted(7, 0.001), events.Paused(7, 12))
    return run


def ghost(written: Written) -> WrittenRun:
    """A run that varies another."""
    origin = written(name="20260101-110000-digits")
    origin.warm_up()
    for epoch in range(1, 13):
        worse = {
            "loss": 1.2 / epoch,
            "val_loss": 1.3 - 0.02 * epoch,
            "accuracy": 0.5,
            "val_accuracy": 0.4 + 0.02 * epoch,
        }
        origin.write(events.EpochStarted(epoch, 0.001), events.EpochEnded(epoch, worse, 0.9, 0.001))
    origin.end()
    run = half(written)
    run.folder.env.write_text(json.dumps({"origin": origin.folder.id}))
    return run


def finished(written: Written) -> WrittenRun:
    """A run that has overfitted."""
    run = half(written, 12)
    run.let_go()
    run.end()
    return run


def failed(written: Written) -> WrittenRun:
    """A run whose loss is no number any more."""
    run = half(written)
    run.let_go()
    run.end("failed", "", "the loss became nan in epoch 7: try a smaller learning rate")
    return run


def crashed(written: Written) -> WrittenRun:
    """A run whose runner was killed."""
    run = half(written)
    run.let_go()
    return run


def folds(written: Written) -> WrittenRun:
    """Folds that train side by side."""
    run = written(name="20260101-120000-boston_housing")
    base = recipes.default_recipe("boston_housing").model_dump()
    run.folder.recipe.write_text(to_toml(compose([base, {"folds": {"k": 4}, "train": {"epochs": 60}}])))
    run.write(*list(study())[:200], seconds=0.1)
    run.hold()
    return run


STATES: dict[str, tuple[Callable[[Written], WrittenRun], tuple[str, ...]]] = {
    "warming": (warming, ()),
    "running": (half, ()),
    "paused": (paused, ()),
    "log-pane": (half, ("l",)),
    "network-pane": (half, ("n",)),
    "cursor": (finished, ("left", "left", "left")),
    "log-scale": (finished, ("y", "m")),
    "zoom-in-time": (finished, ("x", "z")),
    "ghost": (ghost, ()),
    "finished": (finished, ()),
    "failed": (failed, ()),
    "crashed": (crashed, ()),
    "folds": (folds, ()),
}
"""What the run is like, and the keys pressed."""


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_live(snap_compare: Any, make_app: MakeApp, written: Written, state: str, size: tuple[int, int]) -> None:
    """As it was when somebody last looked at it."""
    make, keys = STATES[state]
    run = make(written)

    assert snap_compare(make_app(watch=run.folder), terminal_size=size, run_before=posing(*keys))
