"""The generalization gap: how much worse a run is on rows that it has not learned from, by one rule for every screen."""

from __future__ import annotations

import math
from bisect import bisect_left

from tuiml.folds import Epoch
from tuiml.state import RunState

_LATELY = 10
"""A measurement without dropout stands for the end of a run when it was taken in the last tenth of its epochs,"""
_FEWEST = 3
"""or in the last three: of short epochs few are measured."""
_RISING = ("accuracy", "auc", "precision", "recall", "f1", "fbeta", "r2", "iou", "similarity")


def rises(metric: str) -> bool:
    """Return whether higher is better, from a metric's name; losses and errors should fall."""
    return any(word in metric.lower() for word in _RISING)


def gap(epoch: Epoch, name: str, honest: float | None = None) -> float | None:
    """Return by how much validation is worse than training in a metric, below 0 where it is better; None without both.

    `honest` is the metric on training rows in inference mode, which takes the place of the running mean: that is of a
    younger network, with dropout and augmentation on.
    """
    return _worse(name, _pair(epoch, name, honest))


def honest_at(state: RunState, number: int, name: str) -> float | None:
    """Return a metric on the fixed sample of training rows after an epoch, or None where it was not measured then."""
    at = bisect_left(state.measured, number, key=lambda one: one.epoch)
    if at == len(state.measured) or state.measured[at].epoch != number:
        return None
    return state.measured[at].metrics.get(name)


def honest_lately(state: RunState, name: str) -> tuple[int, float] | None:
    """Return the last (epoch, honest value) of a metric, None where there is none that stands for the end of the run."""
    last = state.measured[-1] if state.measured and state.history and state.plan is None else None
    epochs = state.history[-1].number if state.history else 0
    if last is None or last.epoch < epochs - max(_FEWEST, epochs // _LATELY):
        return None
    value = last.metrics.get(name, math.nan)
    return (last.epoch, value) if math.isfinite(value) else None


def last_pair(state: RunState, name: str) -> tuple[float, float] | None:
    """Return (train, validation) of the epoch that the gap is read at: the last one measured honestly, else the last one."""
    if not state.history:
        return None
    number, honest = honest_lately(state, name) or (state.history[-1].number, None)
    at = bisect_left(state.history, number, key=lambda epoch: epoch.number)
    return _pair(state.history[min(at, len(state.history) - 1)], name, honest)


def last_gap(state: RunState, name: str) -> float | None:
    """Return the gap in a metric at the end of what a run has done so far; None without both values."""
    return _worse(name, last_pair(state, name))


def _pair(epoch: Epoch, name: str, honest: float | None) -> tuple[float, float] | None:
    train, validation = honest if honest is not None else epoch.metrics.get(name), epoch.metrics.get(f"val_{name}")
    if train is None or validation is None or not (math.isfinite(train) and math.isfinite(validation)):
        return None
    return train, validation


def _worse(name: str, pair: tuple[float, float] | None) -> float | None:
    if pair is None:
        return None
    train, validation = pair
    return train - validation if rises(name) else validation - train
