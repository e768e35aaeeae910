"""What early stopping would have done: Keras' rule applied to the history of a run that need not have had it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tuiml.folds import Epoch

_RISING = ("accuracy", "auc", "precision", "recall", "r2_score")


@dataclass(frozen=True)
class Stopped:
    """Where training would have ended (None: not before the history does), and the best epoch up to there with its value.

    `best_epoch` and `best_value` are None where the metric was not measured in any epoch that was watched.
    """

    stop_epoch: int | None
    best_epoch: int | None
    best_value: float | None


def what_if(
    history: Iterable[Epoch],
    patience: int,
    monitor: str = "val_loss",
    mode: Literal["auto", "min", "max"] = "auto",
    min_delta: float = 0.0,
    baseline: float | None = None,
    start_from_epoch: int = 0,
) -> Stopped:
    """Return where early stopping with these arguments would have ended a run, and what it would have kept.

    The rule is that of `keras.callbacks.EarlyStopping` (Keras 3.15), its corners included: a value that beats the best,
    but not the `baseline`, resets nothing; the first epoch never stops a run; nan is never better, but a first one is the
    best so far, and nothing beats it.
    """
    rising = mode == "max" or (mode == "auto" and any(word in monitor for word in _RISING))
    delta = abs(min_delta)

    def better(value: float, reference: float) -> bool:
        return value - delta > reference if rising else value + delta < reference

    wait, best_epoch, best = 0, None, None
    for epoch in history:
        value = epoch.metrics.get(monitor)
        if value is None or epoch.number <= start_from_epoch:
            continue
        wait += 1
        if best is None or better(value, best):
            best_epoch, best = epoch.number, value
            if baseline is None or better(value, baseline):
                wait = 0
        elif wait >= patience and epoch.number > 1:
            return Stopped(epoch.number, best_epoch, best)
    return Stopped(None, best_epoch, best)
