"""A task on paper: nothing is wider than asked for, nothing of foreign text steers the terminal, counts are those given."""

from __future__ import annotations

import numpy as np
import pytest
from rich.text import Text

from tuiml.draw import task_card

WIDTHS = (40, 57, 80, 120)
HOSTILE = "ev\x1b[31mil\x07 过拟合 " * 8


def widest(text: Text) -> int:
    return max((line.cell_len for line in text.split("\n")), default=0)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_part_is_wider_than_asked_for(width: int) -> None:
    """Long names, long texts, many columns and pictures of any size stay within the width, and no escape survives."""
    counts = {f"{HOSTILE}{number}": {"train": 10**number, "test": number} for number in range(8)}
    lines = [(HOSTILE * 3, "0 .. 1000000, mean 12.5", 12_345, ["first", HOSTILE, "third"])] * 30
    shots = [(np.full((tall, wide, 3), 90, np.uint8), HOSTILE) for tall, wide in ((8, 8), (32, 32), (20, 64), (64, 20))]
    parts = [
        task_card.headline(HOSTILE, HOSTILE * 9, width),
        task_card.facts([(HOSTILE, HOSTILE * 9), ("short", "a\nb")], width),
        task_card.balance(counts, width),
        task_card.columns(lines, width),
        task_card.pictures(shots, width),
        task_card.texts([(HOSTILE * 9, HOSTILE * 99)], width),
    ]
    assert [widest(part) for part in parts if widest(part) > width] == []
    assert not any(character in part.plain for part in parts for character in "\x1b\x07")


def test_bars_grow_with_the_rows_and_no_class_with_rows_is_without_one() -> None:
    """The longest bar is that of the largest class; one row in a million is still a mark; none is none."""
    drawn = task_card.balance(
        {"many": {"train": 1_000_000}, "half": {"train": 500_000}, "one": {"train": 1}, "no": {"train": 0}}, 80
    )
    bars = [line.plain.count("█") for line in drawn.split("\n")[1:5]]
    assert bars[0] > 40
    assert bars[1] == pytest.approx(bars[0] / 2, abs=1)
    assert bars[2:] == [1, 0]


def test_of_many_classes_the_largest_are_shown_and_the_rest_is_counted() -> None:
    """46 topics: twenty lines in order of size, and a sentence about the others."""
    drawn = task_card.balance({f"topic {number:02}": {"train": number} for number in range(46)}, 80).plain
    assert drawn.index("topic 45") < drawn.index("topic 26")
    assert "topic 25" not in drawn
    assert "and 26 more, of 25 down to 0 rows" in drawn


def test_ascii_drawings_are_ascii() -> None:
    """For terminals and files of other encodings: bars and pictures in characters that all of them have."""
    picture = np.linspace(0, 255, 32 * 32 * 3).astype(np.uint8).reshape(32, 32, 3)
    parts = [
        task_card.balance({"a": {"train": 5}}, 60, ascii=True),
        task_card.pictures([(picture, "a")], 60, ascii=True),
    ]
    assert all(part.plain.isascii() for part in parts)
    assert len(set(parts[1].plain)) > 4


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (12.0, "12"),
        (2003.0, "2003"),
        (14720.4, "14,720"),
        (16512.0, "16,512"),
        (0.53812, "0.5381"),
        (1.23456e9, "1.235e+09"),
        (float("nan"), "?"),
        (None, "?"),
    ],
)
def test_cells_are_short(value: float | None, words: str) -> None:
    """Whole numbers without a point, others with four figures, what is missing as a question mark."""
    assert task_card.number(value) == words


def test_kinds_of_a_column_are_counted_the_most_frequent_first() -> None:
    """A categorical column tells how many kinds it has, and the largest of them."""
    assert task_card.kinds({"a": 1, "b": 30, "c": 2}) == "3 kinds: b 30, c 2, a 1"
    assert task_card.kinds({str(number): number for number in range(9)}).endswith("...")


def test_of_a_table_s_rows_something_is_seen_where_it_is_narrow() -> None:
    """Long values give way to them: a heading alone says nothing."""
    line = ("color of the body", "4 kinds: green 80, blue 76, red 74, metallic 69", 101, ["red", "blue", "green"])

    assert "red | blue" in task_card.columns([line], 68).plain
