"""Judged: what a network said of rows, against what is true of them."""

from __future__ import annotations

import numpy as np
import pytest

import augment
from tuiml.errors import DataError, StorageError
from tuiml.tasks import readable, unseen
from tuiml.tasks.columns import Column
from tuiml.tasks.described import Described
from tuiml.tasks.heads import Head
from tuiml.tasks.judged import CASES, Judged, told
from tuiml.tasks.prepare import Preparation
from tuiml.tasks.sequences import Sequences


def described(kind: str, names: tuple[str, ...], columns: tuple[Column, ...] = (), form: str = "features") -> Described:
    """A task of `names`: classes, labels or targets."""
    head = Head(units=len(names), activation="linear", loss="mse", metrics=("mae",), reason="")
    classes, targets = ((), names) if kind == "value" else (names, ())
    shape = (len(columns) or 2,)
    return Described("t", kind, form, shape, classes, targets, columns, head, Preparation(), augment.Pipeline())


def classes() -> Judged:
    """Five rows of three classes; row 12 is taken for another, row 14 has no number for a loss."""
    outputs = np.array(
        [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]], np.float32
    )
    losses = np.array([0.2, 0.3, 1.6, 0.1, np.nan], np.float32)
    return Judged(
        described("one_of_n", ("a", "b", "c")), "test", np.arange(10, 15), np.array([0, 1, 1, 2, 2]), outputs, losses
    )


def test_the_worst_come_first_and_what_is_no_number_is_worst() -> None:
    """Among all rows, and among those of a cell of the matrix."""
    judged = classes()

    assert judged.worst().tolist() == [4, 2, 1, 0, 3]
    assert judged.worst(judged.among(1, 0)).tolist() == [2]
    assert judged.matrix.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 2]]
    assert judged.fact(2) == {
        "row": 12,
        "of": "test",
        "loss": pytest.approx(1.6),
        "true": "b",
        "predicted": "a",
        "probability": pytest.approx(0.7),
        "probability_of_true": pytest.approx(0.2),
    }


@pytest.mark.parametrize("kind", ["one_of_n", "many_of_n"])
def test_every_row_is_in_one_cell(kind: str) -> None:
    """The masks of all cells of a class' or label's line are its rows, and as many as the cell counts."""
    random = np.random.default_rng(0)
    if kind == "one_of_n":
        y, table = random.integers(0, 4, 50), "matrix"
    else:
        y, table = random.integers(0, 2, (50, 4)).astype(np.float32), "labelled"
    names = ("a", "b", "c", "d")
    judged = Judged(
        described(kind, names),
        "test",
        np.arange(50),
        y,
        random.random((50, 4), np.float32),
        random.random(50, np.float32),
    ).checked("here")
    counts = getattr(judged, table)
    assert counts.shape == (4, 4) == (len(names), len(CASES))
    for row in range(4):
        masks = np.array([judged.among(row, column) for column in range(4)])
        expected = (y == row) if kind == "one_of_n" else np.ones(50, bool)

        assert (masks.sum(axis=0) == expected).all()
        assert masks.sum(axis=1).tolist() == counts[row].tolist()


@pytest.mark.parametrize(
    "part",
    [
        {"y": np.array([0, 1, 1, 2, 3])},
        {"y": np.array([0.0, 1, 1, 2, 2])},
        {"outputs": np.zeros((5, 2), np.float32)},
        {"outputs": np.zeros((5, 3), np.int64)},
        {"losses": np.zeros((5, 3), np.float32)},
        {"rows": np.array(list("abcde"))},
    ],
)
def test_what_contradicts_the_task_is_named_damaged(part: dict[str, np.ndarray]) -> None:
    """Numbers beyond the classes, other units, other types: one sentence with the file's name."""
    good = classes().checked("test.npz")
    parts = {name: getattr(good, name) for name in ("rows", "y", "outputs", "losses")} | part
    with pytest.raises(StorageError, match=r"test\.npz is damaged"):
        Judged(good.described, "test", **parts).checked("test.npz")


def test_what_is_true_is_told_in_words() -> None:
    """A class, labels, values with the names of their targets."""
    assert told("7", ()) == "7"
    assert told(["square", "cross"], ()) == "square, cross"
    assert told([], ()) == "nothing"
    assert told([1.5, 2.0], ("price", "age")) == "price 1.5, age 2"


def test_rows_are_readable() -> None:
    """Texts without the number that begins them, cells with the names of their columns, a few of many numbers."""
    texts = Sequences.of([[1, 4, 5, 2]], 10)
    columns = (Column("size"), Column("color", ("blue", "red")))

    assert readable.words(texts, ("?",) * 4 + ("good", "film"), ()) == ["good film ?"]
    assert readable.words(np.array([[3.5, 1.0], [np.nan, 7.0]]), (), columns) == [
        "size=3.5, color=red",
        "size=?, color=?",
    ]
    assert readable.words(np.arange(40.0)[None], (), ())[0].endswith("40 in all")


COLUMNS = (Column("size"), Column("color", ("blue", "red")))


def test_a_typed_row_is_read_as_one_of_a_file() -> None:
    """By name in any order, or in the columns' order; ? is a gap."""
    task = described("value", ("price",), COLUMNS, "table")
    by_name, in_order = unseen.row({"color": "red", "size": "3"}, task).rows, unseen.row(["?", "blue"], task).rows

    assert by_name.tolist() == [[3.0, 1.0]]
    assert np.isnan(in_order[0, 0])
    assert in_order[0, 1] == 0.0
    assert unseen.row(["1", "2.5"], described("value", ("y",))).rows.tolist() == [[1.0, 2.5]]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"colour": "red", "size": 1}, "Did you mean 'color'"),
        ({"size": 1}, "lacks 1 of the 2 columns that were learned from: color"),
        (["1"], "expected 2 cells, received 1. The columns are size, color"),
        (["big", "red"], "size: expected a number"),
        (["1", "green"], "color is one of blue, red; received 'green'"),
    ],
)
def test_a_mistyped_row_says_what_is_expected(given: object, words: str) -> None:
    """The column, what it takes, what was received."""
    with pytest.raises(DataError) as caught:
        unseen.row(given, described("value", ("price",), COLUMNS, "table"))

    assert words in str(caught.value)


def test_numbers_that_are_none_are_refused() -> None:
    """Where the network takes plain numbers: too few, words, and rows that are no numbers at all."""
    for given in (["1"], ["1", "x"], ["1", "inf"]):
        with pytest.raises(DataError, match="expected 2 numbers"):
            unseen.row(given, described("value", ("y",)))
    with pytest.raises(DataError, match="cannot be read"):
        unseen.row(["1", "2"], described("one_of_n", ("a", "b"), form="pictures"))
