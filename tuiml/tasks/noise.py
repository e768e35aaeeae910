"""Labels made wrong on purpose: what a network does with them shows whether it learns or learns by heart."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_NOISE = 3
"""A constant beside the seed: no other choice of a run draws the same numbers."""


def noisy(y: npt.NDArray[Any], rows: npt.NDArray[np.int64], share: float, classes: int, seed: int) -> npt.NDArray[Any]:
    """Return a copy of labels (n, ...) in which a `share` (0..1) of those of `rows`, drawn by `seed`, are wrong.

    Class numbers below `classes` become another class, any other one alike. Values and rows of labels are passed on among
    the drawn rows, so that each has the value of another row: their spread stays as it was.
    """
    random, y = np.random.default_rng((seed, _NOISE)), y.copy()
    chosen = random.permutation(rows)[: round(share * len(rows))]
    if y.ndim == 1 and np.issubdtype(y.dtype, np.integer):
        y[chosen] = (y[chosen] + random.integers(1, max(2, classes), len(chosen))) % max(1, classes)
    else:
        y[chosen] = y[np.roll(chosen, 1)]
    return y


def class_weights(y: npt.NDArray[Any], classes: int) -> npt.NDArray[np.float32]:
    """Return the weight of each class, n / (classes * rows of the class), float32 (classes,), from labels (n,).

    Over all rows the weights are 1 on average. A class without rows weighs 0.
    """
    rows = np.bincount(y, minlength=classes)
    weights = len(y) / (classes * np.maximum(rows, 1))
    return np.where(rows > 0, weights, 0).astype(np.float32)
