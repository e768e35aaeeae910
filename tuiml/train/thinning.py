"""Which batches are told: at most five times a second, with the losses of those that are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tuiml.events import MOST_LOSSES, BatchEnded

_EVERY = 0.2  # seconds


class Thinning:
    """Lets batches through, the last of an epoch too; of epochs that are shorter, whole ones are left out."""

    def __init__(self) -> None:
        self._told_at = -_EVERY
        self._place = (0, 0)
        self._losses: list[float] = []
        self._told = False  # something of this epoch

    def take(self, event: BatchEnded, now: float) -> BatchEnded | None:
        """Return what is to be told of batches up to this one at `now`, in seconds, or None for nothing yet."""
        epoch, step = self._place
        if event.epoch != epoch or event.step <= step:  # as when the next fold begins
            self._losses, self._told = [], False
        self._place = event.epoch, event.step
        self._losses += event.losses
        if now - self._told_at < _EVERY and not (self._told and event.step == event.steps):
            return None
        losses, self._losses = parts(self._losses), []
        self._told_at, self._told = now, True
        return replace(event, losses=losses)


def parts(losses: list[float]) -> list[float]:
    """Return at most `MOST_LOSSES` means of equal parts, to six digits: nobody sees more of a curve."""
    means = losses if len(losses) <= MOST_LOSSES else [part.mean() for part in np.array_split(losses, MOST_LOSSES)]
    return [float(f"{mean:.6g}") for mean in means]
