"""Data sets that are shipped inside scikit-learn, read without importing it: no network, no wait."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tuiml.errors import DataError
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.split import stratified

_DIGITS_TEST_ROWS = 360
_DIGITS_SEED = 1797
"""The test set is part of the task and the same for every recipe, so that runs with different seeds are comparable."""


def digits(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 1,797 handwritten digits, (n, 8, 8, 1) uint8 in 0..255: 1,437 for training, 360 for testing.

    The file holds 0..16 per pixel, counts of set pixels in 4x4 blocks; they are stretched to 0..255.
    Raises DataError when scikit-learn, or the file in it, is missing.
    """
    file = _inside_sklearn("digits.csv.gz")
    progress("reading digits")
    try:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    except (OSError, ValueError) as error:
        raise DataError(f"{file} cannot be read: {error}. Reinstalling scikit-learn brings it back.") from None
    x = np.round(table[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8, 1)
    y = table[:, 64].astype(np.int64)
    test = stratified(y, _DIGITS_TEST_ROWS, (_DIGITS_SEED,))
    training = np.setdiff1d(np.arange(len(y)), test)
    return Data(x[training], y[training], x[test], y[test], classes=tuple("0123456789"))


def _inside_sklearn(name: str) -> Path:
    found = importlib.util.find_spec("sklearn")
    if found is None or found.origin is None:
        raise DataError(
            f"{name} is shipped inside scikit-learn, which is not installed. `pip install scikit-learn` brings it."
        )
    return Path(found.origin).parent / "datasets" / "data" / name


TASKS: tuple[Task, ...] = (
    Task(
        "digits",
        "Handwritten digits, small",
        "one_of_n",
        digits,
        shape=(8, 8, 1),
        classes=tuple("0123456789"),
        rows=(1437, 360),
        source="inside scikit-learn, no network",
        defaults={
            "data": {"validation": 0.2},
            "model": {"preset": "dense", "layers": (64, 64), "activation": "relu"},
            "optimizer": {"name": "rmsprop", "learning_rate": 1e-3},
            "train": {"epochs": 12, "batch_size": 32},
        },
        upright="a 6 may become a 9",
        handed="a 2 may become a 5",
    ),
)
