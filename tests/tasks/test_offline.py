"""The training set of offline augmentation: originals, then fixed copies, of the training rows alone."""

from __future__ import annotations

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

import augment
from tuiml.errors import DataError
from tuiml.tasks import catalog, offline, recipes
from tuiml.tasks.base import Data
from tuiml.tasks.split import split


@pytest.fixture(scope="module")
def digits() -> Data:
    """Real digits."""
    return catalog.find("digits").load({}, lambda what: None)


@pytest.fixture(scope="module")
def rows(digits: Data) -> np.ndarray:
    """The training rows of the default recipe."""
    recipe = recipes.default_recipe("digits")
    return split(digits, recipe.data.model_dump(), 0).train


def expanded(digits: Data, rows: np.ndarray, ops: str, copies: int = 1, seed: int = 0, told: list[str] | None = None):
    """(x, y) of the enlarged set."""
    progress = (lambda what: None) if told is None else told.append
    return offline.expand(digits.train_x, digits.train_y, rows, augment.parse(ops), copies, seed, 10, progress)


def test_a_certain_flip_with_one_copy_doubles_the_set_exactly(digits: Data, rows: np.ndarray) -> None:
    """1,150 digits and their mirror images, bit for bit, with the same labels, in the same order."""
    x, y = expanded(digits, rows, "flip@1")
    n = len(rows)

    assert len(x) == len(y) == 2 * n
    assert np.array_equal(x[:n], digits.train_x[rows])
    assert np.array_equal(x[n:], digits.train_x[rows][:, :, ::-1])
    assert np.array_equal(y[:n], digits.train_y[rows])
    assert np.array_equal(y[n:], y[:n])
    assert (x.dtype, y.dtype) == (np.uint8, np.int64)


@given(copies=st.integers(1, 4), seed=st.integers(0, 2**31 - 1), start=st.integers(0, 1000), data=st.data())
def test_copy_k_of_a_row_is_what_epoch_k_draws_for_it(
    digits: Data, rows: np.ndarray, copies: int, seed: int, start: int, data: st.DataObject
) -> None:
    """A copy depends on seed, its number and its row alone: not on how many rows or copies there are."""
    some = rows[start : start + 40]
    x, y = expanded(digits, some, "rotate:20,noise:0.1,brightness:0.3@0.5", copies, seed)
    copy, place = data.draw(st.integers(1, copies)), data.draw(st.integers(0, len(some) - 1))
    pipeline = augment.parse("rotate:20,noise:0.1,brightness:0.3@0.5")
    alone = pipeline(digits.train_x[some[[place]]], seed=seed, epoch=copy, index=some[[place]])

    assert np.array_equal(x[copy * len(some) + place], alone[0])
    assert y[copy * len(some) + place] == digits.train_y[some[place]]


def test_chunks_leave_no_seam(digits: Data, rows: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few pictures are made at a time, they are the same."""
    whole = expanded(digits, rows[:50], "rotate:20", 2)
    monkeypatch.setattr(offline, "_CHUNK_VALUES", 64 * 7)

    assert all(np.array_equal(a, b) for a, b in zip(whole, expanded(digits, rows[:50], "rotate:20", 2), strict=True))


def test_what_happens_to_all_pictures_happens_to_the_originals(digits: Data, rows: np.ndarray) -> None:
    """Scale and size: an original cannot lie beside copies on another scale."""
    x, _ = expanded(digits, rows[:20], "flip@1,resize:16,rescale:255")
    plain = augment.parse("resize:16,rescale:255")(digits.train_x[rows[:20]], seed=0, epoch=0, index=rows[:20])

    assert x.shape == (40, 16, 16, 1)
    assert x.dtype == np.float32
    assert np.array_equal(x[:20], plain)
    assert np.allclose(x[20:], plain[:, :, ::-1])


def test_mixed_copies_have_mixed_labels_and_originals_whole_ones(digits: Data, rows: np.ndarray) -> None:
    """Labels become shares of the ten classes; each row still adds up to one."""
    x, y = expanded(digits, rows, "mixup:1", 2)
    n = len(rows)

    assert y.shape == (3 * n, 10)
    assert np.allclose(y.sum(axis=1), 1)
    assert np.array_equal(y[:n].argmax(axis=1), digits.train_y[rows])
    assert set(np.unique(y[:n])) == {0, 1}
    assert (y[n:].max(axis=1) < 0.99).mean() > 0.5
    assert np.array_equal(x[:n], digits.train_x[rows])


def test_progress_is_told_in_tenths_and_may_stop_it(digits: Data, rows: np.ndarray) -> None:
    """At most ten different sentences; what `progress` raises comes through."""
    told: list[str] = []
    expanded(digits, rows, "flip", 25, told=told)
    assert 2 <= len(set(told)) <= 10
    assert told[0] == "making 28,750 copies, 0 % done"

    class Stop(Exception):
        pass

    def stop(what: str) -> None:
        raise Stop

    with pytest.raises(Stop):
        offline.expand(digits.train_x, digits.train_y, rows, augment.parse("flip"), 2, 0, 10, stop)


def test_too_many_copies_are_refused_with_figures(digits: Data, rows: np.ndarray) -> None:
    """What is needed, what is free, and the most that fits: which then does fit."""
    free = psutil.virtual_memory().available
    copies = int(2 * free / (64 * len(rows)))
    with pytest.raises(
        DataError, match=r"need [\d.,]+ [MG]B of memory, and [\d.,]+ [MG]B are free. At most [\d,]+ fit"
    ):
        expanded(digits, rows, "flip", copies)

    assert offline.excess(len(rows), copies // 4, 64) == ""
    assert "Not even one copy" in offline.excess(10**9, 1, 10**6)
