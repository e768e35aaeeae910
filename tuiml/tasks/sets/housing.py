"""House prices: Keras' own tables, equal to what `keras.datasets` yields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.columns import Column
from tuiml.tasks.sets.download import File, obtain

_BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

# SHA-256 as published in keras.datasets.boston_housing and keras.datasets.california_housing.
BOSTON = File(
    "boston_housing.npz",
    f"{_BASE}boston_housing.npz",
    "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
    57_026,
)
CALIFORNIA = File(
    "california_housing.npz",
    f"{_BASE}california_housing.npz",
    "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
    743_530,
)

BOSTON_COLUMNS = tuple(
    map(Column, ("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT"))
)
"""Names of the StatLib archive: CRIM is the crime rate, RM the rooms per dwelling, LSTAT the share of lower status, ..."""

CALIFORNIA_COLUMNS = tuple(
    map(
        Column,
        ("MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude"),
    )
)

DOLLARS = 100_000
"""California's prices are learned in this unit: squared errors of whole dollars are too steep for any usual learning rate."""

_TEST_SHARE = 0.2
_SEED = 113
"""Both are the defaults of Keras' `load_data`."""


def boston_housing(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 404 places in Boston and 102 for testing: cells (n, 13) float64, median prices in thousand dollars.

    Raises as `obtain` does.
    """
    return read(BOSTON, BOSTON_COLUMNS, 1, progress)


def california_housing(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 16,512 block groups in California and 4,128 for testing: cells (n, 8) float64, median prices in 100,000 dollars.

    Raises as `obtain` does.
    """
    return read(CALIFORNIA, CALIFORNIA_COLUMNS, DOLLARS, progress)


def read(file: File, columns: tuple[Column, ...], unit: float, progress: Progress) -> Data:
    """Return the arrays x and y of a file as Keras shuffles and splits them, y in `unit`. Raises as `obtain` does."""
    [path] = obtain([file], progress)
    progress(f"reading {file.name}")
    with np.load(path, allow_pickle=False) as arrays:
        x, y = arrays["x"].astype(np.float64), (arrays["y"].astype(np.float64) / unit).astype(np.float32)
    # Keras' own shuffling: the test rows of published figures are these
    order = np.arange(len(x))
    np.random.RandomState(_SEED).shuffle(order)
    x, y, cut = x[order], y[order], int(len(x) * (1 - _TEST_SHARE))
    return Data(x[:cut], y[:cut], x[cut:], y[cut:], columns=columns)


TASKS: tuple[Task, ...] = (
    Task(
        "boston_housing",
        "House prices in Boston, in thousand dollars",
        "value",
        boston_housing,
        form="table",
        shape=(13,),
        classes=(),
        rows=(404, 102),
        columns=BOSTON_COLUMNS,
        source="Keras' file, 57 kB, fetched once",
        defaults={
            "model": {"preset": "dense", "layers": (64, 64), "activation": "relu"},
            "optimizer": {"name": "rmsprop", "learning_rate": 1e-3},
            "train": {"epochs": 100, "batch_size": 16},
        },
        presets={
            "notes": {
                "data": {"split": "first", "validation": 0},
                "model": {"loss": "mse"},
                "train": {"epochs": 500, "batch_size": 1},
                "folds": {"k": 4, "shuffled": False, "skip": 10, "smoothing": 0.9},
            }
        },
        published="the notes' study: validation mae over 4 folds 2.2 to 2.5 at its minimum, 2.4 to 2.9 after 500 epochs",
        warning="One of its columns, B, was built on race: its authors assumed that racial self-segregation influences "
        "house prices. Keras strongly discourages its use, unless to illustrate ethical issues; --drop B leaves it out.",
    ),
    Task(
        "california_housing",
        "House prices in California, in 100,000 dollars",
        "value",
        california_housing,
        form="table",
        shape=(8,),
        classes=(),
        rows=(16_512, 4_128),
        columns=CALIFORNIA_COLUMNS,
        source="Keras' file, 0.7 MB, fetched once",
        defaults={
            "model": {"preset": "dense", "layers": (64, 64), "activation": "relu"},
            "optimizer": {"name": "adam", "learning_rate": 1e-3},
            "train": {"epochs": 30, "batch_size": 64},
        },
    ),
)
