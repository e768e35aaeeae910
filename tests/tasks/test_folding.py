"""Folds are cut so that every row is validated on once, by a network that has not seen it."""

import numpy as np
import pytest

from tuiml.errors import DataError
from tuiml.tasks.folding import folds, plan

PLACES = [(rows, k, seed) for rows in (7, 24, 101) for k in (2, 3, 5, 7) for seed in (0, 1)]


def some_labels(rows: int, seed: int, classes: int = 1) -> np.ndarray:
    """Class numbers in no order, some classes twice as frequent as others."""
    return np.random.default_rng(seed).permutation((np.arange(rows) * 3 // 2) % classes)


@pytest.mark.parametrize(("rows", "k", "seed"), PLACES)
def test_shuffled_folds_are_a_partition_of_even_sizes(rows: int, k: int, seed: int) -> None:
    """Each row is in one validation fold and in the training rows of all others; sizes differ by at most one."""
    cut = folds(some_labels(rows, seed), k, 1, seed)

    assert sorted(np.concatenate([validation for _, validation in cut])) == list(range(rows))
    assert all(sorted(np.concatenate(pair)) == list(range(rows)) for pair in cut)
    assert np.ptp([len(validation) for _, validation in cut]) <= 1


@pytest.mark.parametrize(("k", "classes"), [(2, 2), (4, 3), (5, 10)])
def test_classes_are_dealt_out_evenly(k: int, classes: int) -> None:
    """In each fold a class has its share of rows, give or take one, and folds are of one size, give or take one row."""
    labels = some_labels(197, 3, classes)
    cut = folds(labels, k, 1, 3)

    for number in range(classes):
        assert np.ptp([np.count_nonzero(labels[validation] == number) for _, validation in cut]) <= 1
    assert np.ptp([len(validation) for _, validation in cut]) <= 1


def test_consecutive_folds_are_the_notes_own() -> None:
    """k parts of n // k rows in their order; the rows left over train in every fold."""
    cut = folds(np.zeros(404), 4, 1, 0, shuffled=False)
    assert [(part[0], part[-1], len(part)) for _, part in cut] == [(i * 101, i * 101 + 100, 101) for i in range(4)]

    train, validation = folds(np.zeros(10), 3, 1, 0, shuffled=False)[1]
    assert (list(validation), list(train)) == ([3, 4, 5], [0, 1, 2, 6, 7, 8, 9])


def test_each_repeat_draws_anew_and_each_network_has_a_seed_of_its_own() -> None:
    """Iterated k-fold validation: other folds, other networks; the same ones under the same seed."""
    labels = some_labels(60, 0, 3)
    first, again, other = (plan(labels, 4, 3, seed) for seed in (0, 0, 1))

    assert [(fold.repeat, fold.number) for fold in first] == [(r, f) for r in (1, 2, 3) for f in (1, 2, 3, 4)]
    assert len({tuple(fold.validation) for fold in first}) == 12
    assert len({fold.seed(0) for fold in first}) == 12
    assert [list(fold.validation) for fold in first] == [list(fold.validation) for fold in again]
    assert [list(fold.validation) for fold in first] != [list(fold.validation) for fold in other]


@pytest.mark.parametrize("seed", range(5))
def test_a_group_is_never_on_both_sides(seed: int) -> None:
    """Rows of one patient, say, or equal rows, stay together; folds and classes stay about even."""
    random = np.random.default_rng(seed)
    groups = random.integers(0, 40, 300)
    labels = random.integers(0, 3, 300)
    cut = folds(labels, 4, 1, seed, groups=groups)

    for train, validation in cut:
        assert not set(groups[train]) & set(groups[validation])
        assert 50 <= len(validation) <= 100
        assert (np.bincount(labels[validation], minlength=3) > 10).all()
    assert sorted(np.concatenate([validation for _, validation in cut])) == list(range(300))


def test_pairs_of_equal_rows_hardly_disturb_the_balance() -> None:
    """With most rows alone and some in pairs, sizes and classes are within two rows of even."""
    labels = some_labels(200, 0, 4)
    groups = np.arange(200)
    groups[1:40:4] = groups[0:40:4]
    cut = folds(labels, 4, 1, 0, groups=groups)

    for number in range(4):
        assert np.ptp([np.count_nonzero(labels[validation] == number) for _, validation in cut]) <= 2


@pytest.mark.parametrize(
    ("labels", "groups", "said"),
    [
        (np.zeros(3), None, "4 folds need at least 4 rows to train on, and there are 3."),
        (np.array([0] * 20 + [1] * 3), None, "class 'rare' has 3"),
        (np.zeros(20), np.arange(20) % 3, "4 folds need at least 4 groups of rows, and there are 3."),
    ],
)
def test_too_little_for_k_folds_is_said(labels: np.ndarray, groups: np.ndarray | None, said: str) -> None:
    """The error names what there is, and what to do."""
    with pytest.raises(DataError, match=r"fewer folds") as error:
        folds(labels, 4, 1, 0, groups=groups, classes=("usual", "rare"))
    assert said in str(error.value)
