"""Runs to draw, as their log would leave them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from tuiml.folds import Epoch
from tuiml.state import RunState


def _run(
    epochs: int = 12, planned: int | None = None, status: str = "running", metric: str = "accuracy", **more: Any
) -> RunState:
    """A run that overfits: validation loss is lowest a third of the way."""
    state = RunState(
        run="mnist-1",
        task="mnist",
        status=status,
        epochs=planned or epochs,
        metric_names=[metric] if metric else [],
        parameters=407050,
        started=100.0,
        session=100.0,
        last=100.0 + epochs / 2,
        **more,
    )
    for number in range(1, epochs + 1):
        loss, val_loss = math.exp(-number / 6), 0.3 + abs(number - max(epochs // 3, 1)) / 50
        metrics = {"loss": loss, "val_loss": val_loss} | (
            {metric: 1 - loss / 3, f"val_{metric}": 1 - val_loss / 3} if metric else {}
        )
        state.history.append(Epoch(number, metrics, 0.4, 1e-3, None, 100.0 + number / 2))
        state.epoch = number
    return state


@pytest.fixture
def run() -> Callable[..., RunState]:
    """Make a run of some epochs."""
    return _run
