"""Which folds a run is cut into, and which of them can be trained side by side; known before TensorFlow is there."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks import duplicates, folding
from tuiml.tasks.folding import Fold
from tuiml.train.rows import Source

Numbers = npt.NDArray[np.int64]

Plan = tuple[Numbers, list[Fold]]
"""The rows that folds are cut out of, and the folds, whose rows are places among them."""

_MOST_STACKED = 16
"""Networks side by side: time grows with their number from here on, and so does the work that a crash costs."""


def planned(source: Source) -> Plan:
    """Return the folds of the rows that are not for testing.

    Shuffled, rows of one group stay together, and so do equal rows, unless they tie most groups to each other: those that
    equal a validation row of their fold are then not trained on. Raises DataError when there are too few for the folds.
    """
    fields, data = source.recipe.folds, source.data
    rows = np.sort(np.concatenate([source.train, source.validation]))
    alike = duplicates.alike(data.train_x)[0][rows]
    units = _units(alike, None if data.groups is None else data.groups[rows], fields.k) if fields.shuffled else None
    folds = folding.plan(
        data.train_y[rows],
        fields.k,
        fields.repeats,
        source.recipe.train.seed,
        shuffled=fields.shuffled,
        groups=units,
        classes=data.classes,
    )
    return rows, [_unseen(fold, alike) for fold in folds] if fields.shuffled else folds


def _units(alike: Numbers, groups: npt.NDArray[np.generic] | None, k: int) -> Numbers | None:
    """Return the number of the unit that each row (n,) cannot be parted from; None where each is one by itself."""
    keys = [alike] if groups is None else [alike, np.unique(groups, return_inverse=True)[1].astype(np.int64)]
    tied = duplicates.together(*keys)
    sizes = np.unique(tied, return_counts=True)[1]
    if groups is not None and (2 * sizes.max(initial=0) > len(tied) or len(sizes) < k):
        return keys[-1]
    return tied if len(sizes) < len(tied) else None


def _unseen(fold: Fold, alike: Numbers) -> Fold:
    """Return the fold without training rows that equal one to validate on. Raises DataError where none is left."""
    train = fold.train[~np.isin(alike[fold.train], alike[fold.validation])]
    if not len(train):
        raise DataError(
            f"fold {fold.number}: all {len(fold.train):,} rows to train on equal rows of other groups to validate on. "
            "Give columns that tell rows apart, or consecutive folds: --set folds.shuffled=off."
        )
    return replace(fold, train=train)


def stacks(plan: list[Fold]) -> list[list[Fold]]:
    """Return the folds in batches that can be stacked: equal in training and in validation rows."""

    def size(fold: Fold) -> tuple[int, int]:
        return len(fold.train), len(fold.validation)

    equal = [list(batch) for _, batch in groupby(sorted(plan, key=size), key=size)]
    return [batch[at : at + _MOST_STACKED] for batch in equal for at in range(0, len(batch), _MOST_STACKED)]
