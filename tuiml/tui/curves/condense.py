"""A long run's epochs, condensed to those that a curve can show: the cost of painting no longer grows with the run."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import replace
from typing import TypeVar

from tuiml.folds import Epoch
from tuiml.state import RunState

_PLENTY = 2000
_BUCKET = 32
_POINTS = 4 * _PLENTY
T = TypeVar("T")
_UNKNOWN = (0, None, math.inf)  # what was found in the whole history is not true of a part


class Condensed:
    """Takes in each epoch once. Of every bucket the epochs are kept at which a metric was lowest or highest, so peaks and the best epoch stay."""

    def __init__(self) -> None:
        self._kept: list[Epoch] = []
        self._taken = 0
        self._bucket = _BUCKET

    def view(self, state: RunState, cursor: int | None = None) -> RunState:
        """Return the state, of a long run with fewer epochs in its history; the one numbered `cursor` is among them."""
        if len(state.history) < self._taken:  # taken up again from an earlier epoch
            self._kept, self._taken, self._bucket = [], 0, _BUCKET
        if len(state.history) <= _PLENTY:
            return state
        while self._taken + self._bucket <= len(state.history):
            self._kept += _extremes(state.history[self._taken : self._taken + self._bucket])
            self._taken += self._bucket
        if len(self._kept) > 2 * _PLENTY:
            self._bucket *= 2
            self._kept = [
                epoch for at in range(0, len(self._kept), _BUCKET) for epoch in _extremes(self._kept[at : at + _BUCKET])
            ]
        shown = self._kept + state.history[self._taken :]
        measured = _sparse(state.measured)
        for number in (cursor, state.history[-1].number, measured[-1].epoch if measured else None):
            _put(shown, state.history, number)
        return replace(
            state, history=shown, measured=measured, batch_losses=_sparse(state.batch_losses), _best=_UNKNOWN
        )


def _put(shown: list[Epoch], history: list[Epoch], number: int | None) -> None:
    """Have an epoch among those that are shown, if it is known."""
    if number is not None:
        at = bisect_left(shown, number, key=lambda epoch: epoch.number)
        if at == len(shown) or shown[at].number != number:
            shown[at:at] = [epoch for epoch in history[:number][-1:] if epoch.number == number]


def _sparse(values: list[T]) -> list[T]:
    """Return every n-th of many values, the last one among them: what they show are clouds and single points."""
    every = -(-len(values) // _POINTS) or 1
    return values[::-1][::every][::-1] if every > 1 else values


def _extremes(bucket: list[Epoch]) -> list[Epoch]:
    """Return the epochs, in order, at which one of the metrics was lowest or highest."""
    found: dict[int, Epoch] = {}
    for name in bucket[0].metrics:
        finite = [epoch for epoch in bucket if math.isfinite(epoch.metrics.get(name, math.nan))]
        if finite:
            values = [epoch.metrics[name] for epoch in finite]
            for at in (values.index(min(values)), values.index(max(values))):
                found[finite[at].number] = finite[at]
    return [found[number] for number in sorted(found)]


def recent(state: RunState, best: int | None, count: int, end: int | None = None) -> RunState:
    """Return the state with the `count` epochs up to number `end` (None: the last), the one before them, and the best one."""
    last = state.history[:end][-count - 1 :]
    also = [] if best in {epoch.number for epoch in last} else [one for one in state.history if one.number == best]
    return replace(state, history=also + last, _best=_UNKNOWN)
