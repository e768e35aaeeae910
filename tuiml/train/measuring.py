"""What is measured of a network after an epoch, and told beside its figures: honest metrics, weights, silent units, confusion."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml import events
from tuiml.runs import confusions
from tuiml.runs.folder import RunFolder
from tuiml.train.control import Publish
from tuiml.train.feed import Feed
from tuiml.train.loop import CompiledLoop
from tuiml.train.predictions import sample
from tuiml.train.relus import Relus
from tuiml.train.rows import Rows

_TRAINING_ROWS = 1000
_SILENT_ROWS = 500
_FEWEST = 32  # rows at a time
_NEAR_ZERO = 1e-3
_EVERY = 1.0  # seconds
_SHARE = 0.05  # of the time, at most, where a measurement is slow
_SPARSER = 1000  # a run's first seconds are told each; after so many, a run of a day is not to fill the disk


class Measuring:
    """Measures the run's own network; weights, generators, optimizer and metrics are left as they were.

    `begin` first; then `epoch_ended` after each epoch, and `save` when the run's state is saved.
    """

    def __init__(self, folder: RunFolder, rows: Rows, loop: CompiledLoop, publish: Publish) -> None:
        self._folder, self._rows, self._loop, self._publish = folder, rows, loop, publish
        self._began = self._next = 0.0
        self._traced = False
        self._best: tuple[int, npt.NDArray[np.int64]] | None = None

    @cached_property
    def _sample(self) -> Feed:  # prepared when it is needed: the first batch does not wait for it
        return training_sample(self._rows)

    @cached_property
    def _relus(self) -> Relus:
        return Relus(self._loop.model)

    def begin(self, done: int) -> None:
        """Begin after `done` epochs: what an earlier runner told of later ones is dropped. Raises StorageError."""
        confusions.drop_after(self._folder, done)
        self._began = time.monotonic()
        self._next = self._began + _EVERY

    def epoch_ended(self, epoch: int, best: bool, last: bool) -> None:
        """Measure and tell, where enough time is over or the epoch is the last. Raises StorageError, Stopped."""
        counts = self._loop.confusion
        self._best = (epoch, counts) if best and counts is not None else self._best
        began = time.monotonic()
        if began < self._next and not last:
            return
        self.save()
        if counts is not None and not best:
            confusions.append(self._folder, epoch, counts)
        self._measure(epoch)
        now = time.monotonic()
        cost, self._traced = (now - began) * self._traced, True  # the first one was compiled
        self._next = now + max(_EVERY, cost / _SHARE, (now - self._began) / _SPARSER)

    def save(self) -> None:
        """Write the confusion of the best epoch, where that is not done yet. Raises StorageError."""
        if self._best is not None:
            confusions.append(self._folder, *self._best)
            self._best = None

    def _measure(self, epoch: int) -> None:
        variables = self._loop.model.metrics_variables
        before = [variable.numpy() for variable in variables]
        try:
            metrics = self._loop.evaluate(self._sample)
        finally:
            for variable, value in zip(variables, before, strict=True):
                variable.assign(value)
        kernels = {
            name: np.concatenate([part.numpy().ravel() for part in parts]) for name, parts in _kernels(self._loop.model)
        }
        norms = {name: float(np.linalg.norm(values)) for name, values in kernels.items()}
        near_zero = {name: float(np.mean(np.abs(values) < _NEAR_ZERO)) for name, values in kernels.items()}
        self._publish(events.Measured(epoch, len(self._sample.rows), metrics, norms, near_zero, self._silent()))

    def _silent(self) -> dict[str, float]:
        """Return the share of silent units by layer."""
        feed = self._rows.validation or self._sample
        rows = feed.rows[sample(len(feed.rows), _SILENT_ROWS)]
        size = min(max(self._rows.train.batch_size, _FEWEST), feed.batch_size)  # needs no more memory than training
        return self._relus.silent(self._loop.batch(feed, rows[at : at + size])[0] for at in range(0, len(rows), size))


def classes(rows: Rows) -> int:
    """Return how many classes validation rows are counted by; 0 where each has not exactly one, or there are too many."""
    count = len(rows.data.classes)
    return count if rows.head.metrics[0] == "accuracy" and count <= confusions.MOST_CLASSES else 0


def training_sample(rows: Rows) -> Feed:
    """Return the training rows that are measured on: at most 1,000, and no more than are validated on, evenly spread.

    They are originals, and go through what validation rows go through alone: no copies, no random augmentation.
    """
    train = rows.train
    originals = train.rows[: len(train.rows) - rows.copies]
    most = len(rows.validation.rows) if rows.validation is not None else _TRAINING_ROWS
    chosen = originals[sample(len(originals), min(most, _TRAINING_ROWS))]
    calm = rows.test.batch_size
    if train.resident:
        return Feed(train.x, train.y, chosen, calm, train.seed)
    x = train.x[chosen]
    if train.pipeline is not None and rows.steady:
        x = rows.steady(x, seed=0, epoch=0, index=np.arange(len(x)))
    return Feed(x, train.y[chosen], np.arange(len(chosen)), calm, train.seed)


def _kernels(model: Any, prefix: str = "") -> Iterator[tuple[str, list[Any]]]:
    """Yield layers by name, each with its matrices of weights; biases and scales, which are no weights of inputs, left out."""
    for layer in model.layers:
        matrices = [weight for weight in layer.weights if len(weight.shape) > 1]
        if hasattr(layer, "layers"):
            yield from _kernels(layer, f"{prefix}{layer.name}/")
        elif matrices:
            yield prefix + layer.name, matrices
