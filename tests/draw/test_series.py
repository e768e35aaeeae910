"""Series keep what matters of their points, whatever the numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml.draw.series import ASCII_BARS, BARS, finite, smooth, sparkline, thin

numbers = st.floats(allow_nan=False, allow_infinity=False)
anything = st.floats()


@given(st.lists(st.tuples(anything, anything)))
def test_finite_keeps_exactly_the_finite_points(points: list[tuple[float, float]]) -> None:
    """A point survives if and only if both coordinates are finite, in the old order."""
    x, y = finite([a for a, _ in points], [b for _, b in points])
    assert list(zip(x, y, strict=True)) == [point for point in points if all(map(math.isfinite, point))]


@given(st.lists(numbers, max_size=300), st.integers(0, 40))
def test_thin_bounds_the_number_of_points_and_keeps_the_extremes(y: list[float], columns: int) -> None:
    """At most two points per column are left, in order, the overall minimum and maximum among them."""
    x = [float(index) for index in range(len(y))]
    thin_x, thin_y = thin(x, y, columns)
    assert len(thin_x) == len(thin_y) <= 2 * columns
    assert thin_x == sorted(thin_x)
    assert all(y[int(place)] == value for place, value in zip(thin_x, thin_y, strict=True))
    if y and columns:
        assert (min(thin_y), max(thin_y)) == (min(y), max(y))


def test_thin_keeps_each_columns_lowest_and_highest() -> None:
    """A single spike among ten thousand points survives with its neighbourhood's floor."""
    y = [0.0] * 10_000
    y[5_003], y[7_777] = 9.0, -9.0
    x, values = thin(range(10_000), y, 50)
    assert dict(zip(x, values, strict=True)) | {5_003: 9.0, 7_777: -9.0} == dict(zip(x, values, strict=True))


@given(st.lists(numbers, min_size=9, max_size=40), st.lists(numbers, min_size=9, max_size=40))
def test_thin_takes_any_finite_x(x: list[float], y: list[float]) -> None:
    """Even x that overflow when subtracted, or that are not sorted, are thinned to the bound."""
    least = min(len(x), len(y))
    assert len(thin(x[:least], y[:least], 4)[0]) <= 8


def test_smoothing_with_zero_changes_nothing_and_a_constant_stays_constant() -> None:
    """The bias correction makes the first value count fully: no pull towards zero at the start."""
    assert smooth([3.0, 1.0, 2.0], 0.0) == [3.0, 1.0, 2.0]
    assert smooth([5.0] * 6, 0.9) == pytest.approx([5.0] * 6)
    assert smooth([1.0, 3.0], 0.5) == pytest.approx([1.0, (0.25 * 1 + 0.5 * 3) / 0.75])


def test_smoothing_steps_over_what_is_not_finite() -> None:
    """A nan stays a nan in its place and does not spoil the values after it."""
    smoothed = smooth([1.0, math.nan, 1.0], 0.6)
    assert math.isnan(smoothed[1])
    assert smoothed[2] == pytest.approx(1.0)


@pytest.mark.parametrize("factor", [-0.1, 1.0, math.nan])
def test_smoothing_refuses_factors_outside_its_range(factor: float) -> None:
    """The message names range and value."""
    with pytest.raises(ValueError, match="from 0 to 1"):
        smooth([1.0], factor)


def test_a_sparkline_spans_its_own_range() -> None:
    """Lowest value, lowest bar; highest value, highest bar; gaps for what is not finite; a constant in the middle."""
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == BARS
    assert sparkline([0, math.nan, 7, math.inf], 8) == "▁ █ "
    assert sparkline([2, 2], 8) == "▄▄"
    assert sparkline([0, 7], 8, ascii=True) == ASCII_BARS[0] + ASCII_BARS[-1]
    assert sparkline([0, 0, 7, 7], 2) == "▁█"


@given(st.lists(anything, max_size=50), st.integers(-1, 20))
def test_a_sparkline_has_a_cell_per_value_up_to_its_width(values: list[float], width: int) -> None:
    """Any floats at all give one bar or gap per cell."""
    line = sparkline(values, width)
    assert len(line) == min(len(values), max(width, 0))
    assert set(line) <= set(BARS + " ")
