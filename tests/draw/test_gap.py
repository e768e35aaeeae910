"""The generalization gap has a sign and a beginning."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tuiml import events
from tuiml.gap import gap, honest_at, last_gap
from tuiml.folds import Epoch
from tuiml.state import RunState

Run = Callable[..., RunState]


@pytest.mark.parametrize(
    ("metrics", "name", "expected"),
    [
        ({"loss": 0.2, "val_loss": 0.5}, "loss", 0.3),
        ({"accuracy": 0.9, "val_accuracy": 0.7}, "accuracy", 0.2),
        ({"mae": 3.0, "val_mae": 2.5}, "mae", -0.5),
        ({"loss": 0.2}, "loss", None),
        ({"loss": math.nan, "val_loss": 0.5}, "loss", None),
    ],
)
def test_the_gap_is_positive_where_validation_is_worse(
    metrics: dict[str, float], name: str, expected: float | None
) -> None:
    """Losses and errors should fall, accuracies rise."""
    found = gap(Epoch(1, metrics, 0.1, 1e-3, None, 1.0), name)
    assert found == (None if expected is None else pytest.approx(expected))


def test_the_honest_metric_counts_only_for_its_epoch(run: Run) -> None:
    """A measurement of an earlier epoch is not taken for the last one's."""
    state = run(12)
    state.measured = [events.Measured(5, 9, {"loss": 0.3}, {}, {}, {})]

    assert honest_at(state, 5, "loss") == 0.3
    assert honest_at(state, 6, "loss") is None
    assert last_gap(state, "loss") == pytest.approx(0.46 - math.exp(-2))
    state.measured.append(events.Measured(12, 9, {"loss": 0.06}, {}, {}, {}))
    assert last_gap(state, "loss") == pytest.approx(0.4)
    assert last_gap(RunState(), "loss") is None


def test_overfitting_begins_at_the_best_epoch_once_it_is_sure(run: Run) -> None:
    """Not after one worse epoch, not by less than 2 %, not without validation."""
    assert rising_since(run(12)) == 4
    assert rising_since(run(3)) is None
    flat = run(12)
    for epoch in flat.history[4:]:
        epoch.metrics["val_loss"] = flat.history[3].metrics["val_loss"] * 1.01
    assert rising_since(flat) is None
    assert rising_since(RunState()) is None


@pytest.mark.parametrize("end", [[math.inf, -math.inf, 1.0], [1e308] * 3, [math.nan] * 3])
def test_losses_that_are_no_numbers_do_no_harm(run: Run, end: list[float]) -> None:
    """Infinities of both signs, sums beyond the largest float, nan."""
    state = run(12)
    for epoch, value in zip(state.history[-3:], end, strict=True):
        epoch.metrics["val_loss"] = value
    assert rising_since(state) in (None, 4)
    assert last_gap(state, "loss") is None or end[-1] > 0
