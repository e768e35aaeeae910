"""A verdict is what the curves show: on curves made for it, on noise, and on whatever numbers a log may hold."""

from __future__ import annotations

import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import studies
from tests.coach.curves import GUESSING, curve, falling, run, turning
from tuiml.coach.diagnosis import TITLES, as_fields, diagnose, said_of
from tuiml.events import Measured
from tuiml.folds import Epoch
from tuiml.gap import last_gap
from tuiml.state import RunState

LOSSES = st.lists(st.floats() | st.floats(0, 3), max_size=40)


def kind(state: RunState) -> str | None:
    """The verdict's kind."""
    verdict = diagnose(state)
    return verdict.kind if verdict else None


def kinds(train: list[float], validation: list[float]) -> list[str | None]:
    """The verdict after each epoch."""
    return [kind(run(train[:end], validation[:end])) for end in range(len(train) + 1)]


def flips(verdicts: list[str | None]) -> int:
    """How often one verdict took the place of another."""
    return sum(one != other for one, other in pairwise(verdicts))


def test_a_validation_loss_that_rises_is_overfitting_since_the_epoch_after_the_best() -> None:
    """The sentence has the epochs, the rise in percent, the best epoch and the gap; each can be checked by hand."""
    train = curve(falling(0.02), 14)
    validation = [0.4 + 0.1 * abs(epoch - 8) / 4.75 for epoch in range(1, 15)]
    verdict = diagnose(run(train, validation))

    assert verdict is not None
    assert verdict.since_epoch == 9
    assert verdict.sentence().startswith(
        "Overfitting since epoch 9: val_loss rose 6 epochs, +32 % over its best at epoch 8; gap 0."
    )
    assert round(100 * (validation[-1] / validation[7] - 1)) == 32


def test_the_three_rules_of_the_chapter() -> None:
    """Both errors large and near: bias. Training small, validation far above: variance. Both small and near: a good fit."""
    large, small = falling(1.7, 0.5), falling(0.05)

    assert kind(run(curve(large, 60), curve(falling(1.75, 0.5), 60))) == "underfitting"
    assert kind(run(curve(small, 60), curve(falling(0.7), 60))) == "overfitting"
    assert kind(run(curve(large, 60), curve(falling(2.2, 0.5), 60))) == "both"
    assert kind(run(curve(small, 60), curve(falling(0.1), 60))) == "good_fit"


def test_large_is_measured_against_common_sense() -> None:
    """The same losses are bias where guessing is hardly worse, and a good fit where it is far worse."""
    train, validation = curve(falling(0.5, 0.2), 60), curve(falling(0.52, 0.2), 60)

    assert kind(run(train, validation, baseline={"loss": 0.69})) == "underfitting"
    assert kind(run(train, validation, baseline={"loss": 3.8})) == "good_fit"


def test_what_still_falls_is_improving_and_what_never_fell_has_stalled() -> None:
    """Twenty percent an epoch and none at all; without validation rows, training is judged."""
    slow = curve(lambda epoch: 2.3 * 0.97**epoch, 30)

    assert kind(run(slow, [loss + 0.05 for loss in slow])) == "improving"
    assert kind(run(slow)) == "improving"
    assert kind(run(curve(lambda epoch: 2.302, 20), curve(lambda epoch: 2.304, 20))) == "stalled"


def test_a_loss_that_is_no_number_or_explodes_has_diverged() -> None:
    """Since the first such epoch; a single one in between is no divergence; a run may end inside its first epoch."""
    train, validation = curve(falling(0.1), 20), curve(falling(0.2), 20)
    exploding = curve(lambda epoch: 0.3 + 0.1 * math.exp(max(epoch - 10, 0) / 3), 20)
    lost = diagnose(run([*train, math.nan, math.nan], [*validation, 0.2, math.inf]))

    assert lost is not None
    assert (lost.kind, lost.since_epoch) == ("diverged", 21)
    assert kind(run(exploding, exploding)) == "diverged"
    assert kind(run([*train[:5], math.nan, *train[6:]], validation)) != "diverged"
    assert kind(RunState(status="failed", exit_code=4, epoch=1)) == "diverged"


def test_a_validation_loss_that_jumps_about_is_called_noisy() -> None:
    """No trend is read into noise of forty percent."""
    assert kind(run(curve(falling(0.3), 30), curve(lambda epoch: 0.5, 30, 0.4))) == "noisy"


@pytest.mark.parametrize("noise", [0.01, 0.03, 0.05])
@pytest.mark.parametrize("seed", range(4))
def test_a_verdict_does_not_flip_with_the_noise(noise: float, seed: int) -> None:
    """Sixty epochs, each value off by up to five percent: a handful of changes, and once it overfits it stays so."""
    verdicts = kinds(curve(falling(0.01), 60, noise, seed), curve(turning(12), 60, noise, seed + 50))
    first = verdicts.index("overfitting")

    assert flips(verdicts) <= 8
    assert first <= 30
    assert set(verdicts[30:]) == {"overfitting"}


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_read_into_a_plateau_of_noise(seed: int) -> None:
    """A network that has learned what it can, five percent up and down: never called overfitting."""
    verdicts = kinds(curve(falling(0.3), 80, 0.05, seed), curve(falling(0.32), 80, 0.05, seed + 50))

    assert "overfitting" not in verdicts
    assert "both" not in verdicts
    assert verdicts[-1] == "good_fit"


@given(LOSSES, st.lists(st.none() | st.floats(), max_size=40), st.floats() | st.just(GUESSING))
def test_any_history_has_a_verdict_or_none(train: list[float], validation: list[float | None], baseline: float) -> None:
    """No numbers make it raise; what is said has evidence, a confidence, and one line."""
    state = run(train, baseline={"loss": baseline})
    for epoch, value in zip(state.history, validation, strict=False):
        if value is not None:
            epoch.metrics["val_loss"] = value
    verdict = diagnose(state)

    if verdict is not None:
        assert verdict.kind in TITLES
        assert 0 <= verdict.confidence <= 1
        assert verdict.evidence
        assert "\n" not in verdict.sentence()
        assert verdict.since_epoch is None or 1 <= verdict.since_epoch <= len(train) + 1


@pytest.mark.parametrize("epochs", [0, 1, 2])
def test_too_few_epochs_say_nothing(epochs: int) -> None:
    """Two points always make a trend."""
    state = run([1.0, 0.5][:epochs], [1.1, 0.9][:epochs])

    assert diagnose(state) is None
    assert said_of(state) == ""
    assert as_fields(state) is None


def test_training_that_went_well_is_not_judged_without_validation_rows() -> None:
    """How well the network does on other rows is unknown; that it has hardly learned is not."""
    assert kind(run(curve(falling(0.05), 60))) is None
    assert kind(run(curve(falling(1.9, 0.4), 60))) == "underfitting"


def test_the_honest_training_loss_takes_the_place_of_the_running_mean() -> None:
    """Dropout keeps the running mean high: against it there is no gap, against the honest one there is."""
    train, validation = curve(falling(0.45), 60), curve(falling(0.5), 60)
    honest = Measured(60, 500, {"loss": 0.04}, {}, {}, {})
    plain, measured = diagnose(run(train, validation)), diagnose(run(train, validation, measured=[honest]))

    assert plain is not None
    assert plain.kind == "good_fit"
    assert measured is not None
    assert measured.kind == "overfitting"
    assert any("train loss is 0.04 at epoch 60" in piece for piece in measured.evidence)


def test_validation_better_than_training_is_explained() -> None:
    """The question that is asked most: dropout and augmentation act only in training."""
    verdict = diagnose(run(curve(falling(0.6), 60), curve(falling(0.4), 60)))

    assert verdict is not None
    assert any("dropout and augmentation act only in training" in piece for piece in verdict.evidence)


def test_the_verdict_reads_the_gap_where_every_screen_does() -> None:
    """At the last honest measurement, not between smoothed means."""
    train, validation = curve(falling(0.02), 60), curve(turning(12), 60)
    state = run(train, validation, measured=[Measured(58, 500, {"loss": 0.05}, {}, {}, {})])
    verdict = diagnose(state)

    assert verdict is not None
    assert verdict.evidence[1] == f"gap {validation[57] - 0.05:.3g}"
    assert last_gap(state, "loss") == validation[57] - 0.05


def test_a_network_several_times_better_on_its_own_rows_overfits() -> None:
    """Mnist as in the notes, who say so: 2 % of common sense's loss is little, three times training's is not."""
    assert kind(run(curve(falling(0.025), 60), curve(falling(0.075), 60))) == "overfitting"
    assert kind(run(curve(falling(0.002), 60), curve(falling(0.02), 60))) == "good_fit"


def test_a_gap_that_no_noise_explains_is_no_matter_of_noise() -> None:
    """Validation jumps about by half, and even its lowest values are far above training's."""
    noisy = [0.15 + (0.12 if epoch % 3 else 0.0) for epoch in range(30)]

    assert kind(run(curve(falling(0.004), 30), noisy)) == "overfitting"


def test_training_no_better_than_common_sense_has_stalled() -> None:
    """A learning rate far too large: from 300 down to a little more than guessing, and no further."""
    blown = [353.0, *curve(lambda epoch: 2.46, 19, 0.01)]
    verdict = diagnose(run(blown, curve(lambda epoch: 2.5, 20, 0.01, seed=1)))

    assert verdict is not None
    assert verdict.kind == "stalled"
    assert "common sense has 2.3" in verdict.sentence()


def test_validation_far_better_than_training_measured_alike_is_suspicious() -> None:
    """A third of the training labels is wrong: no matter of dropout, and no good fit."""
    train, validation = curve(falling(1.0), 60), curve(falling(0.5), 60)
    verdict = diagnose(run(train, validation, measured=[Measured(60, 500, {"loss": 0.97}, {}, {}, {})]))

    assert verdict is not None
    assert verdict.kind == "suspicious"
    assert "labels of the training rows" in verdict.sentence()
    assert not any("act only in training" in piece for piece in verdict.evidence)
    assert kind(run(train, validation)) != "suspicious"


def test_folds_are_judged_by_their_mean() -> None:
    """The mean of four folds is best about epoch 20 and rises on: since then it overfits."""
    verdict = diagnose(studies.state(k=4, epochs=60))

    assert verdict is not None
    assert verdict.kind == "overfitting"
    assert verdict.since_epoch is not None
    assert 12 <= verdict.since_epoch <= 35


def test_a_run_that_was_stopped_by_its_patience_is_not_called_improving() -> None:
    """Whatever it fell before: early stopping has seen that it no longer does."""
    train, validation = curve(falling(0.2, speed=9), 20), curve(falling(0.25, speed=9), 20)
    state = run(train, validation)
    assert kind(state) == "improving"

    last = state.history[-1]
    state.history[-1] = Epoch(last.number, last.metrics, last.seconds, last.learning_rate, 0, last.t)
    assert kind(state) != "improving"


@pytest.mark.alone
def test_ten_thousand_epochs_cost_as_much_as_reading_them() -> None:
    """Ten times the epochs take no more than a good ten times the time."""

    def seconds(epochs: int) -> float:
        state = run(curve(falling(0.01, speed=600), epochs), curve(turning(1200, 1e-4), epochs))
        found = []
        for _ in range(7):
            began = time.perf_counter()
            diagnose(state)
            found.append(time.perf_counter() - began)
        return min(found)

    assert seconds(10_000) < 30 * seconds(1_000)
