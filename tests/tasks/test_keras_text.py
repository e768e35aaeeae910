"""Film reviews and newswires: what is read is what Keras reads."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.outside import Outside
from tuiml.errors import DataError
from tuiml.tasks import catalog, texts
from tuiml.tasks.base import Data
from tuiml.tasks.sequences import Sequences
from tuiml.tasks.sets import keras_text


@cache
def _loaded(name: str, words: int, home: str) -> Data:
    return catalog.find(name).load({"words": words}, lambda text: None)


def load(name: str, words: int = 10_000) -> Data:
    """The data of a task, read once for all tests."""
    return _loaded(name, words, os.environ["KERAS_HOME"])


def digest(words: np.ndarray, lengths: np.ndarray, labels: np.ndarray) -> str:
    joined = b"".join(part.astype("int64").tobytes() for part in (words, lengths, labels))
    return hashlib.sha256(joined).hexdigest()


@pytest.mark.tf
@pytest.mark.usefixtures("keras_home")
@pytest.mark.parametrize("name", [pytest.param("imdb", marks=pytest.mark.slow), "reuters"])
def test_texts_equal_keras(outside: Outside, name: str) -> None:
    """Numbers, order of rows, split and labels are those of `keras.datasets`."""
    code = f"""
import hashlib, itertools, keras, numpy as np
for x, y in keras.datasets.{name}.load_data(num_words=10_000):
    parts = (np.fromiter(itertools.chain.from_iterable(x), "int64"), np.array([len(text) for text in x]), y)
    print(hashlib.sha256(b"".join(part.astype("int64").tobytes() for part in parts)).hexdigest())
"""
    _, told = outside.run(code)
    data = load(name)
    ours = [
        digest(x.words, np.diff(x.starts), y)
        for x, y in ((data.train_x, data.train_y), (data.test_x, data.test_y))
        if isinstance(x, Sequences)
    ]

    assert ours == told.split()[-2:]


@pytest.mark.tf
def test_topics_are_named_as_by_keras() -> None:
    """The list that Keras publishes, in its order."""
    import keras

    assert keras.datasets.reuters.get_label_names() == keras_text.TOPICS


@pytest.mark.usefixtures("keras_home")
@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_texts_keep_what_the_task_promises(name: str) -> None:
    """Rows, form, shape and classes that the catalog names without reading are those that are read."""
    task, data = catalog.find(name), load(name)

    assert (len(data.train_x), len(data.test_x)) == task.rows == (len(data.train_y), len(data.test_y))
    assert (data.form, data.shape, data.classes) == (task.form, task.shape, task.classes)
    assert set(data.train_y) == set(range(len(data.classes))) >= set(data.test_y)
    assert data.train_y.dtype == data.test_y.dtype == np.int64


@pytest.mark.usefixtures("keras_home")
def test_fewer_words_hide_the_rare_ones_and_nothing_else() -> None:
    """`data.words` replaces numbers beyond it by 2; texts keep their length and order."""
    many, few = load("reuters"), load("reuters", 200)

    np.testing.assert_array_equal(few.train_x.starts, many.train_x.starts)
    np.testing.assert_array_equal(few.train_x.words, np.where(many.train_x.words < 200, many.train_x.words, 2))
    assert few.vocabulary == many.vocabulary[:200]
    assert len(few.vocabulary) == 200


@pytest.mark.usefixtures("keras_home")
def test_a_review_typed_in_again_has_the_same_numbers() -> None:
    """Decoded to words and encoded: real reviews in which every word is known, and those in which "?" stands for one."""
    data = load("imdb")
    known = [row for row in range(2000) if texts.UNKNOWN not in data.train_x.text(row)]
    typed = [texts.decode(data.train_x.text(row), data.vocabulary) for row in known]
    again = texts.encode(typed, data.vocabulary, 10_000)

    assert len(known) > 50
    assert all((again.text(at) == data.train_x.text(row)).all() for at, row in enumerate(known))
    assert texts.decode(data.train_x.text(0), data.vocabulary).startswith("? this film was just brilliant casting")


@pytest.mark.usefixtures("keras_home")
def test_newswires_are_about_their_topic() -> None:
    """Where the topic's name is a word, most of its newswires have it, and few of the others."""
    data = load("reuters")
    for topic in ("cocoa", "coffee", "sugar", "wheat", "copper", "cotton", "gold", "tin", "rubber", "zinc", "silver"):
        number = data.vocabulary.index(topic)
        has = np.array([number in data.train_x.text(row) for row in range(len(data.train_x))])
        about = data.train_y == data.classes.index(topic)
        assert has[about].mean() > 0.6 > 0.1 > has[~about].mean(), topic


class Bomb:
    """Unpickled, it would write a file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.file), "w")


@pytest.mark.parametrize(
    ("name", "parts"), [("imdb", ("x_train", "y_train", "x_test", "y_test")), ("reuters", ("x", "y"))]
)
def test_another_file_is_refused_before_it_is_unpickled(
    empty_home: Path, tmp_path: Path, name: str, parts: tuple[str, ...]
) -> None:
    """Pickled objects run code when they are read: only the published bytes are."""
    (empty_home / "datasets").mkdir(parents=True)
    fired = tmp_path / "fired"
    bombs = {part: np.array([Bomb(fired)], dtype=object) for part in parts}
    np.savez(empty_home / "datasets" / f"{name}.npz", **bombs)
    with pytest.raises(DataError, match="is not the published file"):
        catalog.find(name).load({"words": 100}, lambda text: None)

    assert not fired.exists()
