"""Series of numbers before they are drawn: finite, thinned, smoothed, as a sparkline. Pure Python: nothing to import."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

import math
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-=+*#@"


def finite(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the points of which both coordinates are finite numbers."""
    points = [(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(a) and math.isfinite(b)]
    return [a for a, _ in points], [b for _, b in points]


def thin(x: Sequence[float], y: Sequence[float], columns: int) -> tuple[list[float], list[float]]:
    """Return at most `2 * columns` of the finite points `x`, `y`: of each column its lowest and highest, in order.

    Thinning by minimum and maximum keeps every spike, which thinning by every n-th point or by means would lose.
    Columns are equally wide from the first `x` to the last; no more than `2 * columns` points are returned as they are.
    """
    if columns < 1:
        return [], []
    if len(x) <= 2 * columns:
        return list(x), list(y)
    first, span = x[0], x[-1] - x[0]
    per_unit = columns / span if span and math.isfinite(span) else 0.0
    lowest, highest = [-1] * columns, [-1] * columns
    for index, (place, value) in enumerate(zip(x, y, strict=True)):
        column = int(min(max(0.0, (place - first) * per_unit), columns - 1)) if per_unit else index * columns // len(x)
        if lowest[column] < 0 or value < y[lowest[column]]:
            lowest[column] = index
        if highest[column] < 0 or value > y[highest[column]]:
            highest[column] = index
    kept = sorted({*lowest, *highest} - {-1})
    return [x[index] for index in kept], [y[index] for index in kept]


def smooth(y: Sequence[float], factor: float, x: Sequence[float] | None = None) -> list[float]:
    """Return the exponential moving average, bias-corrected as TensorBoard's: the first value is kept as it is.

    `factor` from 0 (nothing) up to, but not including, 1, is that of a step of 1; with `x`, ascending, a value so many steps
    after the last one weighs as much as if those between had been the same: epochs that were left out change little.
    Non-finite values stay where they are and do not touch the average.

    Raises ValueError for a factor outside the range.
    """
    if not 0 <= factor < 1:
        raise ValueError(f"The smoothing factor must be from 0 to 1, below 1; received {factor}.")
    smoothed, average, weight, before = [], 0.0, 0.0, x[0] - 1 if x else 0.0
    for at, value in enumerate(y):
        if math.isfinite(value):
            keep = factor
            if x is not None:
                keep, before = (factor if x[at] - before <= 1 else factor ** (x[at] - before)), x[at]
            average = keep * average + (1 - keep) * value
            weight = keep * weight + (1 - keep)
            smoothed.append(average / weight)
        else:
            smoothed.append(value)
    return smoothed


def sparkline(values: Sequence[float], width: int, ascii: bool = False) -> str:
    """Return a curve one line high and at most `width` cells wide, scaled to its own range.

    One cell per value; more values than cells are averaged. A value that is not finite is a gap, a constant lies in the middle.
    """
    bars = ASCII_BARS if ascii else BARS
    cells = _means(values, width)
    known = [value for value in cells if math.isfinite(value)]
    if not known:
        return " " * len(cells)
    low, high = min(known), max(known)
    scale = max(abs(low), abs(high)) or 1.0  # divided first: high - low may overflow
    span = high / scale - low / scale
    return "".join(
        " "
        if not math.isfinite(value)
        else bars[3]
        if not span
        else bars[round((value / scale - low / scale) / span * (len(bars) - 1))]
        for value in cells
    )


def _means(values: Sequence[float], width: int) -> list[float]:
    if width < 1:
        return []
    if len(values) <= width:
        return list(values)
    means = []
    for cell in range(width):
        bucket = [
            value
            for value in values[cell * len(values) // width : (cell + 1) * len(values) // width]
            if math.isfinite(value)
        ]
        means.append(sum(value / len(bucket) for value in bucket) if bucket else math.nan)
    return means
