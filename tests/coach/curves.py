"""Runs with the curves that a test asks for."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from tuiml.folds import Epoch
from tuiml.state import RunState

GUESSING = 2.3
"""The loss of common sense for ten even classes, about the natural logarithm of 10."""


def run(train: Sequence[float], validation: Sequence[float] | None = None, **known: Any) -> RunState:
    """A run that goes on, with one epoch for each training loss."""
    state = RunState(status="running", baseline={"loss": GUESSING})
    for name, value in known.items():
        setattr(state, name, value)
    for at, loss in enumerate(train):
        metrics = {"loss": loss} | ({} if validation is None else {"val_loss": validation[at]})
        state.history.append(Epoch(at + 1, metrics, 0.1, 1e-3, None, at / 10))
    return state


def curve(shape: Callable[[int], float], epochs: int, noise: float = 0.0, seed: int = 0) -> list[float]:
    """A shape over epochs 1, 2, ..., each value off by a normal share of itself."""
    drawn = random.Random(seed)
    return [shape(epoch) * (1 + drawn.gauss(0, noise)) for epoch in range(1, epochs + 1)]


def falling(floor: float, height: float = 2.0, speed: float = 6.0) -> Callable[[int], float]:
    """Falls from `height` above the floor towards it."""
    return lambda epoch: height * math.exp(-epoch / speed) + floor


def turning(best: int, slope: float = 0.01) -> Callable[[int], float]:
    """Falls until epoch `best`, then rises by `slope` an epoch."""
    return lambda epoch: 0.3 + 1.5 * math.exp(-min(epoch, best) / 4) + slope * max(epoch - best, 0)
