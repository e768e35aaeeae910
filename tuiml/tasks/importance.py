"""Permutation importance: how much worse a trained network gets when one column of its rows is shuffled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Importance:
    """A column, and the mean and standard deviation of what the metric lost over the repeats: positive is worse."""

    column: str
    mean: float
    std: float


def permutation(
    score: Callable[[npt.NDArray[Any]], float],
    x: npt.NDArray[Any],
    columns: Sequence[str],
    repeats: int,
    seed: int,
) -> list[Importance]:
    """Return the importance of each column of `x` (n, columns), the greatest first.

    `score(x)` is the metric on rows as they were read, higher being better; a column is shuffled before anything is
    derived from it, so that its one-hot columns and indicators move together. Source: Breiman, Random Forests (2001).
    """
    whole, found = score(x), []
    for place, column in enumerate(columns):
        drops = []
        for repeat in range(repeats):
            shuffled = x.copy()
            shuffled[:, place] = np.random.default_rng([seed, place, repeat]).permutation(x[:, place])
            drops.append(whole - score(shuffled))
        found.append(Importance(column, float(np.mean(drops)), float(np.std(drops))))
    return sorted(found, key=lambda importance: -importance.mean)
