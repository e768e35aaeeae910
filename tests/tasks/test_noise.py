"""Wrong labels are as many as asked for, and weights make up for uneven classes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuiml.tasks.noise import class_weights, noisy

shares = st.floats(0, 0.99)
seeds = st.integers(0, 2**31 - 1)
class_numbers = st.lists(st.integers(0, 3), min_size=1, max_size=100).map(lambda values: np.array(values, np.int64))


@given(class_numbers, shares, seeds, st.data())
def test_exactly_the_share_of_the_training_labels_is_another_class(
    y: np.ndarray, share: float, seed: int, draw: st.DataObject
) -> None:
    """No other row is touched, classes stay classes, and the same seed makes the same mistakes."""
    rows = np.array(sorted(draw.draw(st.sets(st.integers(0, len(y) - 1)))), np.int64)
    before = y.copy()
    wrong = noisy(y, rows, share, 4, seed)
    np.testing.assert_array_equal(y, before)
    changed = np.flatnonzero(wrong != y)
    assert len(changed) == round(share * len(rows))
    assert set(changed) <= set(rows)
    assert set(wrong) <= {0, 1, 2, 3}
    np.testing.assert_array_equal(wrong, noisy(y, rows, share, 4, seed))


def test_each_other_class_is_as_likely() -> None:
    """A wrong 0 is a 1, 2 or 3 equally often."""
    wrong = noisy(np.zeros(9000, np.int64), np.arange(9000), 0.99, 4, 1)
    assert (np.abs(np.bincount(wrong)[1:] - 2970) < 200).all()


@given(st.integers(2, 60), st.sampled_from([1, 3]), st.floats(0.1, 0.9), seeds)
def test_values_are_passed_on_among_the_rows(count: int, width: int, share: float, seed: int) -> None:
    """Each noisy row has the value of another one: the spread of values stays."""
    y = np.arange(count * width, dtype=np.float32).reshape(count, width).squeeze(1) if width == 1 else np.eye(count)
    wrong = noisy(y, np.arange(count), share, 0, seed)
    changed = (wrong != y).reshape(count, -1).any(1).sum()
    assert changed == (round(share * count) if round(share * count) > 1 else 0)
    np.testing.assert_array_equal(np.sort(wrong, axis=0), np.sort(y, axis=0))


@given(class_numbers)
def test_weighted_classes_count_the_same(y: np.ndarray) -> None:
    """Weight times rows is n / classes for each class that has rows."""
    weights = class_weights(y, 4)
    rows = np.bincount(y, minlength=4)
    assert weights.dtype == np.float32
    np.testing.assert_allclose((weights * rows)[rows > 0], len(y) / 4, rtol=1e-5)
    assert (weights[rows == 0] == 0).all()
