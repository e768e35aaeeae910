"""Which rows are for what, as properties over any rows and any wish."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tuiml.errors import DataError
from tuiml.fields import DataFields
from tuiml.tasks.base import Data
from tuiml.tasks.selection import stratified
from tuiml.tasks.split import Parts, counts, excess, split

labels = st.lists(st.integers(0, 4), min_size=5, max_size=200).map(lambda values: np.array(values, np.int64))
copies = st.lists(st.integers(0, 40), min_size=6, max_size=120).map(lambda values: np.array(values, np.int64))
seeds = st.integers(0, 2**31 - 1)
shares = st.floats(0.01, 0.8)
halves = st.floats(0.01, 0.45)


def data(y: np.ndarray, x: np.ndarray | None = None, tested: int = 1, **more: Any) -> Data:
    """Rows that differ from each other, or as `x` (n,) says, beside a test set of `tested` rows that occur nowhere else."""
    rows = np.arange(len(y)) if x is None else x
    test = -1.0 - np.arange(tested, dtype=np.float32)[:, np.newaxis]
    return Data(rows[:, np.newaxis].astype(np.float32), y, test, y[:tested], **more)


def fields(**values: Any) -> dict[str, Any]:
    return DataFields(**values).model_dump()


def sides(parts: Parts) -> list[np.ndarray]:
    return [parts.train, parts.validation, np.empty(0, np.int64) if parts.test is None else parts.test]


def possible(rows: Data, wish: dict[str, Any], seed: int) -> Parts:
    """Split, or give the case up where the rows are too few for the wish."""
    try:
        return split(rows, wish, seed)
    except DataError as error:
        assume("asks for" not in str(error) and "the same time" not in str(error) and "are left" not in str(error))
        raise


@given(labels, seeds, halves, halves, st.floats(0.05, 1), st.sampled_from(["shuffled", "first"]))
def test_sides_are_apart_sorted_and_repeatable(
    y: np.ndarray, seed: int, validation: float, test: float, fraction: float, kind: str
) -> None:
    """No row is on two sides, none comes twice, all are sorted int64, and the same call gives the same rows."""
    wish = fields(validation=validation, test=test, fraction=fraction, split=kind)
    parts = possible(data(y, tested=0), wish, seed)
    assert len(parts.train) >= 1
    rows = np.concatenate(sides(parts))
    assert rows.dtype == np.int64
    assert len(np.unique(rows)) == len(rows)
    assert rows.min() >= 0
    assert rows.max() < len(y)
    for side, again in zip(sides(parts), sides(split(data(y, tested=0), wish, seed)), strict=True):
        assert (np.diff(side) > 0).all()
        np.testing.assert_array_equal(side, again)


@given(labels, seeds, halves, halves)
def test_all_rows_are_used_and_each_side_has_what_was_asked_for(
    y: np.ndarray, seed: int, validation: float, test: float
) -> None:
    """Rows that differ can be counted out exactly, as the expected numbers say beforehand."""
    wish = fields(validation=validation, test=test)
    parts = possible(data(y, tested=0), wish, seed)
    sizes = tuple(len(side) for side in sides(parts))
    assert sum(sizes) == len(y)
    assert sizes == counts((len(y), 0), wish)
    assert sizes[1:] == (max(1, round(validation * len(y))), max(1, round(test * len(y))))


@given(labels, seeds, shares, st.floats(0.05, 1))
def test_no_other_side_depends_on_the_fraction(y: np.ndarray, seed: int, share: float, fraction: float) -> None:
    """Runs with less data are judged by the same rows."""
    whole = possible(data(y), fields(validation=share), seed)
    part = split(data(y), fields(validation=share, fraction=fraction), seed)
    np.testing.assert_array_equal(whole.validation, part.validation)
    assert set(part.train) <= set(whole.train)
    assert len(part.train) == max(1, round(fraction * len(whole.train)))


@given(labels, seeds, seeds, halves, st.sampled_from([0.1, 0.2, 5]))
def test_the_test_set_is_the_same_for_every_seed(
    y: np.ndarray, one: int, other: int, test: float, validation: float
) -> None:
    """What a run is judged by in the end depends on neither seed nor validation."""
    first = possible(data(y, tested=0), fields(test=test, validation=0.1), one).test
    second = possible(data(y, tested=0), fields(test=test, validation=validation), other).test
    np.testing.assert_array_equal(first, second)


@given(labels, seeds, st.floats(0, 1))
def test_each_class_is_within_one_row_of_its_proportion(y: np.ndarray, seed: int, share: float) -> None:
    """Drawing rows keeps the mixture of classes."""
    count = round(share * len(y))
    drawn = stratified(y, count, (seed,))
    assert len(drawn) == count
    for label in np.unique(y):
        assert abs((y[drawn] == label).sum() - (y == label).sum() * count / len(y)) < 1


@given(labels, seeds, halves)
def test_shuffled_sides_have_the_mixture_of_classes_and_all_classes_train(
    y: np.ndarray, seed: int, share: float
) -> None:
    """Within one row of the proportion, except for what the last row of a class is kept back for."""
    parts = possible(data(y), fields(validation=share), seed)
    wanted = len(parts.validation) / len(y)
    for label, rows in zip(*np.unique(y, return_counts=True), strict=True):
        assert label in y[parts.train]
        assert (y[parts.validation] == label).sum() < rows * wanted + 1 + len(np.unique(y))
    assert parts.notices == ()


@given(copies, seeds, halves, halves, st.booleans())
def test_equal_rows_and_groups_stay_on_one_side(
    x: np.ndarray, seed: int, validation: float, test: float, grouped: bool
) -> None:
    """As near to what was asked for as the largest unit allows; together the sides are still all rows."""
    groups = x % 7 if grouped else x
    rows = data(np.arange(len(x)) % 2, x, tested=0, groups=groups)
    wish = fields(validation=validation, test=test, split="group:g" if grouped else "shuffled")
    parts = possible(rows, wish, seed)
    train, held_out, tested = sides(parts)
    assert len(train) + len(held_out) + len(tested) == len(x)
    for one, other in ((train, held_out), (train, tested), (held_out, tested)):
        assert not np.isin(x[one], x[other]).any()
        assert not np.isin(groups[one], groups[other]).any()
    largest = np.bincount(groups).max()
    for name, side, share in (("validation", held_out, validation), ("test", tested, test)):
        asked = max(1, round(share * len(x)))
        assert abs(len(side) - asked) < largest
        told = f"{len(side):,} {name} rows instead of {asked:,}: equal rows, groups and rows of one time stay together."
        assert (told in parts.notices) == (abs(len(side) - asked) > asked / 10)
    assert not any("equal to" in notice for notice in parts.notices)


def test_a_chain_of_groups_and_copies_is_one_unit() -> None:
    """Equal rows of two groups tie the groups together."""
    x = np.array([1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10])
    groups = np.array([0, 0, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8])
    for seed in range(20):
        parts = split(data(np.zeros(12, np.int64), x, groups=groups), fields(validation=3, split="group:who"), seed)
        assert set(range(6)) <= set(parts.train) or set(range(6)) <= set(parts.validation)


@given(seeds)
def test_where_copies_tie_most_groups_the_groups_are_split_and_copies_left_out(seed: int) -> None:
    """A copy in every group would make one unit of all rows, of which none could be set apart."""
    groups = np.arange(60) // 6
    x = np.where(np.arange(60) % 6 == 0, -9, np.arange(60))
    parts = split(data(groups % 2, x, tested=0, groups=groups), fields(split="group:who"), seed)
    train, held_out, tested = sides(parts)
    for one, other in ((train, held_out), (train, tested), (held_out, tested)):
        assert not np.isin(x[one], x[other]).any()
        assert not np.isin(groups[one], groups[other]).any()
    assert len(train) == 30
    assert parts.notices == ("8 rows are left out: 8 equal to rows of another split.",)


@given(copies, copies, seeds, halves, halves)
def test_by_time_no_future_is_trained_on(
    times: np.ndarray, x: np.ndarray, seed: int, validation: float, test: float
) -> None:
    """Every training row is earlier than every validation row, which is earlier than every test row; so with ties and copies."""
    count = min(len(times), len(x))
    times, x = times[:count], x[:count]
    rows = data(np.zeros(count, np.int64), x, tested=0, times=times)
    parts = possible(rows, fields(validation=validation, test=test, split="time:t"), seed)
    train, held_out, tested = sides(parts)
    assert times[train].max() < times[tested].min()
    if len(held_out):
        assert times[train].max() < times[held_out].min()
        assert times[held_out].max() < times[tested].min()
    for one, other in ((train, held_out), (train, tested), (held_out, tested)):
        assert not np.isin(x[one], x[other]).any()
    assert not any("too good" in notice for notice in parts.notices)
    left_out = count - len(train) - len(held_out) - len(tested)
    assert bool(left_out) == any(f"{left_out:,} row" in notice for notice in parts.notices)


@given(st.integers(10, 200), seeds)
def test_times_without_ties_are_cut_where_asked(count: int, seed: int) -> None:
    """The latest tenth is the test set, the tenth before it validation, in whatever order the rows lie; dates, too."""
    times = np.random.default_rng(seed).permutation(count)
    dates = np.datetime64("2020-01-01") + times
    for column in (times, dates, times.astype(float), dates.astype(str)):
        rows = data(np.zeros(count, np.int64), tested=0, times=column)
        parts = split(rows, fields(validation=0.1, test=0.1, split="time:t"), seed)
        tenth = max(1, round(0.1 * count))
        assert [len(side) for side in sides(parts)] == [count - 2 * tenth, tenth, tenth]
        assert times[sides(parts)[2]].min() == count - tenth


@given(labels, seeds)
def test_first_takes_the_first_rows(y: np.ndarray, seed: int) -> None:
    """`split = first` is what the notes do: the first rows, unshuffled, whatever the seed; for testing the last."""
    parts = split(data(y, tested=0), fields(validation=2, test=2, split="first"), seed)
    np.testing.assert_array_equal(parts.validation, [0, 1])
    np.testing.assert_array_equal(parts.test, [len(y) - 2, len(y) - 1])


def test_copies_across_given_splits_are_counted_and_can_be_left_out() -> None:
    """Of "first" and of an official test set; without them no side holds a row of another, and training none twice."""
    x = np.array([0, 1, 2, 3, 0, 4, 4, 5, 6, -1, -2, 7])
    rows = data(np.arange(12) % 2, x, tested=3)
    wish = fields(validation=4, split="first")
    parts = split(rows, wish, 0)
    assert [notice[:22] for notice in parts.notices] == ["1 of 4 validation rows", "2 of 3 test rows are e"]
    assert all("--deduplicate" in notice for notice in parts.notices)
    clean = split(rows, wish | {"deduplicate": True}, 0)
    assert clean.validation.tolist() == [0, 1, 2, 3]
    assert clean.train.tolist() == [5, 7, 8, 11]
    assert clean.notices == ("4 rows are left out: 3 equal to rows of another split, 1 to an earlier training row.",)


def test_the_seed_decides() -> None:
    """Another seed draws other rows."""
    y = np.zeros(1000, np.int64)
    assert not np.array_equal(split(data(y), fields(), 1).validation, split(data(y), fields(), 2).validation)


@pytest.mark.parametrize("y", [np.linspace(0, 1, 50, dtype=np.float32), np.eye(5, dtype=np.float32).repeat(10, 0)])
def test_values_and_labels_are_drawn_without_classes(y: np.ndarray) -> None:
    """A regression target, every value its own, is split as well, and so are rows of labels."""
    parts = split(data(y), fields(validation=10), 0)
    assert (len(parts.train), len(parts.validation)) == (40, 10)


def test_folds_take_turns_with_the_rows_that_validation_would_take() -> None:
    """Nothing is set apart for validation, and the test set is that of the run without folds."""
    plain, folded = (split(data(np.arange(50) % 2, tested=0), fields(), 0, folds=folds) for folds in (False, True))
    np.testing.assert_array_equal(plain.test, folded.test)
    np.testing.assert_array_equal(np.union1d(plain.train, plain.validation), folded.train)
    assert len(folded.validation) == 0
    assert counts((50, 0), fields(), folds=True) == (40, 0, 10)
    assert excess((4, 1), fields(validation=4), folds=True) is None


def test_rows_set_apart_by_the_data_win_over_a_share() -> None:
    """A validation folder is used as it is; a number of rows or 0 overrules it. No copy of it is drawn for testing."""
    given_apart = data(np.zeros(20, np.int64), fixed_validation=np.array([17, 3]))
    np.testing.assert_array_equal(split(given_apart, fields(validation=0.5), 0).validation, [3, 17])
    assert len(split(given_apart, fields(validation=5), 0).validation) == 5
    assert [len(side) for side in sides(split(given_apart, fields(validation=0), 0))] == [20, 0, 0]
    x = np.array([*range(10), 0, 0, 0, 0])
    drawn = split(data(np.zeros(14, np.int64), x, tested=0, fixed_validation=np.array([0])), fields(test=8), 0)
    assert drawn.test is not None
    assert not (x[drawn.test] == 0).any()
    assert "1 of 1 validation rows is equal to a training row" in drawn.notices[0]


@pytest.mark.parametrize("wanted", [10, 11, 5000])
@pytest.mark.parametrize(("name", "tested"), [("validation", 1), ("test", 0)])
def test_more_than_there_is_is_refused(name: str, tested: int, wanted: int) -> None:
    """At least one row must be left for training; the error gives both numbers."""
    with pytest.raises(DataError, match=rf"data\.{name} asks for {wanted:,} of the 10 .*rows.*at most 9"):
        split(data(np.zeros(10, np.int64), tested=tested), fields(**{name: wanted}), 0)


@pytest.mark.parametrize(
    ("rows", "wish", "told"),
    [
        (data(np.zeros(0, np.int64), tested=0), {}, "no training rows"),
        (data(np.arange(6)), {"validation": 2}, "each class needs rows"),
        (data(np.zeros(9, np.int64), np.zeros(9)), {"validation": 2}, "equal rows and groups stay together"),
        (data(np.zeros(9, np.int64)), {"split": "group:who"}, "no groups"),
        (data(np.zeros(9, np.int64)), {"split": "time:when"}, "no times"),
        (data(np.zeros(9, np.int64), times=np.ones(9)), {"split": "time:when"}, "the same time"),
        (data(np.zeros(3, np.int64), times=np.array([1, 2, np.nan])), {"split": "time:when"}, "without a time in when"),
    ],
    ids=["nothing", "one row a class", "one row again and again", "no groups", "no times", "one time", "a gap"],
)
def test_rows_that_cannot_be_split_as_asked_are_refused(rows: Data, wish: dict[str, Any], told: str) -> None:
    """One sentence that says what is missing."""
    with pytest.raises(DataError, match=told):
        split(rows, fields(**wish), 0)


def test_a_class_without_training_rows_is_told() -> None:
    """By time, what appears last is never learned."""
    rows = data(np.repeat([0, 1, 2], 10), tested=0, times=np.arange(30), classes=("old", "new", "next"))
    [told] = split(rows, fields(test=10, validation=2, split="time:t"), 0).notices
    assert told.startswith("No training rows of next are left")
