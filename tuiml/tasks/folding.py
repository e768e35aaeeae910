"""Which rows each fold of k-fold validation trains on, which it validates on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError

Rows = npt.NDArray[np.int64]

_DRAW, _FOLD = 5, 6
"""Constants beside the seed: what is drawn for folds has its own random numbers."""


@dataclass(frozen=True, eq=False)
class Fold:
    """One fold: `repeat` and `number` are counted from 1, `train` and `validation` are row numbers, each sorted."""

    repeat: int
    number: int
    train: Rows
    validation: Rows

    @property
    def name(self) -> str:
        """A short name for files: "r1-f2"."""
        return f"r{self.repeat}-f{self.number}"

    def seed(self, seed: int) -> int:
        """Return the seed of this fold's network (initial weights, order, dropout) in a run of `seed`."""
        return int(np.random.default_rng([seed, _FOLD, self.repeat, self.number]).integers(2**31))


def plan(
    labels: npt.NDArray[Any],
    k: int,
    repeats: int,
    seed: int,
    *,
    shuffled: bool = True,
    groups: npt.NDArray[Any] | None = None,
    classes: tuple[str, ...] = (),
) -> list[Fold]:
    """Return k folds for each of `repeats` draws, repeat by repeat; the arguments are those of `folds`.

    Consecutive folds are the same in each repeat: only the networks' seeds differ.
    """
    return [
        Fold(repeat, number, train, validation)
        for repeat in range(1, repeats + 1)
        for number, (train, validation) in enumerate(
            folds(labels, k, repeat, seed, shuffled=shuffled, groups=groups, classes=classes), 1
        )
    ]


def folds(
    labels: npt.NDArray[Any],
    k: int,
    repeat: int,
    seed: int,
    *,
    shuffled: bool = True,
    groups: npt.NDArray[Any] | None = None,
    classes: tuple[str, ...] = (),
) -> list[tuple[Rows, Rows]]:
    """Return (training rows, validation rows) of k folds of the n rows of `labels` (n,) or (n, targets), k >= 2.

    Consecutive folds validate on n // k rows each, in the order given, and what is left over always trains: k-fold
    validation as the Keras notes meant it. Shuffled ones validate on each row once, their sizes differing by at most one;
    the rows of each class (integer `labels`) are dealt out evenly, drawn anew by `seed` for each `repeat`. Rows of one of
    `groups` (n,) stay together; sizes and classes are then as even as whole groups allow. `classes` are names for errors.

    Raises DataError when there are too few rows, groups or rows of a class for k folds.
    """
    total = len(labels)
    if k > total:
        raise DataError(_too_few(k, total))
    everything = np.arange(total, dtype=np.int64)
    if not shuffled:
        size = total // k
        parts = [everything[number * size : (number + 1) * size] for number in range(k)]
    else:
        kinds = labels if labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer) else np.zeros(total, np.int64)
        _check_classes(kinds, k, classes)
        random = np.random.default_rng([seed, _DRAW, repeat])
        dealt = _deal(kinds, k, random) if groups is None else _deal_groups(kinds, groups, k, random)
        parts = [everything[dealt == number] for number in range(k)]
    return [(np.setdiff1d(everything, part, assume_unique=True), part) for part in parts]


def _check_classes(kinds: npt.NDArray[Any], k: int, classes: tuple[str, ...]) -> None:
    found, sizes = np.unique(kinds, return_counts=True)
    if sizes.min() < k:
        rarest = int(found[sizes.argmin()])
        name = classes[rarest] if 0 <= rarest < len(classes) else str(rarest)
        raise DataError(
            f"{k} folds need at least {k} rows of each class to train on, and class {name!r} has {sizes.min()}. "
            f"{_FEWER} Consecutive folds ask for no class: --set folds.shuffled=off."
        )


def _deal(kinds: npt.NDArray[Any], k: int, random: np.random.Generator) -> Rows:
    """Return the fold of each row: class by class in a drawn order, rows are dealt out like cards."""
    order = random.permutation(len(kinds))
    order = order[np.argsort(kinds[order], kind="stable")]
    dealt = np.empty(len(kinds), np.int64)
    dealt[order] = random.permutation(k)[np.arange(len(kinds)) % k]
    return dealt


def _deal_groups(kinds: npt.NDArray[Any], groups: npt.NDArray[Any], k: int, random: np.random.Generator) -> Rows:
    """Return the fold of each row, whole groups together.

    Groups that weigh most go first, each to the fold that has the smallest share of its rows' classes so far, then to
    the smallest fold.
    """
    _, members, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(sizes) < k:
        raise DataError(f"{k} folds need at least {k} groups of rows, and there are {len(sizes)}. {_FEWER}")
    classes, kinds = np.unique(kinds, return_inverse=True)
    inside = np.zeros((len(sizes), len(classes)))
    np.add.at(inside, (members, kinds), 1)
    order = random.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    share = inside / inside.sum(axis=0)  # of each class: a rare one weighs as much as a frequent one
    filled, rows, place = np.zeros((k, len(classes))), np.zeros(k), np.empty(len(sizes), np.int64)
    for group in order:
        crowded = filled @ (inside[group] / sizes[group])
        best = np.lexsort((rows, np.round(crowded, 12)))[0]
        place[group] = best
        filled[best] += share[group]
        rows[best] += sizes[group]
    dealt: Rows = place[members]
    return dealt


def _too_few(k: int, rows: int) -> str:
    return f"{k} folds need at least {k} rows to train on, and there are {rows:,}. {_FEWER}"


_FEWER = "Ask for fewer folds, or give more rows."
