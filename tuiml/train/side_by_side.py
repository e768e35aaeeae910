"""Training of folds whose networks are stacked: epochs, facts, wishes and checkpoints of all of them at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml import events
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.tasks.folding import Fold
from tuiml.train import blocks, checkpoint, penalty
from tuiml.train.blocks import Block
from tuiml.train.control import Control, Publish
from tuiml.train.feed import Pace
from tuiml.train.loop import not_finite
from tuiml.train.rows import Rows
from tuiml.train.saver import Saver
from tuiml.train.schedule import rate_at
from tuiml.train.stacked import Stack

_TRIAL_SECONDS = 0.5


class SideBySide:
    """Trains `models`, the networks of `folds`, which have as many training and validation rows each: those of `rows`.

    `done` are complete epochs, `step` the batches in the running one. A fold that fails goes into `failed`, where those
    of an earlier runner are to be put, and `fails(fold, error)` is told at once; the others go on.
    """

    def __init__(
        self,
        folder: RunFolder,
        checkpoints: Path,
        recipe: Recipe,
        folds: Sequence[Fold],
        rows: Sequence[Rows],
        models: Sequence[Any],
        control: Control,
        publish: Publish,
        fails: Callable[[Fold, Exception], None],
    ) -> None:
        self.folds, self.failed = list(folds), set[Fold]()
        self._fails = fails
        self.done, self.step = 0, 0
        self.stack = Stack(models, recipe.optimizer, rows[0].head)
        self._recipe, self._control, self._publish = recipe, control, publish
        self._feeds = [row.train for row in rows]
        self._seeds = [_dropout_seed(recipe, fold) for fold in folds]
        self._steps, self._total = self._feeds[0].steps, len(self._feeds[0].rows)
        self._validation = blocks.whole(self.stack, [row.validation or row.train for row in rows])
        self._checkpoints = checkpoints
        self._saver = Saver(folder, checkpoints, self.stack, [], publish)
        self._pace = Pace()

    def seconds_per_epoch(self) -> float:
        """Return how long an epoch of all folds takes, by real steps on weights that are put back. Raises Stopped."""
        before = checkpoint.variables(self.stack)
        parts = self._blocks(1)
        for part in parts:
            self._chunk(part, 0, 1)  # compiles
        self.stack.evaluate(*self._validation)
        self._control.obey(0, 0)
        began, steps = time.perf_counter(), 0
        while time.perf_counter() - began < _TRIAL_SECONDS and steps < parts[0].steps:
            count = min(max(1, steps), parts[0].steps - steps)
            self._chunk(parts[0], steps, count)
            steps += count
        each = (time.perf_counter() - began) / steps
        began = time.perf_counter()
        self._blocks(1)
        self.stack.evaluate(*self._validation)
        checkpoint.assign(self.stack, before)
        return each * self._steps + time.perf_counter() - began

    def resume(self) -> None:
        """Take up the newest whole checkpoint, if there is one."""
        found = checkpoint.load_newest(self._checkpoints)
        if found is not None:
            checkpoint.drop_after(self._checkpoints, found.epoch, found.step)
            checkpoint.restore(self.stack, found)
            self.done, self.step = found.epoch, found.step

    def train(self) -> None:
        """Train all epochs of the recipe; ends before only when no fold is left that has not failed. Raises Stopped."""
        with self._control.saving(self.save):
            self._control.obey(self.done + 1, self.step)
            while self.done < self._recipe.train.epochs and self.alive():
                self._epoch(self.done + 1)
                if self._saver.due() or self._control.save_wished:
                    self.save()

    def save(self) -> None:
        """Write a checkpoint of all folds."""
        self._control.save_wished = False
        self._saver.save(self.done, self.step)

    def alive(self) -> list[tuple[int, Fold]]:
        """Return the folds that have not failed, each with its place in the stack."""
        return [(at, fold) for at, fold in enumerate(self.folds) if fold not in self.failed]

    def _epoch(self, epoch: int) -> None:
        self._control.epoch_begins(self.done, self._steps)
        rate = rate_at(self._recipe.optimizer, epoch, self._recipe.train.epochs)
        self.stack.optimizer.learning_rate = rate
        for _, fold in self.alive():
            self._publish(events.EpochStarted(epoch, rate, fold.number, fold.repeat))
        if not self.step:
            self.stack.reset()
        began = self._control.clock()
        self._train(epoch)
        seconds = self._control.clock() - began
        trained = self.stack.metrics(self._total)
        validated = self.stack.evaluate(*self._validation)
        for at, fold in self.alive():
            metrics = penalty.penalties_last(
                trained[at] | {f"val_{name}": value for name, value in validated[at].items()}
            )
            self._publish(events.EpochEnded(epoch, metrics, seconds, rate, None, fold.number, fold.repeat))
        self.done, self.step = epoch, 0
        self._control.epoch_ended()

    def _train(self, epoch: int) -> None:
        """Train the steps of an epoch that are still to do, chunk by chunk."""
        begins = 0
        for part in self._blocks(epoch):
            while begins <= self.step < begins + part.steps and self.alive():
                count = min(self._pace.steps, begins + part.steps - self.step)
                began = time.perf_counter()
                finite = self._chunk(part, self.step - begins, count)
                self._pace.measured(count, time.perf_counter() - began)
                self.step += count
                self._look(epoch, finite)
            begins += part.steps

    def _look(self, epoch: int, finite: npt.NDArray[np.bool_]) -> None:
        """Between two chunks: note which folds have failed, tell how far it is, obey wishes."""
        for at, fold in self.alive():
            if not finite[at]:
                self.failed.add(fold)
                self._fails(fold, not_finite(epoch, self.step))
        if alive := [at for at, _ in self.alive()]:
            figures = self.stack.metrics(min(self.step * self._feeds[0].batch_size, self._total))
            means = {name: float(np.mean([figures[at][name] for at in alive])) for name in figures[0]}
            self._publish(events.BatchEnded(epoch, self.step, self._steps, means))
        self._control.obey(epoch, self.step)
        if self._control.save_wished:
            self.save()

    def _blocks(self, epoch: int) -> list[Block]:
        return blocks.epoch(self.stack, self._feeds, self._seeds, epoch)

    def _chunk(self, part: Block, first: int, count: int) -> npt.NDArray[np.bool_]:
        return self.stack.train(part.x, part.y, part.masks, first, count)


def _dropout_seed(recipe: Recipe, fold: Fold) -> int:
    own = recipe.regularize.dropout_seed
    return fold.seed(recipe.train.seed) if own is None else own
