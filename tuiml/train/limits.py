"""When a run has had enough: a metric that reached its goal, or the time that was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from tuiml.fields import TrainFields
from tuiml.tasks import goals


class Limits(keras.callbacks.Callback):  # type: ignore[misc]
    """Looks at the goal after each epoch, and at the time whenever asked; `reason` is a sentence once a limit is reached.

    Time is that of training and validation over all sessions of a run, by `clock`, whose seconds leave pauses out.
    """

    name = "limits"

    def __init__(self, fields: TrainFields, clock: Callable[[], float]) -> None:
        super().__init__()
        self.reason = ""
        self._clock = clock
        self._goal = goals.parse(fields.stop_when) if fields.stop_when.strip() else None
        self._minutes = fields.max_minutes
        self._spent = 0.0
        self._since: float | None = None

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Start the clock."""
        self._since = self._clock()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Stop the clock."""
        self._spent, self._since = self.seconds, None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Stop training where the goal is met or the time is over."""
        value = (logs or {}).get(self._goal.metric) if self._goal else None
        if self._goal is not None and value is not None and self._goal.met(float(value)):
            self.reason = (
                f"{self._goal.metric} reached {float(value):.4g} in epoch {epoch + 1}: {self._goal} was asked for"
            )
        if self.reason or self.expired():
            self.model.stop_training = True

    @property
    def seconds(self) -> float:
        """Seconds spent on training so far."""
        return self._spent + (self._clock() - self._since if self._since is not None else 0.0)

    def expired(self) -> bool:
        """Whether the time is over; says so in `reason`."""
        if self._minutes and self.seconds >= 60 * self._minutes:
            unit = "minute" if self._minutes == 1 else "minutes"
            self.reason = self.reason or f"{self._minutes:g} {unit} of training are over"
            return True
        return False

    def memory(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the seconds spent, and no arrays, for a checkpoint."""
        return {"seconds": self.seconds}, {}

    def remember(self, counters: dict[str, Any], arrays: dict[str, Any]) -> None:
        """Take back what `memory` returned. A run that had used up its time, and goes on nevertheless, gets it again."""
        spent = float(counters["seconds"])
        self._spent = spent if spent < 60 * self._minutes else 0.0
