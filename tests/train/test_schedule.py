"""The learning rate of each epoch is a function of its number, and a plateau's of what was measured."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tuiml.fields import OptimizerFields

pytestmark = pytest.mark.tf

EPOCHS = 20


def rates(**fields: Any) -> list[float]:
    """The learning rates of 20 epochs from 0.8 on."""
    from tuiml.train.schedule import rate_at

    made = OptimizerFields(learning_rate=0.8, **fields)
    return [rate_at(made, epoch, EPOCHS) for epoch in range(1, EPOCHS + 1)]


def test_a_step_halves_every_so_many_epochs() -> None:
    """Five epochs each of 0.8, 0.4, 0.2, 0.1."""
    assert rates(schedule="step", decay=0.5, decay_epochs=5) == pytest.approx(
        [0.8] * 5 + [0.4] * 5 + [0.2] * 5 + [0.1] * 5
    )


def test_exponential_falls_by_the_same_factor_and_meets_the_steps() -> None:
    """Each epoch by the same share; where a step begins, both agree."""
    smooth, steps = (rates(schedule=name, decay=0.5, decay_epochs=5) for name in ("exponential", "step"))
    ratios = np.divide(smooth[1:], smooth[:-1])
    assert np.ptp(ratios) < 1e-12
    assert smooth[::5] == pytest.approx(steps[::5])


def test_cosine_falls_along_half_a_wave() -> None:
    """From the full rate, half of it in the middle, to almost nothing, and never up."""
    wave = rates(schedule="cosine")
    assert wave[0] == 0.8
    assert wave[EPOCHS // 2] == pytest.approx(0.4)
    assert 0 < wave[-1] < 0.02
    assert wave == sorted(wave, reverse=True)


@pytest.mark.parametrize("schedule", ["constant", "step", "exponential", "cosine"])
def test_warming_up_rises_in_equal_steps_and_then_begins_the_schedule(schedule: Any) -> None:
    """After 3 epochs of warm-up the rate is full, and falls as it would from the first epoch on."""
    warm = rates(schedule=schedule, warmup=3, decay_epochs=2)
    assert warm[:4] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    if schedule != "cosine":
        assert warm[3:] == pytest.approx(rates(schedule=schedule, decay_epochs=2)[:-3])


class Optimizer:
    """What a schedule sets."""

    learning_rate = math.nan


class Model:
    """As much of a model as a schedule needs."""

    optimizer = Optimizer()


def played(schedule: Any, losses: list[float], first: int = 0) -> list[float]:
    """The rates that a schedule sets while epochs end with these losses."""
    schedule.set_model(Model())
    seen = []
    for epoch, loss in enumerate(losses, first):
        schedule.on_epoch_begin(epoch)
        seen.append(Model.optimizer.learning_rate)
        schedule.on_epoch_end(epoch, {"loss": 9.0, "val_loss": loss})
    return seen


PLATEAU = OptimizerFields(learning_rate=1.0, schedule="plateau", decay=0.1, decay_epochs=2)
LOSSES = [5.0, 4, 4, 4.5, 3, 3, math.nan, 2, 2, 2, 2]


def test_a_plateau_lowers_the_rate_after_its_patience() -> None:
    """Two epochs without a better val_loss, each a tenth; a loss that is no number is not a better one."""
    from tuiml.train.schedule import Schedule

    expected = [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.001]
    assert played(Schedule(PLATEAU, 11), LOSSES) == pytest.approx(expected)


@pytest.mark.parametrize("stop", range(1, len(LOSSES)))
def test_a_plateau_goes_on_after_a_resume_as_if_it_had_never_been_stopped(stop: int) -> None:
    """Whatever the epoch after which its memory is written and read back."""
    from tuiml.train.schedule import Schedule

    before, after = Schedule(PLATEAU, 11), Schedule(PLATEAU, 11)
    seen = played(before, LOSSES[:stop])
    after.remember(*before.memory())
    assert seen + played(after, LOSSES[stop:], stop) == played(Schedule(PLATEAU, 11), LOSSES)


def test_a_run_tells_its_rates_and_resumes_them(prepare: Any, go: Any, stop_in: Any) -> None:
    """`EpochEnded` has the rate of its epoch, equal in a run that was stopped on the way; weights agree to the bit."""
    from tuiml.train import checkpoint

    sets = ("train.epochs=5", "optimizer.schedule=plateau", "optimizer.decay_epochs=1", "optimizer.warmup=1")
    sets += ("optimizer.learning_rate=0.05", "optimizer.decay=0.3", "optimizer.name=adam", "train.batch_size=64")
    whole, broken = prepare("digits", *sets), prepare("digits", *sets)

    unbroken = go(whole)
    stop_in(4)
    assert go(broken).status == "stopped"
    resumed = go(broken)
    told = [epoch.learning_rate for epoch in unbroken.history]

    assert told[0] == pytest.approx(0.025)
    assert len(set(told)) > 2
    assert [epoch.learning_rate for epoch in resumed.history] == told
    one, other = (checkpoint.load_newest(folder.checkpoints) for folder in (whole, broken))
    assert one is not None
    assert other is not None
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)
