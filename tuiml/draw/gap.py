"""The generalization gap: how much worse a run is on rows that it has not learned from, and since when it overfits."""

from __future__ import annotations

import math

from tuiml.draw.numbers import rises
from tuiml.folds import Epoch
from tuiml.state import RunState

_LATER = 3  # epochs after the best that must agree: of one alone, noise is as good a reason
_RISE = 0.02


def gap(epoch: Epoch, name: str, honest: float | None = None) -> float | None:
    """Return by how much validation is worse than training in a metric, below 0 where it is better; None without both.

    `honest` is the metric on training rows in inference mode, which takes the place of the running mean: that is of a
    younger network, with dropout and augmentation on.
    """
    train, validation = honest if honest is not None else epoch.metrics.get(name), epoch.metrics.get(f"val_{name}")
    if train is None or validation is None or not (math.isfinite(train) and math.isfinite(validation)):
        return None
    return train - validation if rises(name) else validation - train


def honest_at(state: RunState, number: int, name: str) -> float | None:
    """Return a metric on the fixed sample of training rows after an epoch, or None where it was not measured then."""
    for one in reversed(state.measured):
        if one.epoch <= number:
            return one.metrics.get(name) if one.epoch == number else None
    return None


def last_gap(state: RunState, name: str) -> float | None:
    """Return the gap of the last epoch, to the honest metric where that was measured then."""
    if not state.history:
        return None
    last = state.history[-1]
    return gap(last, name, honest_at(state, last.number, name))


def rising_since(state: RunState) -> int | None:
    """Return the best epoch if validation loss has been above it since: the mean of the last three, by 2 % or more."""
    best = state.best_epoch
    if best is None or len(state.history) < _LATER or state.history[-1].number < best + _LATER:
        return None
    last = [epoch.metrics.get("val_loss", math.nan) for epoch in state.history[-_LATER:]]
    lowest = next(epoch.metrics["val_loss"] for epoch in state.history if epoch.number == best)
    return best if sum(last) / _LATER >= lowest + _RISE * abs(lowest) else None
