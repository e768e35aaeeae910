"""The generalization gap has a sign, and one value for the end of a run."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tuiml import events
from tuiml.folds import Epoch
from tuiml.gap import gap, honest_at, last_gap, last_pair
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
    assert last_pair(state, "loss") == pytest.approx((0.06, 0.46))
    assert last_gap(RunState(), "loss") is None


def test_a_late_honest_measurement_stands_for_the_end(run: Run) -> None:
    """Of fast epochs few are measured: the gap is read at the last of them, as long as it was lately."""
    state = run(12)
    state.measured = [events.Measured(10, 9, {"loss": 0.06}, {}, {}, {})]
    validation = state.history[9].metrics["val_loss"]

    assert last_pair(state, "loss") == (0.06, validation)
    assert last_gap(state, "loss") == pytest.approx(validation - 0.06)


@pytest.mark.parametrize("end", [[math.inf, -math.inf, 1.0], [1e308] * 3, [math.nan] * 3])
def test_losses_that_are_no_numbers_do_no_harm(run: Run, end: list[float]) -> None:
    """Infinities of both signs, sums beyond the largest float, nan."""
    state = run(12)
    for epoch, value in zip(state.history[-3:], end, strict=True):
        epoch.metrics["val_loss"] = value
    assert last_gap(state, "loss") is None or end[-1] > 0
