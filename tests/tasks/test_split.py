"""Which rows are validated on, as properties over any labels and any wish."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml.errors import DataError
from tuiml.fields import DataFields
from tuiml.tasks.base import Data
from tuiml.tasks.split import split, stratified

labels = st.lists(st.integers(0, 4), min_size=5, max_size=200).map(lambda values: np.array(values, np.int64))
seeds = st.integers(0, 2**31 - 1)
shares = st.floats(0.01, 0.8)


def data(y: np.ndarray, **more: Any) -> Data:
    return Data(np.zeros((len(y), 1), np.float32), y, np.zeros((0, 1), np.float32), y[:0], **more)


def fields(**values: Any) -> dict[str, Any]:
    return DataFields(**values).model_dump()


@given(labels, seeds, shares, st.floats(0.05, 1), st.sampled_from(["shuffled", "first"]))
def test_training_and_validation_are_apart_sorted_and_repeatable(
    y: np.ndarray, seed: int, share: float, fraction: float, kind: str
) -> None:
    """No row is in both, none comes twice, both are sorted int64, and the same call gives the same rows."""
    wish = fields(validation=share, fraction=fraction, split=kind)
    training, validation = split(data(y), wish, seed)
    assert training.dtype == validation.dtype == np.int64
    assert len(training) >= 1
    rows = np.concatenate([training, validation])
    assert len(np.unique(rows)) == len(rows)
    assert rows.min() >= 0
    assert rows.max() < len(y)
    assert (np.diff(training) > 0).all()
    assert (np.diff(validation) > 0).all()
    for first, second in zip((training, validation), split(data(y), wish, seed), strict=True):
        np.testing.assert_array_equal(first, second)


@given(labels, seeds, shares)
def test_all_rows_are_used(y: np.ndarray, seed: int, share: float) -> None:
    """With the whole of the data, training and validation rows together are all rows."""
    training, validation = split(data(y), fields(validation=share), seed)
    assert len(training) + len(validation) == len(y)
    assert len(validation) == max(1, round(share * len(y)))


@given(labels, seeds, shares, st.floats(0.05, 1))
def test_validation_does_not_depend_on_the_fraction(y: np.ndarray, seed: int, share: float, fraction: float) -> None:
    """Runs with less data are judged by the same rows."""
    whole, part = (split(data(y), fields(validation=share, fraction=value), seed)[1] for value in (1, fraction))
    np.testing.assert_array_equal(whole, part)


@given(labels, seeds, st.floats(0, 1))
def test_each_class_is_within_one_row_of_its_proportion(y: np.ndarray, seed: int, share: float) -> None:
    """Drawing rows keeps the mixture of classes."""
    count = round(share * len(y))
    drawn = stratified(y, count, (seed,))
    assert len(drawn) == count
    for label in np.unique(y):
        assert abs((y[drawn] == label).sum() - (y == label).sum() * count / len(y)) < 1


@given(labels, seeds)
def test_first_takes_the_first_rows(y: np.ndarray, seed: int) -> None:
    """`split = first` is what the notes do: the first rows, unshuffled, whatever the seed."""
    np.testing.assert_array_equal(split(data(y), fields(validation=3, split="first"), seed)[1], [0, 1, 2])


def test_the_seed_decides() -> None:
    """Another seed draws other rows."""
    y = np.zeros(1000, np.int64)
    assert not np.array_equal(split(data(y), fields(), 1)[1], split(data(y), fields(), 2)[1])


def test_values_are_drawn_without_classes() -> None:
    """A regression target, every value its own, is split as well."""
    training, validation = split(data(np.linspace(0, 1, 50, dtype=np.float32)), fields(validation=10), 0)
    assert (len(training), len(validation)) == (40, 10)


def test_rows_set_apart_by_the_data_win_over_a_share() -> None:
    """A validation folder is used as it is; a number of rows or 0 overrules it."""
    given_apart = data(np.zeros(20, np.int64), fixed_validation=np.array([17, 3]))
    np.testing.assert_array_equal(split(given_apart, fields(validation=0.5), 0)[1], [3, 17])
    assert len(split(given_apart, fields(validation=5), 0)[1]) == 5
    assert [len(rows) for rows in split(given_apart, fields(validation=0), 0)] == [20, 0]


@pytest.mark.parametrize("wanted", [10, 11, 5000])
def test_more_validation_than_there_is_is_refused(wanted: int) -> None:
    """At least one row must be left for training; the error gives both numbers."""
    with pytest.raises(DataError, match=r"10 training rows.*at most 9"):
        split(data(np.zeros(10, np.int64)), fields(validation=wanted), 0)


def test_no_rows_at_all_is_refused() -> None:
    """Nothing cannot be split."""
    with pytest.raises(DataError, match="no training rows"):
        split(data(np.zeros(0, np.int64)), fields(), 0)
