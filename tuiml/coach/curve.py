"""A loss curve as rules read it: smoothed, with its noise, whether it still falls and since when it rises."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

PLENTY = 400
"""Points that rules look at; of longer curves each is the mean of a bucket of epochs: no trend is lost, and time is saved."""
WINDOW = 3
"""Epochs at least in the moving average: fewer smooth nothing, more would see an early turn late."""
_SHARE = 10
"""The window grows to a tenth of the curve: in a long run a bump of three epochs is no trend."""
_LATELY = 4
"""What has fallen within the last quarter of the epochs is falling."""
_HUGE = 1e150
"""A loss beyond it has diverged, whatever it is called, and sums of such would overflow."""
_NORMAL = 0.6745 * math.sqrt(6)
"""Median of |second difference| of independent normal noise, in standard deviations: 0.6745 from median to deviation, and
the variance of a - 2 b + c is 6 times that of one."""
_DOUBT = 8.0
"""Standard errors of a moving average that a change must exceed to be one. Two would do for two means chosen in advance; the
lowest and the last of ten windows are 3 to 5 apart by chance in one run of many, and the noise is known to a quarter."""
_LEAST = 0.003
"""Of the scale, usually the baseline's loss: what is smaller is of no interest, however steadily it goes."""


def usable(value: float) -> bool:
    """Whether a loss is a finite number of any use."""
    return abs(value) < _HUGE


@dataclass(frozen=True)
class Curve:
    """Finite losses `values` at `epochs`, ascending; `smooth` is their trailing mean over `window` points.

    `best` is the lowest of all single epochs and `now` the last, each (epoch, value). `noise` is the standard deviation of
    a value about the trend, as of late; `scale` the size of loss that matters.
    """

    epochs: Sequence[int]
    values: Sequence[float]
    smooth: Sequence[float]
    window: int
    best: tuple[int, float]
    now: tuple[int, float]
    noise: float
    scale: float

    @property
    def last(self) -> float:
        """The mean of the last values."""
        return self.smooth[-1]

    def margin(self, level: float, share: float) -> float:
        """Return what a change from `level` must exceed: `share` of it, the noise's part, and what is of interest at all."""
        return max(share * abs(level), _DOUBT * self.noise / math.sqrt(self.window), _LEAST * self.scale)

    def rise(self, share: float) -> tuple[int, float] | None:
        """Return the epoch after which the mean rises up to now, and by how many margins; None where it does not.

        It begins to rise when it is a margin above its lowest, and ends when half of that is left: a verdict needs more to
        fall than it needed to stand. That epoch is the best one, unless noise has made another one best.
        """
        first = min(self.window, len(self.values)) - 1  # means of fewer are lower by chance alone
        rising, at = False, first
        for place in range(first, len(self.smooth)):
            value = self.smooth[place]
            at = place if value < self.smooth[at] else at
            above, margin = value - self.smooth[at], self.margin(self.smooth[at], share)
            rising = above > (margin / 2 if rising else margin)
        turn = min(range(max(at - self.window + 1, 0), at + 1), key=self.values.__getitem__)
        if not rising or len(self.values) - 1 - turn < WINDOW:
            return None
        bucket = range(self.epochs[turn - 1] + 1 if turn else 0, self.epochs[turn] + 1)
        return self.best[0] if self.best[0] in bucket else self.epochs[turn], above / margin

    def fall(self, share: float) -> tuple[int, float, float] | None:
        """Return over how many epochs the mean has fallen up to now, by how much, and how many margins; None where it has not.

        The same holds as of a rise: it ends when half of the margin that it began with is left.
        """
        falling, start = False, min(self.window, len(self.values) // 3)
        for place in range(min(start, 1), len(self.smooth)):
            before = max(place - max(WINDOW, place // _LATELY), min(max(start - 1, 0), place - 1))
            fell, margin = self.smooth[before] - self.smooth[place], self.margin(self.smooth[before], share)
            falling = fell > (margin / 2 if falling else margin)
        lowest = (
            self.last - min(self.smooth) <= margin / 4
        )  # what has turned no longer falls, however high it came from
        return (self.epochs[-1] - self.epochs[before], fell, fell / margin) if falling and lowest else None

    def moved(self, share: float) -> bool:
        """Whether the mean ever fell, by a share and by more than a single value's noise, below the first value."""
        return self.values[0] - min(self.smooth) > max(share * abs(self.values[0]), _DOUBT / 2 * self.noise)


def read(epochs: Sequence[int], values: Sequence[float], scale: float | None = None) -> Curve | None:
    """Return the curve of the usable among `values`, None where there are none; `scale` is that of its first where not given."""
    if not usable(sum(values)) or not values:  # one look at the sum is a hundredth of the time of one at each
        known = [(epoch, value) for epoch, value in zip(epochs, values, strict=True) if usable(value)]
        epochs, values = [epoch for epoch, _ in known], [value for _, value in known]
    if not values:
        return None
    lowest = min(values)
    best, now = (epochs[values.index(lowest)], lowest), (epochs[-1], values[-1])
    every = -(-len(values) // PLENTY)
    if every > 1:  # what does not fill a bucket yet waits
        ends = range(every, len(values) + 1, every)
        epochs, values = [epochs[end - 1] for end in ends], [sum(values[end - every : end]) / every for end in ends]
    window = max(WINDOW, len(values) // _SHARE)
    return Curve(epochs, values, _means(values, window), window, best, now, _noise(values), scale or abs(values[0]))


def _means(values: Sequence[float], window: int) -> list[float]:
    return [sum(values[max(end - window, 0) : end]) / min(end, window) for end in range(1, len(values) + 1)]


def _noise(values: Sequence[float]) -> float:
    """Return the deviation about the trend from the later half's second differences, which any straight line leaves at 0."""
    late = values[-max(len(values) // 2, 20) :]
    bends = sorted(abs(a - 2 * b + c) for a, b, c in zip(late, late[1:], late[2:], strict=False))
    return bends[len(bends) // 2] / _NORMAL if len(bends) > 1 else 0.0
