"""A trained network's figures on a split of its task's rows, computed anew."""

from __future__ import annotations

from typing import Any

import numpy as np

from tuiml.runs.predictions import About, Predictions, Split
from tuiml.tasks.base import Rows
from tuiml.tasks.scores import row_losses
from tuiml.train.predictions import sample, weights_penalty
from tuiml.train.reload import Trained
from tuiml.train.rows import Source


def evaluate(trained: Trained, source: Source, split: Split) -> tuple[Predictions, dict[str, float]] | None:
    """Return what the network says of a split's rows (of at most `MOST` of them) and its metrics on all of them.

    None where the split has no rows.
    """
    x, y, numbers, of = _rows(source, split)
    if not len(numbers):
        return None
    chosen, truth = sample(len(numbers)), y[numbers]
    said, metrics = trained.judged(trained.described(x[numbers]), truth)
    outputs = said[chosen]
    about = About(split, of, len(numbers), weights_penalty(trained.model), trained.epoch)
    losses = row_losses(trained.described.head.loss, truth[chosen], outputs)
    return Predictions(about, numbers[chosen], truth[chosen], outputs, losses), metrics


def some(source: Source, count: int) -> tuple[Split, Rows]:
    """Return the first rows that the network has not learned from, or else the first training rows, as they were read."""
    splits: tuple[Split, ...] = ("test", "validation")
    for split in splits:
        x, _, numbers, _ = _rows(source, split)
        if len(numbers):
            return split, x[numbers[:count]]
    return "validation", source.data.train_x[source.train[:count]]


def _rows(source: Source, split: Split) -> tuple[Rows, Any, Any, Any]:
    """Return x, y, the numbers of the split's rows in them, and which part of the data they are."""
    data = source.data
    if split == "validation":
        return data.train_x, data.train_y, source.validation, "train"
    if source.test is not None:
        return data.train_x, data.train_y, source.test, "train"
    return data.test_x, data.test_y, np.arange(len(data.test_y)), "test"
