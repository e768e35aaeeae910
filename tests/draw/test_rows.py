"""Scatter, bars, galleries and passages: the size they were asked for, and nothing that is not so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml.draw.bars import bars
from tuiml.draw.gallery import fitting, gallery, passages, passages_fitting
from tuiml.draw.scatter import scatter


@given(
    st.lists(st.floats(width=32), max_size=30),
    st.integers(1, 120),
    st.integers(1, 50),
    st.integers(0, 5),
)
def test_a_scatter_has_the_size_it_was_asked_for(values: list[float], width: int, height: int, seed: int) -> None:
    """Whatever the numbers; never an exception."""
    truth = np.array(values, np.float32)
    said = np.random.default_rng(seed).permutation(truth)
    lines = scatter(truth, said, width, height).plain.split("\n")

    assert len(lines) == max(height, 1)
    assert {len(line) for line in lines} == {width}


def test_a_scatter_shows_what_is_predicted_too_high_above_the_line() -> None:
    """Points on the line cover it; one predicted too high lies in the upper left, one too low in the lower right."""
    low, high = np.array([0.0, 10.0, 2.0]), np.array([0.0, 10.0, 9.0])
    above = scatter(low, high, 40, 12).plain.split("\n")
    below = scatter(high, low, 40, 12).plain.split("\n")

    def marked(lines: list[str]) -> list[tuple[int, int]]:
        return [(row, at) for row, line in enumerate(lines[:-2]) for at, one in enumerate(line) if "⠀" < one <= "⣿"]

    assert len(marked(above)) == len(marked(below)) == 3
    assert any(row < 3 and at < 15 for row, at in marked(above))
    assert any(row > 6 and at > 25 for row, at in marked(below))
    assert "·" in "".join(above)


def test_a_bar_is_as_long_as_its_share_and_the_rest_is_counted() -> None:
    """The first is twice the second; where there is no room the last line says how many are left out."""
    lines = bars([("a", 0.8), ("b", 0.4), ("c", 0.1), ("d", 0.05)], 60, 3, most=1.0).plain.split("\n")
    whole = bars([("a", 0.8), ("b", 0.4), ("c", float("nan"))], 60, 9, most=1.0).plain.split("\n")

    assert lines[0].count("━") // 2 == lines[1].count("━") > 10
    assert lines[2] == "and 2 more, each 0.1000 or less"
    assert "━" not in whole[2]
    assert {len(line) for line in whole} == {60}
    assert bars([], 60, 3).plain == ""


@pytest.mark.parametrize("size", [(80, 20), (120, 36), (20, 5), (10, 3)])
def test_a_gallery_fits_and_names_its_pictures(size: tuple[int, int]) -> None:
    """As many pictures as `fitting` says, each with its words; no line is wider than asked for."""
    width, height = size
    count = fitting(width, height, 2)
    pictures = [(np.full((28, 28, 1), 200, np.uint8), [f"n{number}", "said"]) for number in range(count + 3)]
    text = gallery(pictures, width, height, 2).plain

    assert f"n{count - 1}" in text
    assert f"n{count} " not in text
    assert count == 1 or max(map(len, text.split("\n"))) <= width
    assert count == 1 or len(text.split("\n")) <= height


def test_passages_show_the_beginning_of_each_text() -> None:
    """As many as fit, captions cut, escapes made visible."""
    rows = [(f"caption {number}", "word " * 200 + "\x1b[31m") for number in range(9)]
    lines = passages(rows, 40, 12, 2).plain.split("\n")

    assert passages_fitting(12, 2) == 3
    assert [line for line in lines if line.startswith("caption")] == ["caption 0", "caption 1", "caption 2"]
    assert max(map(len, lines)) <= 40
    assert lines[2].endswith("…")
    assert "\x1b" not in passages([("\x1b[1m", "")], 40, 12, 0).plain
