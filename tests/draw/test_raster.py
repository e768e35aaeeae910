"""Curves on a grid of cells: where points fall, what joins them, whose turn it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml.draw import raster
from tuiml.draw.axes import Axis


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 200), st.integers(1, 60))
def test_a_value_is_where_the_tick_points(x: float, y: float, cells: int, rows: int) -> None:
    """In the very cell; a finer marker, rounded to its own dots, at most in the next one."""
    axis = Axis(0.0, 1.0)
    row, column = rows - 1 - axis.cell(y, rows), axis.cell(x, cells)
    for marker in ("dot", "x"):
        assert list(raster.layer([x], [y], cells, rows, marker)) == [(row, column)]
    for marker in ("braille", "hd"):
        ((at, across),) = raster.layer([x], [y], cells, rows, marker)
        assert abs(at - row) <= 1
        assert abs(across - column) <= 1


@given(
    st.lists(st.tuples(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5)), max_size=20), st.integers(1, 80), st.integers(1, 30)
)
def test_nothing_is_drawn_outside_of_the_grid(points: list[tuple[float, float]], cells: int, rows: int) -> None:
    """Lines that leave the canvas are cut off at its border."""
    for marker in ("braille", "hd", "dot"):
        drawn = raster.layer([x for x, _ in points], [y for _, y in points], cells, rows, marker)
        assert all(0 <= row < rows and 0 <= column < cells for row, column in drawn)


@pytest.mark.parametrize("marker", ["braille", "hd", "dot"])
def test_a_joined_line_has_no_holes(marker: str) -> None:
    """From one corner to the other there is something in every column, and in every row of a steep one."""
    flat = raster.layer([0, 1], [0.2, 0.8], 60, 20, marker)
    steep = raster.layer([0.4, 0.6], [0, 1], 60, 20, marker)

    assert {column for _, column in flat} == set(range(60))
    assert {row for row, _ in steep} == set(range(20))
    assert len(raster.layer([0, 1], [0, 1], 60, 20, marker, joined=False)) == 2


def test_curves_that_share_cells_show_by_turns() -> None:
    """Each gets its share of a cell that all have; one that is alone keeps it."""
    line = raster.layer([0, 1], [0.5, 0.5], 30, 3, "dot")
    turns = raster.by_turns([line, line, raster.layer([0], [1], 30, 3)])
    owners = [who for (row, _), who in turns.items() if row == 1]

    assert owners.count(0) == owners.count(1) == 15
    assert turns[0, 0] == 2


def test_what_lies_between_two_curves_leaves_both_free() -> None:
    """The cells strictly between them, from a column on."""
    upper, lower = raster.layer([0, 1], [1, 1], 10, 8), raster.layer([0, 1], [0, 0], 10, 8)
    assert sorted(raster.between(upper, lower, 6)) == [(row, column) for row in range(1, 7) for column in range(6, 10)]
    assert raster.between(upper, {}, 0) == []
