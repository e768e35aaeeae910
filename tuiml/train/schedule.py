"""The learning rate of each epoch."""

from __future__ import annotations

import math
from typing import Any

import keras

from tuiml.fields import OptimizerFields


def rate_at(fields: OptimizerFields, epoch: int, epochs: int) -> float:
    """Return the learning rate of `epoch` (from 1) of `epochs`, as far as it does not depend on results.

    In the `warmup` epochs it rises in equal steps, to reach its value in the epoch after. Then, counting epochs from
    there: step multiplies by `decay` at every `decay_epochs`-th, exponential by the same factor a little at each, cosine
    follows half a wave that would be 0 after the last (Loshchilov and Hutter, 2017). plateau is constant here: `Schedule`
    knows its results.
    """
    rate, after = fields.learning_rate, epoch - fields.warmup - 1
    if after < 0:
        return rate * epoch / (fields.warmup + 1)
    if fields.schedule == "step":
        return float(rate * fields.decay ** (after // fields.decay_epochs))
    if fields.schedule == "exponential":
        return float(rate * fields.decay ** (after / fields.decay_epochs))
    if fields.schedule == "cosine":
        return rate * 0.5 * (1 + math.cos(math.pi * after / max(1, epochs - fields.warmup)))
    return rate


class Schedule(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the learning rate at the beginning of each epoch; must come before the reporter, which tells it.

    A plateau is `decay_epochs` epochs without a better val_loss, or loss where nothing is validated on, both without the
    penalty on weights; each multiplies the rate by `decay`. `epochs` are those of the whole run; added ones stretch a schedule that depends on them.
    """

    name = "schedule"

    def __init__(self, fields: OptimizerFields, epochs: int) -> None:
        super().__init__()
        self._fields, self._epochs = fields, epochs
        self._factor, self._wait, self._best = 1.0, 0, math.inf

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keras counts epochs from 0."""
        epochs = max(self._epochs, (self.params or {}).get("epochs") or 0)
        self.model.optimizer.learning_rate = rate_at(self._fields, epoch + 1, epochs) * self._factor

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """See whether this epoch was better than all before it."""
        if self._fields.schedule != "plateau" or epoch < self._fields.warmup:
            return
        logs = logs or {}
        loss = logs.get("val_loss", logs.get("loss", math.nan))
        self._wait = 0 if loss < self._best else self._wait + 1
        self._best = min(self._best, loss) if math.isfinite(loss) else self._best
        if self._wait >= self._fields.decay_epochs:
            self._factor, self._wait = self._factor * self._fields.decay, 0

    def memory(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return counters, and no arrays, for a checkpoint."""
        best = self._best if math.isfinite(self._best) else None
        return {"factor": self._factor, "wait": self._wait, "best": best}, {}

    def remember(self, counters: dict[str, Any], arrays: dict[str, Any]) -> None:
        """Take back what `memory` returned."""
        self._factor, self._wait = counters["factor"], counters["wait"]
        self._best = math.inf if counters["best"] is None else counters["best"]
