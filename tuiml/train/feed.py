"""Rows on their way to the compiled loops: their order in each epoch, augmentation, prefetching."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

from augment import Pipeline
from tuiml.tasks import mixing
from tuiml.tasks.base import Rows
from tuiml.train import inputs

_ORDER = 1  # stream numbers keep the order of rows and the seeds of dropout apart
_LAYERS = 2
_RESIDENT_SHARE = 0.25  # of the machine's memory; beyond it rows are gathered chunk by chunk


class Feed:
    """The rows of one split.

    `x` (an array, or `Sequences`: texts that are fed as sparse rows of zeros and ones) and `y` hold all rows of the data
    set, `rows` the numbers of those that belong to this split. With a `pipeline` each picture is augmented as (seed,
    epoch, row number) say; where it mixes labels of the `classes`, y is fed as (n, classes), and partners come from `rows`
    alone. Nothing here depends on batch size or speed: a resumed or repeated run sees the same pictures in the same order.
    """

    def __init__(
        self,
        x: Rows,
        y: npt.NDArray[Any],
        rows: npt.NDArray[np.int64],
        batch_size: int,
        seed: int,
        *,
        shuffle: bool = False,
        pipeline: Pipeline | None = None,
        classes: int = 0,
    ) -> None:
        self.x, self.y, self.rows = x, y, rows
        self.batch_size, self.seed, self.shuffle = batch_size, seed, shuffle
        self.pipeline = pipeline if pipeline else None
        self._partners = mixing.pool(pipeline, x, y, rows, classes) if pipeline else None
        memory = psutil.virtual_memory()  # a resident array lies there twice: here, and as a tensor
        self.resident = self.pipeline is None and x.nbytes < min(_RESIDENT_SHARE * memory.total, memory.available)
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="augment")

    @property
    def row_shape(self) -> tuple[int, ...]:
        """The shape of one row as it is fed."""
        shape = self.x.shape[1:]
        return tuple(self.pipeline.output_shape(shape)) if self.pipeline is not None else tuple(shape)

    @property
    def steps(self) -> int:
        """Batches in one epoch, the last of which may be smaller."""
        return -(-len(self.rows) // self.batch_size)

    def order(self, epoch: int) -> npt.NDArray[np.int64]:
        """Return the row numbers in the order of this epoch (counted from 1)."""
        if not self.shuffle:
            return self.rows
        return np.random.default_rng([self.seed, _ORDER, epoch]).permutation(self.rows)

    def batch(self, rows: npt.NDArray[np.int64], epoch: int) -> tuple[Rows, npt.NDArray[Any]]:
        """Return x, augmented where this feed augments, and y of the given rows in this epoch."""
        if self.pipeline is None:
            return self.x[rows], self.y[rows]
        drawn = {"seed": self.seed, "epoch": epoch}
        return mixing.augmented(self.pipeline, self.x, self.y, rows, **drawn, partners=self._partners)

    def parts(self, rows: npt.NDArray[np.int64], epoch: int) -> tuple[npt.NDArray[Any], ...]:
        """Return what `batch` does as arrays alone: (x, y), or (words, starts, y) of texts."""
        x, y = self.batch(rows, epoch)
        return (*inputs.arrays(x), y)

    def chunks(self, epoch: int, first_step: int, pace: Pace) -> Iterator[tuple[Any, ...]]:
        """Yield, chunk by chunk, (rows,) of a resident feed or (x, y) of another, made one chunk ahead in a thread.

        x of texts is two arrays: (words, starts, y).
        """
        order = self.order(epoch)
        at = first_step * self.batch_size
        if self.resident:
            while at < len(order):
                size = pace.steps * self.batch_size
                yield (order[at : at + size],)
                at += size
            return
        pending: Future[tuple[Any, ...]] | None = None
        while at < len(order) or pending is not None:
            ready = pending
            pending = None
            if at < len(order):
                size = pace.steps * self.batch_size
                pending = self._ahead.submit(self.parts, order[at : at + size], epoch)
                at += size
            if ready is not None:
                yield ready.result()

    def close(self) -> None:
        """End the prefetching thread."""
        self._ahead.shutdown(wait=False, cancel_futures=True)


class Pace:
    """How many steps a chunk has: as many as take about a tenth of a second, so that wishes are served at once."""

    SECONDS = 0.1

    def __init__(self) -> None:
        self.steps = 1  # the first chunk pays for tracing and says nothing about speed
        self._measured = 0

    def measured(self, steps: int, seconds: float) -> None:
        """Take in how long a chunk took; grows at most eightfold at once, since short measurements mislead."""
        self._measured += 1
        if self._measured == 1 or steps == 0:
            return
        fitting = int(self.SECONDS * steps / max(seconds, 1e-6))
        self.steps = max(1, min(fitting, self.steps * 8))


def layer_seed(seed: int, epoch: int, number: int) -> list[int]:
    """Return the state for the random generator of layer `number` (dropout) at the start of an epoch: two 32-bit words."""
    word = np.random.default_rng([seed, _LAYERS, epoch, number]).integers(2**32, dtype=np.uint32)
    return [int(word), 0]
