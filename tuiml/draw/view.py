"""View: how one looks at a run's curves, and the moves of the eye: cursor, zoom, smoothing."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from tuiml.folds import Epoch
from tuiml.state import RunState

SMOOTHINGS = (0.0, 0.6, 0.9)
"""What the key for smoothing goes through; TensorBoard begins with the second."""
_LEAST = 4.0  # epochs in a window: of fewer there is no curve left


@dataclass(frozen=True)
class View:
    """What to draw of a run, and how.

    `smoothing` is the factor, from 0, below 1, of an exponential moving average per epoch, bias-corrected. With `time`, x
    is seconds on the training clock, which stands still in pauses, else epochs; `window` is the part of x that is shown.
    `cursor` is the epoch whose values are read off. `batches` draws each batch's loss, `total` the loss with the penalty of
    L1 and L2, `honest` the training metric in inference mode, `gap` how much worse validation is, hatched after
    the epoch `overfits`, `baseline` the level of common sense, `ghost` the validation curve of a run to compare with.
    """

    log: bool = False
    smoothing: float = 0.0
    time: bool = False
    window: tuple[float, float] | None = None
    cursor: int | None = None
    batches: bool = False
    total: bool = False
    honest: bool = True
    gap: bool = True
    baseline: bool = True
    overfits: int | None = None
    ghost: RunState | None = None
    ghost_name: str = ""

    @property
    def limits(self) -> tuple[float, float] | None:
        """The window where it is one: two finite numbers, the lower one first."""
        if self.window is None or not all(map(math.isfinite, self.window)) or self.window[0] >= self.window[1]:
            return None
        return float(self.window[0]), float(self.window[1])

    @property
    def factor(self) -> float:
        """The smoothing where it is a factor."""
        return self.smoothing if 0 <= self.smoothing < 1 else 0.0


class Clock:
    """Where epochs lie on the axis: at their numbers, or with `time` at the seconds of training after which they had ended."""

    def __init__(self, history: Sequence[Epoch], time: bool) -> None:
        self._known: dict[float, float] = {}
        self.counts = [0.0, *(float(epoch.number) for epoch in history)] if time and history else []
        if self.counts:
            first = history[0]
            began = first.t - first.seconds * first.number
            self.times = [0.0, *accumulate((max(epoch.t - began, 0.0) for epoch in history), max)]
            self._known = dict(zip(self.counts, self.times, strict=True))

    def at(self, done: float) -> float:
        """Return the place of a number of epochs done, such as 2.5; after the last one at the pace of the last."""
        known = self._known.get(done)
        if known is not None or len(self.counts) < 2:
            return done if known is None else known
        right = min(max(bisect_left(self.counts, done), 1), len(self.counts) - 1)
        (one, other), (start, end) = self.counts[right - 1 : right + 1], self.times[right - 1 : right + 1]
        return start + (end - start) * (done - one) / (other - one) if other > one else end


def move_cursor(state: RunState, view: View, steps: int) -> View:
    """Return the view with the cursor so many epochs further; the first move sets it on the last epoch in sight."""
    if not state.history:
        return replace(view, cursor=None)
    seen = _in_sight(state, view)
    if view.cursor is None:
        return replace(view, cursor=seen[-1])
    numbers = [epoch.number for epoch in state.history]
    at = min(bisect_left(numbers, view.cursor), len(numbers) - 1)
    return replace(view, cursor=numbers[min(max(at + steps, 0), len(numbers) - 1)])


def nearest(history: Sequence[Epoch], number: int) -> Epoch | None:
    """Return the epoch of that number, or where it is not kept the one nearest to it; None of an empty history."""
    return min(history, key=lambda epoch: abs(epoch.number - number), default=None)


def zoom(state: RunState, view: View, steps: int, center: float | None = None) -> View:
    """Return the view that shows half as much of x for each step, twice as much for each step below 0, about `center`.

    Left out, the center is the cursor, else what came last. A window that would hold all is none.
    """
    low, high = _whole(state, view)
    first, last = view.limits or (low, high)
    if center is None and view.cursor is not None:
        center = Clock(state.history, view.time).at(view.cursor)
    center = last if center is None else min(max(center, first), last)
    least = (high - low) * min(_LEAST / max(len(state.history), 1), 1.0)
    size = min(max((last - first) * 0.5**steps, least), high - low)
    share = (center - first) / (last - first)
    start = min(max(center - share * size, low), high - size)
    return replace(view, window=None if size >= (high - low) * 0.999 else (start, start + size))


def next_zoom(state: RunState, view: View) -> View:
    """Return the view one step closer: half, a quarter, an eighth of all, then all again."""
    closer = zoom(state, view, 1)
    low, high = _whole(state, view)
    small = closer.limits is not None and closer.limits[1] - closer.limits[0] < (high - low) * 0.12
    return replace(view, window=None) if small or closer.window == view.window else closer


def next_smoothing(view: View) -> View:
    """Return the view with the next of `SMOOTHINGS`."""
    return replace(view, smoothing=next((factor for factor in SMOOTHINGS if factor > view.smoothing), SMOOTHINGS[0]))


def other_axis(view: View) -> View:
    """Return the view with epochs for seconds on x, or seconds for epochs; all of them, since the window was of the others."""
    return replace(view, time=not view.time, window=None)


def _whole(state: RunState, view: View) -> tuple[float, float]:
    clock = Clock(state.history, view.time)
    first, last = (state.history[0].number, state.history[-1].number) if state.history else (0, 1)
    low, high = clock.at(first), clock.at(last)
    return (low, high) if high > low else (low, low + 1)


def _in_sight(state: RunState, view: View) -> list[int]:
    clock, limits = Clock(state.history, view.time), view.limits
    everything = [epoch.number for epoch in state.history]
    if limits is None:
        return everything
    return [number for number in everything if limits[0] <= clock.at(number) <= limits[1]] or everything
