"""Limits, scaling, ticks and labels of a chart's axes; curves are drawn from numbers of 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_DIGITS = 4  # significant digits of a tick label
_HUGE = 1e300  # beyond it sums and differences of floats overflow


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`: low < high, neither beyond 1e301, so that no difference overflows."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Return where a finite value lies, 0 at `low` and 1 at `high`; below 0 or above 1 outside of them."""
        return (value - self.low) / (self.high - self.low)

    def cell(self, value: float, cells: int) -> int:
        """Return the cell of `cells` that a value is drawn in; outside the range when the value is."""
        return math.floor(round(0.5 + (cells - 1) * self.place(value), 8))

    def value(self, cell: float, cells: int) -> float:
        """Return the value in the middle of a cell: the other way round."""
        return self.low + (self.high - self.low) * cell / max(cells - 1, 1)


def x_axis(values: Sequence[float], limits: tuple[float, float] | None = None, time: bool = False) -> Axis:
    """Return the axis of epochs, widened until it holds two whole numbers; or, with `time`, the axis of seconds as it is."""
    low, high = _limits(values, limits)
    if time:
        return _wider(low, high if high > low else low + 1)
    if low == high == math.floor(low):
        return _wider(low - 0.5, high + 0.5)
    if high - low < 1:
        low, high = float(math.floor(low)), float(math.ceil(high))
    return _wider(low, high)


def y_axis(values: Sequence[float], limits: tuple[float, float] | None = None) -> Axis:
    """Return the axis of values; a range too small for labels of four digits is widened, so that rounding noise looks flat."""
    low, high = _limits(values, limits)
    size = max(abs(low), abs(high)) or 1.0
    least = 2 * 10.0 ** max(_exponent(1.01 * size) - _DIGITS + 1, -300)
    if high - low < least:
        middle, margin = (low + high) / 2, max(size / 4, least) if low == high else least
        low, high = middle - margin, middle + margin
    return _wider(low, high)


def whole_ticks(axis: Axis, cells: int) -> dict[int, str]:
    """Return {cell: label} of whole numbers, as many as fit beside one another."""
    widest = max(len(f"{math.floor(axis.high):d}"), len(f"{math.ceil(axis.low):d}"))
    wanted = max(cells // (widest + 5), 1)
    step = max(_nice((axis.high - axis.low) / wanted), 1.0)
    ticks = _multiples(axis, step)
    if axis.low >= 0.5 and (not ticks or ticks[0] - axis.low > step / 2):
        ticks.insert(0, float(math.ceil(axis.low)))  # the first epoch is worth its label
    return {axis.cell(tick, cells): f"{tick:.0f}" for tick in ticks if abs(tick) < 1e15}


_CLOCK = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def time_ticks(axis: Axis, cells: int) -> dict[int, str]:
    """Return {cell: label} of round times, such as 30s, 1m30, 2h: the axis is of seconds."""
    rough = (axis.high - axis.low) / max(cells // 10, 1)
    step = (
        _nice(rough) if rough <= 1 else next((step for step in _CLOCK if step >= rough), 86400 * _nice(rough / 86400))
    )
    return {axis.cell(tick, cells): time_label(tick, step) for tick in _multiples(axis, step)}


def time_label(seconds: float, step: float) -> str:
    """Return a time on an axis, as exact as `step` needs: 0.4s, 45s, 1m30, 2h, 2h05, 3d."""
    if abs(seconds) < 60 or step < 1:
        return f"{label(seconds, min(step, 1))}s" if seconds else "0"
    if step >= 86400:
        return f"{seconds / 86400:.0f}d"
    unit, letter = (3600, "h") if seconds >= 3600 and step >= 60 else (60, "m")
    whole, rest = divmod(round(seconds), unit)
    part = rest // (unit // 60)
    return f"{whole}{letter}{part:02d}" if part else f"{whole}{letter}"


def readable(values: Sequence[float]) -> tuple[float, float] | None:
    """Return limits that leave a few extreme values out where these would squeeze nine tenths of all into a third of the height.

    None where all can be shown, and of fewer than 20 values: which of them are extreme cannot be said yet.
    """
    if len(values) < 20:
        return None
    ordered = sorted(values)
    cut = len(ordered) // 10
    low, high, inner_low, inner_high = ordered[0], ordered[-1], ordered[cut], ordered[-1 - cut]
    above = high - low > _SQUEEZED * (inner_high - low) > 0
    below = high - low > _SQUEEZED * (high - inner_low) > 0
    if above:
        return low, inner_high + (inner_high - low) / 2
    return (inner_low - (high - inner_low) / 2, high) if below else None


_SQUEEZED = 3.0


def value_ticks(axis: Axis, cells: int, log: bool = False) -> dict[int, str]:
    """Return {cell from the bottom: label} of round values; with `log` the axis is of exponents of ten."""
    wanted = max(math.ceil(cells / 2), 2)
    if log:
        return {
            axis.cell(math.log10(value), cells): _trimmed(label(value, value / 1000))
            for value in _log_values(axis, wanted)
        }
    least = 10.0 ** max(_exponent(max(abs(axis.low), abs(axis.high))) - _DIGITS + 1, -300)
    step = max(_nice(0.8 * (axis.high - axis.low) / wanted), least)
    ticks = _multiples(axis, step)
    if len(ticks) < 2:  # two values make a scale; the outermost of a finer step, where all of them would collide
        step = max(_nice(step / 3), least)
        ticks = _multiples(axis, step)
        ticks = [ticks[0], ticks[-1]] if ticks else []
    wider = max(_nice(1.5 * step), least)
    if _crowded([axis.cell(tick, cells) for tick in ticks]) and len(_multiples(axis, wider)) > 1:
        step, ticks = wider, _multiples(axis, wider)
    return {axis.cell(tick, cells): label(tick, step) for tick in ticks}


def _crowded(cells: Sequence[int]) -> bool:
    """Whether labels stand in neighboring rows: even steps then look uneven."""
    return any(abs(one - other) < 2 for one, other in pairwise(cells))


def label(value: float, step: float) -> str:
    """Return a plain number with as many decimals as `step` needs, or a power of ten where plain would be long."""
    size = max(abs(value), step)
    if size >= 99999.5 or size < 1e-4:
        digits = max(_exponent(abs(value)) - _exponent(step), 0) if value else 0
        mantissa, _, exponent = f"{value:.{min(digits, _DIGITS - 1)}e}".partition("e")
        return f"{_trimmed(mantissa) if digits > 1 else mantissa}e{int(exponent)}" if value else "0"
    return f"{value:.{max(-_exponent(step), 0)}f}"


def below(across: Axis, cells: int, gutter: int, x_label: str, time: bool = False) -> str:
    """Return the axis of x and its labels, two lines; the axis' name is in the corner where it fits."""
    ticks = time_ticks(across, cells) if time else whole_ticks(across, cells)
    labels, marks = [" "] * (gutter + cells), ["─"] * cells
    if x_label and len(x_label) < gutter:
        labels[: len(x_label)] = x_label
    taken = -1
    for cell, word in sorted(ticks.items()):
        if not 0 <= cell < cells:
            continue
        start = min(max(gutter + cell - (len(word) - 1) // 2, 0), len(labels) - len(word))
        if start > taken:
            labels[start : start + len(word)] = word
            taken = start + len(word)
            marks[cell] = "┬"
    corner = f"{'└':>{gutter}}" if gutter else ""
    return f"{corner}{''.join(marks)}\n{''.join(labels)}"


def _limits(values: Sequence[float], limits: tuple[float, float] | None) -> tuple[float, float]:
    if limits is not None and all(map(math.isfinite, limits)):
        values = limits
    low, high = min(values, default=0.0), max(values, default=1.0)
    return min(max(low, -_HUGE), _HUGE), min(max(high, -_HUGE), _HUGE)


def _wider(low: float, high: float) -> Axis:
    """Return an axis of which both ends differ as floats even where 1e17 + 0.5 is 1e17."""
    margin = 0.0 if low < high else abs(low) * 1e-3
    return Axis(low - margin, high + margin)


def _nice(rough: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least `rough`."""
    power = 10.0 ** max(_exponent(rough), -300)
    return next((factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9)), power)


def _multiples(axis: Axis, step: float) -> list[float]:
    first = math.ceil(axis.low / step - 1e-9)
    last = min(math.floor(axis.high / step + 1e-9), first + 1000)
    return [number * step for number in range(first, last + 1)]


def _log_values(axis: Axis, wanted: int) -> list[float]:
    """Return powers of ten, with twice and five times them where there is room, else round values between."""
    first, last = math.floor(axis.low), math.ceil(axis.high)

    def inside(value: float) -> bool:
        return 0 < value < math.inf and axis.low - 1e-9 <= math.log10(value) <= axis.high + 1e-9

    for factors in ((1.0, 2.0, 5.0), (1.0,)):
        found = [
            value
            for power in range(max(first, -307), min(last, 307) + 1)
            for factor in factors
            if inside(value := factor * 10.0**power)
        ]
        if 2 <= len(found) <= wanted:
            return found
    if len(found) >= 2:
        return found[:: -(-len(found) // wanted)]
    ends = Axis(10.0 ** max(axis.low, -307.0), 10.0 ** min(axis.high, 308.0))
    return [value for value in _multiples(ends, _nice((ends.high - ends.low) / wanted)) if inside(value)]


def _trimmed(number: str) -> str:
    """Return 0.05 for 0.05000: on a logarithmic axis each label has its own number of decimals."""
    return number.rstrip("0").rstrip(".") if "." in number and "e" not in number else number


def _exponent(value: float) -> int:
    return math.floor(math.log10(value)) if value > 0 else 0
