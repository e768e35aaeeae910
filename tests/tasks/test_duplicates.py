"""Equal rows are found whatever they are made of, and nothing else is."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tuiml.tasks import catalog, split
from tuiml.tasks.duplicates import alike, repeated, together
from tuiml.tasks.recipes import build_recipe
from tuiml.tasks.sequences import Sequences

cells = arrays.arrays(
    st.sampled_from([np.float64, np.float32]),
    st.tuples(st.integers(1, 30), st.integers(1, 3)),
    elements=st.sampled_from([0.0, -0.0, 1.5, np.nan, np.inf]),
)
keys = st.integers(1, 40).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 12), min_size=n, max_size=n).map(np.array), min_size=1, max_size=3)
)


@given(cells)
def test_rows_of_a_table_are_alike_when_all_cells_are(x: np.ndarray) -> None:
    """A gap equals a gap and minus zero is zero; numbers count rows in order of appearance."""
    [numbers] = alike(x)
    for i in range(len(x)):
        for j in range(len(x)):
            assert (numbers[i] == numbers[j]) == np.array_equal(x[i], x[j], equal_nan=True)
    assert list(dict.fromkeys(numbers.tolist())) == list(range(len(set(numbers.tolist()))))


@given(st.lists(st.lists(st.integers(0, 2), max_size=3), min_size=1, max_size=30))
def test_texts_are_alike_word_for_word(texts: list[list[int]]) -> None:
    """Also empty ones, and also of two parts."""
    half = len(texts) // 2
    first, second = (Sequences.of(part, 3) for part in (texts[:half], texts[half:]))
    numbers = np.concatenate(alike(first, second))
    assert [numbers.tolist().index(number) for number in numbers] == [texts.index(text) for text in texts]


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 20), st.just(2), st.just(2), st.just(1)), elements=st.integers(0, 1)
    )
)
def test_repeated_marks_all_but_the_first(pictures: np.ndarray) -> None:
    """What is left without them is every picture once."""
    [numbers] = alike(pictures)
    once = pictures[~repeated(numbers)]
    assert len(once) == len(np.unique(pictures, axis=0))
    assert len(np.unique(once, axis=0)) == len(once)


@given(keys)
def test_units_are_the_connected_parts(found: list[np.ndarray]) -> None:
    """Rows that share a key are in one unit, and a unit holds nothing that no chain of shared keys leads to."""
    units = together(*found)
    for key in found:
        for value in np.unique(key):
            assert len(np.unique(units[key == value])) == 1
    for unit in np.unique(units):
        reached = {int(np.flatnonzero(units == unit)[0])}
        while True:
            wider = {row for key in found for row in np.flatnonzero(np.isin(key, key[list(reached)])).tolist()}
            if wider <= reached:
                break
            reached |= wider
        assert reached == set(np.flatnonzero(units == unit).tolist())


def test_imdb_has_123_test_rows_in_training(keras_home: Path) -> None:
    """Reviews that are equal word for word, whatever their label, once only the 10,000 most frequent words are known."""
    recipe = build_recipe("imdb", sets=["data.validation=0"])
    data = catalog.of(recipe).load(recipe.data.model_dump(), lambda text: None)
    train, test = alike(data.train_x, data.test_x)
    assert int(np.isin(test, train).sum()) == 123
    [told] = split.split(data, recipe.data.model_dump(), 0).notices
    assert told.startswith("123 of 25,000 test rows")
    parts = split.split(data, recipe.data.model_dump() | {"deduplicate": True}, 0)
    assert not np.isin(test, train[parts.train]).any()
    assert len(np.unique(train[parts.train])) == len(parts.train)
    assert "123 equal to rows of another split" in parts.notices[0]


@pytest.mark.alone
def test_looking_for_duplicates_costs_less_than_reading(keras_home: Path) -> None:
    """70,000 pictures of MNIST are compared in less than twice the time of unpacking them."""
    recipe = build_recipe("mnist", preset="notes")
    reading, comparing = [], []
    for _ in range(3):
        began = time.perf_counter()
        data = catalog.of(recipe).load(recipe.data.model_dump(), lambda text: None)
        read = time.perf_counter()
        numbers = alike(data.train_x, data.test_x)
        reading.append(read - began)
        comparing.append(time.perf_counter() - read)
    assert len(np.unique(np.concatenate(numbers))) == 70_000
    assert min(comparing) < 2 * min(reading)
