"""Which training rows are validated on and which are trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks.base import Data

Rows = npt.NDArray[np.int64]

_VALIDATION, _FRACTION = 1, 2
"""Constants beside the seed: each choice has its own random numbers, so that one does not move the other."""


def split(data: Data, data_fields: Mapping[str, Any], seed: int) -> tuple[Rows, Rows]:
    """Return (training rows, validation rows): numbers of rows of `data.train_x`, each sorted, without a common row.

    `data_fields` are the recipe's `data` section: `validation` (a share below 1 of all training rows, or a number of
    rows; 0 for none), `split` ("shuffled": drawn by `seed`, each class in proportion; "first": the first rows) and
    `fraction` (share of the rows left for training, each class in proportion). The validation rows do not depend on
    `fraction`: curves of runs with less data are comparable. Rows that the data itself sets apart for validation win
    over a share; a number of rows, or 0, sets them aside and counts from all rows.

    Raises DataError when fewer than one row would be left for training, or when there are no rows.
    """
    total = len(data.train_y)
    labels = (
        data.train_y
        if data.train_y.ndim == 1 and np.issubdtype(data.train_y.dtype, np.integer)
        else np.zeros(total, np.int64)
    )
    everything = np.arange(total, dtype=np.int64)
    wanted = 0.2 if data_fields["validation"] == "auto" else float(data_fields["validation"])
    if total == 0:
        raise DataError("There are no training rows.")
    if data.fixed_validation is not None and 0 < wanted < 1:
        validation = np.unique(data.fixed_validation).astype(np.int64)
        if len(validation) >= total:
            raise DataError(
                f"All {total:,} training rows are set apart for validation: none would be left for training."
            )
    else:
        count = validation_count(total, wanted)
        if too_many := validation_excess(total, count):
            raise DataError(f"data.validation {too_many}")
        validation = (
            everything[:count] if data_fields["split"] == "first" else stratified(labels, count, (seed, _VALIDATION))
        )
    training = np.setdiff1d(everything, validation, assume_unique=True)
    fraction = float(data_fields["fraction"])
    if fraction < 1:
        count = max(1, round(fraction * len(training)))
        training = training[stratified(labels[training], count, (seed, _FRACTION))]
    return training, validation


def validation_count(total: int, wanted: float) -> int:
    """Return how many of `total` rows `data.validation` asks for; a share above 0 is at least one row."""
    return 0 if wanted == 0 else max(1, round(wanted * total)) if wanted < 1 else int(wanted)


def validation_excess(total: int, count: int) -> str:
    """Return why `count` of `total` training rows cannot be set apart for validation; empty when they can."""
    if count < total:
        return ""
    return (
        f"asks for {count:,} rows, but there are {total:,} training rows, and at least one must be left to train on. "
        f"Give a share such as 0.2, or at most {total - 1:,} rows."
    )


def stratified(labels: npt.NDArray[Any], count: int, seed: tuple[int, ...]) -> Rows:
    """Return `count` of the row numbers of `labels` (n,), drawn by `seed`, sorted; each class is within one row of its proportion.

    Own code instead of scikit-learn's `train_test_split`: the terminal app draws previews from the training rows, and
    importing scikit-learn would cost it a second.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    _, classes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    quotas = sizes * (count / max(1, len(labels)))
    take = np.floor(quotas).astype(np.int64)
    rest = count - int(take.sum())
    if rest:  # the largest remainders get one row more
        take[np.argsort(take - quotas, kind="stable")[:rest]] += 1
    chosen = [order[classes[order] == number][:rows] for number, rows in enumerate(take)]
    return np.sort(np.concatenate([np.empty(0, np.int64), *chosen])).astype(np.int64)
