"""Keras' own data sets of texts, read with NumPy from Keras' own files, equal to what `keras.datasets` yields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.tasks import texts
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.sequences import Sequences
from tuiml.tasks.sets.download import File, obtain

_BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

# SHA-256 of the texts as published in keras.datasets; those of the word lists, of which Keras publishes the MD5, are of the same files.
IMDB = tuple(
    File(name, _BASE + name, sha256, size)
    for name, sha256, size in (
        ("imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f", 17_464_789),
        ("imdb_word_index.json", "027313fe9a320280f3bf0fac5baf58c4a683cf39a7ed9c3d3d3912bde4284cf6", 1_641_221),
    )
)
REUTERS = tuple(
    File(name, _BASE + name, sha256, size)
    for name, sha256, size in (
        ("reuters.npz", "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916", 2_110_848),
        ("reuters_word_index.json", "9b56000edc4b34a32e89fd5a23b2605594682c74efcf7d8f4e2a5514b771e633", 550_378),
    )
)

OPINIONS = ("negative", "positive")
# By number, as keras.datasets.reuters.get_label_names has them.
_TOPICS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude "
    "nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel "
    "rubber heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
)
TOPICS = tuple(_TOPICS.split())

_SEED = 113  # Keras' own: the order of rows is part of the data set, as published figures count the first of them
_TEST_SHARE = 0.2


def imdb(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 25,000 film reviews and 25,000 for testing as `Sequences` of numbers below `words`. Raises as `obtain` does."""
    file, index = obtain(IMDB, progress)
    progress("reading imdb.npz")
    size, random, parts = int(data_fields["words"]), np.random.RandomState(_SEED), []
    with np.load(
        file, allow_pickle=True
    ) as arrays:  # its hash has just been checked: the pickles are the published ones
        for part in ("train", "test"):
            labels = arrays[f"y_{part}"].astype(np.int64)
            order = _shuffled(len(labels), random)
            parts += [_sequences(arrays[f"x_{part}"][order], size), labels[order]]
    train_x, train_y, test_x, test_y = parts
    return Data(train_x, train_y, test_x, test_y, OPINIONS, vocabulary=_vocabulary(index, size))


def reuters(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 8,982 newswires and 2,246 for testing as `Sequences` of numbers below `words`. Raises as `obtain` does."""
    file, index = obtain(REUTERS, progress)
    progress("reading reuters.npz")
    size = int(data_fields["words"])
    with np.load(
        file, allow_pickle=True
    ) as arrays:  # its hash has just been checked: the pickles are the published ones
        x, y = arrays["x"], arrays["y"].astype(np.int64)
    order = _shuffled(len(y), np.random.RandomState(_SEED))
    train, test = np.split(order, [int(len(y) * (1 - _TEST_SHARE))])
    return Data(
        _sequences(x[train], size),
        y[train],
        _sequences(x[test], size),
        y[test],
        TOPICS,
        vocabulary=_vocabulary(index, size),
    )


def _shuffled(count: int, random: np.random.RandomState) -> npt.NDArray[np.int64]:
    order = np.arange(count)
    random.shuffle(order)
    return order


def _sequences(lists: npt.NDArray[np.object_], size: int) -> Sequences:
    """Return lists of places in the word index as texts: each begins with 1, and places beyond `size` become 2."""
    starts = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    numbers = np.fromiter(chain.from_iterable(lists), np.int32, starts[-1]) + np.int32(texts.INDEX_FROM)
    words = np.insert(numbers, starts[:-1], texts.START)
    return texts.known(Sequences(words, starts + np.arange(len(starts))), size)


def _vocabulary(index: Path, size: int) -> tuple[str, ...]:
    return texts.vocabulary(json.loads(index.read_text(encoding="utf-8")), size)


TASKS: tuple[Task, ...] = (
    Task(
        "imdb",
        "Film reviews, negative or positive (IMDB)",
        "binary",
        imdb,
        form="text",
        shape=(),
        classes=OPINIONS,
        rows=(25_000, 25_000),
        source="Keras' files, 19.1 MB, fetched once",
        defaults={
            "data": {"validation": 5000},
            "model": {"preset": "dense", "layers": (16, 16), "activation": "relu"},
            "optimizer": {"name": "rmsprop", "learning_rate": 1e-3},
            "train": {"epochs": 10, "batch_size": 512},
        },
        presets={"notes": {"data": {"validation": 10_000, "split": "first"}, "train": {"epochs": 20}}},
        published="the notes' network: 87.5 to 89 % of the test rows right at the epoch of best validation loss (4 or 5), "
        "85 to 87 % after 20 epochs: it overfits",
    ),
    Task(
        "reuters",
        "Newswires by topic (Reuters)",
        "one_of_n",
        reuters,
        form="text",
        shape=(),
        classes=TOPICS,
        rows=(8_982, 2_246),
        source="Keras' files, 2.7 MB, fetched once",
        defaults={
            "data": {"validation": 1000},
            "model": {"preset": "dense", "layers": (64, 64), "activation": "relu"},
            "optimizer": {"name": "rmsprop", "learning_rate": 1e-3},
            "train": {"epochs": 12, "batch_size": 512},
        },
        presets={
            "notes": {
                "data": {"validation": 1000, "split": "first"},
                "model": {"loss": "categorical_crossentropy"},
                "train": {"epochs": 20},
            }
        },
        published="the notes' network: 78 to 81 % of the test rows right at the epoch of best validation loss (9 to 11)",
    ),
)
