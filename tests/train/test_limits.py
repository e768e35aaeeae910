"""A run ends when it has reached what was asked for, or used up its time, and says so."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from tuiml import events
from tuiml.fields import TrainFields
from tuiml.runs import wishes
from tuiml.train.control import Control, Stopped

pytestmark = pytest.mark.tf


class Model:
    """As much of a model as limits need."""

    stop_training = False


class Clock:
    """A clock that the test moves."""

    now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Time in training is this clock's."""
    made = Clock()
    monkeypatch.setattr("tuiml.train.control.time", made)
    return made


def limits(control: Control | None = None, **fields: Any) -> Any:
    """Limits of a model that begins to train."""
    from tuiml.train.limits import Limits

    made = Limits(TrainFields(**fields), (control or Control(lambda event: None)).clock)
    made.set_model(Model())
    made.on_train_begin()
    return made


@pytest.mark.parametrize(
    ("goal", "values", "epochs"),
    [
        ("val_accuracy>=0.98", [0.9, 0.979, 0.98, 0.99], 3),
        ("val_accuracy > 0.98", [0.9, 0.979, 0.98, 0.99], 4),
        ("val_accuracy<=0.5", [0.9, float("nan"), 0.4], 3),
        ("val_accuracy<0.1", [0.9, 0.1], None),
    ],
)
def test_training_stops_at_the_epoch_that_reaches_the_goal(goal: str, values: list[float], epochs: int | None) -> None:
    """Not sooner, not at a value that is no number, and with a sentence that names metric, value and goal."""
    watched = limits(stop_when=goal)
    stopped = None
    for epoch, value in enumerate(values):
        watched.on_epoch_end(epoch, {"loss": 1.0, "val_accuracy": value})
        if watched.model.stop_training:
            stopped = epoch + 1
            break
    assert stopped == epochs
    assert bool(watched.reason) == (epochs is not None)
    if epochs is not None:
        assert f"val_accuracy reached {values[epochs - 1]:.4g} in epoch {epochs}" in watched.reason


def test_time_is_that_of_training_in_all_sessions_without_pauses(clock: Clock) -> None:
    """Ten minutes: four, a pause, five more, then a resumed session's last one."""
    control = standing(clock, 5000, "pause", "resume")
    watched = limits(control, max_minutes=10)
    clock.now += 240
    assert not watched.expired()
    control.obey(1, 1)
    clock.now += 300
    assert not watched.expired()
    later = limits(max_minutes=10)
    later.remember(*watched.memory())
    clock.now += 59
    assert not later.expired()
    clock.now += 1
    assert later.expired()
    assert later.reason == "10 minutes of training are over"


@pytest.mark.parametrize(
    "asked",
    [("pause", "resume"), ("pause", "resume", "pause", "resume"), ("pause", "pause", "resume"), ("pause", "stop")],
)
def test_no_pause_counts(clock: Clock, asked: tuple[str, ...]) -> None:
    """Neither two of them between the same batches, nor one that a stop ends, nor one before training begins."""
    control = standing(clock, 1000, *asked)
    before = limits(control)
    began = before.seconds
    with suppress(Stopped):
        control.obey(1, 1)
    clock.now += 7
    assert before.seconds - began == 7
    during = limits(control)
    clock.now += 5
    assert during.seconds == 5
    control.obey(1, 2)  # whoever evaluates after a stop does not stand still for good


def standing(clock: Clock, seconds: float, *asked: Any) -> Control:
    """Return a control of which all this was asked already; each of its pauses takes as many seconds."""

    def hear(event: events.Event) -> None:
        if isinstance(event, events.Paused):
            clock.now += seconds

    control = Control(hear)
    for wish in asked:
        control.ask(wishes.make(wish, "cli"))
    return control


def test_a_run_that_goes_on_after_its_time_gets_it_again(clock: Clock) -> None:
    """Whoever adds epochs to a run that its time had ended wants them trained."""
    watched = limits(max_minutes=1)
    clock.now += 90
    assert watched.expired()
    later = limits(max_minutes=1)
    later.remember(*watched.memory())
    assert not later.expired()


def test_a_run_reaches_its_goal_and_is_finished(prepare: Any, go: Any) -> None:
    """Status finished, fewer epochs than planned, the goal in the reason; the last epoch is the first that meets it."""
    state = go(prepare("digits", "train.epochs=200", "train.stop_when=val_accuracy>=0.9"))
    values = [epoch.metrics["val_accuracy"] for epoch in state.history]

    assert state.status == "finished"
    assert len(values) < 200
    assert [value >= 0.9 for value in values] == [False] * (len(values) - 1) + [True]
    assert "val_accuracy>=0.9 was asked for" in state.reason


def test_a_run_ends_when_its_time_is_over(prepare: Any, go: Any) -> None:
    """A million epochs end within the tenth of a second that was given, finished, with a model."""
    folder = prepare("digits", "train.epochs=1000000", "train.max_minutes=0.001", "train.batch_size=1")
    state = go(folder)

    assert state.status == "finished"
    assert state.reason == "0.001 minutes of training are over"
    assert folder.model.is_file()
