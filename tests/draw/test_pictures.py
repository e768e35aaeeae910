"""Pictures keep their aspect, their pixels and their place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rich.text import Text

from tuiml.draw.pictures import SHADES, fitting, half_blocks, layout, side_by_side


def cells(text: Text) -> list[list[tuple[tuple[int, ...], tuple[int, ...]]]]:
    """Colors of the upper and the lower pixel of every cell."""
    found = []
    for line in text.split("\n"):
        row: list[tuple[tuple[int, ...], tuple[int, ...]]] = []
        for span in line.spans:
            assert not isinstance(span.style, str)
            assert span.style.color is not None
            assert span.style.bgcolor is not None
            row += [(tuple(span.style.color.get_truecolor()), tuple(span.style.bgcolor.get_truecolor()))] * (
                span.end - span.start
            )
        found.append(row)
    return found


def picture(tall: int, wide: int, channels: int = 3) -> NDArray[np.uint8]:
    """Pixels that all differ a little."""
    return np.random.default_rng(0).integers(0, 256, (tall, wide, channels), dtype=np.uint8)


def test_two_pixels_are_one_cell() -> None:
    """Each cell holds the upper pixel as foreground and the lower as background, exactly."""
    image = picture(4, 6)
    drawn = cells(half_blocks(image, 6))
    assert [list(row) for row in drawn] == [
        [(tuple(image[2 * row, column].tolist()), tuple(image[2 * row + 1, column].tolist())) for column in range(6)]
        for row in range(2)
    ]


def test_an_odd_last_row_lies_over_black() -> None:
    """Three pixel rows are two rows of cells."""
    drawn = cells(half_blocks(np.full((3, 4, 3), 200, np.uint8), 4))
    assert len(drawn) == 2
    assert drawn[1][0] == ((200, 200, 200), (0, 0, 0))


def test_gray_becomes_gray_and_transparency_lies_over_black() -> None:
    """(h, w), (h, w, 1) and RGBA are all accepted."""
    gray = np.full((2, 2), 77, np.uint8)
    assert half_blocks(gray, 2) == half_blocks(gray[..., None], 2)
    assert cells(half_blocks(gray, 2))[0][0] == ((77, 77, 77), (77, 77, 77))
    clear = np.full((2, 2, 4), 200, np.uint8)
    clear[..., 3] = [[0, 255], [0, 255]]
    assert cells(half_blocks(clear, 2))[0] == [((0, 0, 0), (0, 0, 0)), ((200, 200, 200), (200, 200, 200))]


def test_small_pictures_are_enlarged_crisply() -> None:
    """An 8x8 digit in 20 columns becomes 16x16: every pixel a square of two by two, no color invented."""
    image = picture(8, 8)
    drawn = cells(half_blocks(image, 20))
    assert (len(drawn), len(drawn[0])) == (8, 16)
    assert all(
        pair[0] == pair[1] == tuple(image[row, column // 2].tolist())
        for row, cells_ in enumerate(drawn)
        for column, pair in enumerate(cells_)
    )


def test_large_pictures_are_averaged() -> None:
    """A fine checkerboard of black and white becomes gray, not one of the two."""
    board = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    values = {color[0] for row in cells(half_blocks(board, 16)) for pair in row for color in pair}
    assert all(120 <= value <= 135 for value in values)


@given(
    st.integers(1, 90), st.integers(1, 90), st.integers(0, 50), st.one_of(st.none(), st.integers(0, 30)), st.booleans()
)
def test_a_picture_fits_its_box_and_keeps_its_aspect(
    tall: int, wide: int, columns: int, rows: int | None, plain: bool
) -> None:
    """No wider and no higher than asked, and in the aspect of the picture within a pixel."""
    text = half_blocks(picture(tall, wide, 1), columns, rows, plain)
    lines = text.plain.split("\n") if text.plain else []
    assert all(len(line) <= columns for line in lines)
    assert rows is None or len(lines) <= rows
    if lines and min(tall, wide) > 1 and len(lines[0]) > 4 and len(lines) > 4:
        assert abs(len(lines[0]) / (2 * len(lines)) - wide / tall) / (wide / tall) < 0.35


def test_without_color_brightness_is_a_shade() -> None:
    """Black is empty, white is full, and no style is left."""
    image = np.repeat(np.array([[0, 70, 130, 180, 255]], np.uint8), 2, axis=0)
    text = half_blocks(image, 5, plain=True)
    assert text.plain == SHADES
    assert not text.spans


def test_equal_neighbours_share_a_span() -> None:
    """A flat picture of a thousand cells costs one style per row."""
    assert len(half_blocks(np.zeros((40, 50, 3), np.uint8), 50).spans) == 20


@pytest.mark.parametrize(
    "image", [np.zeros((2, 2), np.float32), np.zeros((2, 2, 2), np.uint8), np.zeros((2,), np.uint8)]
)
def test_other_arrays_are_refused(image: NDArray[np.uint8]) -> None:
    """The message names what was expected and what was received."""
    with pytest.raises(ValueError, match="uint8; received"):
        half_blocks(image, 4)


@given(
    st.integers(0, 130),
    st.integers(0, 50),
    st.integers(0, 9),
    st.sampled_from([(8, 8), (28, 28), (32, 32), (60, 20), (20, 60)]),
    st.booleans(),
)
def test_pairs_fit_their_box(width: int, height: int, count: int, shape: tuple[int, int], plain: bool) -> None:
    """Whatever the box, no line is wider and there are no more lines."""
    pairs = [(picture(*shape), picture(*shape), f"number {index}") for index in range(count)]
    text = side_by_side(pairs, width, height, plain)
    lines = text.plain.split("\n") if text.plain else []
    assert len(lines) <= height
    assert all(len(line) <= width for line in lines)


def test_every_pair_has_its_caption() -> None:
    """Original, augmented, caption below; captions are foreign text."""
    pairs = [(picture(28, 28), picture(28, 28), f"rotate {index}\x1b[2J") for index in range(4)]
    text = side_by_side(pairs, 118, 40).plain
    assert all(f"rotate {index}" in text for index in range(4))
    assert "\x1b" not in text


def test_where_not_all_pairs_fit_the_first_ones_are_shown() -> None:
    """Fewer pictures that show something beat many that do not."""
    text = side_by_side([(picture(28, 28), picture(28, 28), f"n{index}") for index in range(40)], 60, 14).plain
    assert "n0" in text
    assert "n39" not in text


SHAPES = [(8, 8), (28, 28), (32, 32, 3), (64, 64, 3), (60, 20), (20, 60)]


@given(st.integers(0, 130), st.integers(0, 50), st.integers(0, 24), st.sampled_from(SHAPES))
def test_as_many_pairs_are_shown_as_fit(width: int, height: int, most: int, shape: tuple[int, ...]) -> None:
    """Whatever the box: what `fitting` says is what `side_by_side` shows, also when given no more pictures or lines than that."""
    count = fitting(shape, width, height, most)
    pairs = [(np.zeros(shape, np.uint8),) * 2 + (f"n{index}.",) for index in range(most)]

    lines = 0
    for offered in (pairs, pairs[:count]):
        shown = side_by_side(offered, width, height).plain
        assert [f"n{index}." in shown for index in range(most)] == [index < count for index in range(most)]
        found = layout(shape, count, width, height) if count else None
        lines = -(-count // found.across) * (found.rows + 2) - 1 if found else 0
        assert not count or len(shown.split("\n")) == lines
    assert fitting(shape, width, lines, most) == count


@pytest.mark.parametrize(
    ("shape", "width", "height", "count"), [((28, 28), 118, 26, 12), ((8, 8), 78, 15, 8), ((64, 64, 3), 118, 26, 12)]
)
def test_usual_pictures_share_a_usual_terminal(shape: tuple[int, ...], width: int, height: int, count: int) -> None:
    """Digits, clothes and small photos come by the dozen, not one at a time."""
    assert fitting(shape, width, height, 24) == count
