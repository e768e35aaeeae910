"""What common sense reaches without a network: the same answer for every row, learned from the training rows alone."""

from __future__ import annotations

import numpy as np

from tuiml.tasks import scores
from tuiml.tasks.base import Kind
from tuiml.tasks.heads import Head
from tuiml.tasks.scores import Array


def baseline(kind: Kind, head: Head, train_y: Array, y: Array) -> dict[str, float]:
    """Return loss and first metric of the head on the targets `y` (n, ...) of rows whose answer is always `answer`'s.

    Of classes and labels these are the shares that the training rows have of each, so that accuracy is that of the most
    frequent one (Reuters: 0.36; the notes' 0.19 there is what shuffled labels meet by chance); of values their mean.
    """
    outputs = np.broadcast_to(answer(kind, head.units, train_y), (len(y), head.units))
    return {
        "loss": float(np.mean(scores.row_losses(head.loss, y, outputs), dtype=np.float64)),
        head.metrics[0]: scores.metric(kind, y, outputs),
    }


def answer(kind: Kind, units: int, train_y: Array) -> Array:
    """Return the constant outputs (units,) of a head: shares of classes or labels, or mean values."""
    if kind in ("binary", "one_of_n") and units > 1 and train_y.ndim == 1:
        return np.asarray(np.bincount(train_y.astype(np.int64), minlength=units) / len(train_y))
    return np.asarray(train_y.reshape(len(train_y), -1).mean(axis=0, dtype=np.float64))
