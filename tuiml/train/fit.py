"""One network's training, from its first epoch or a checkpoint to its last: a run's own, a fold's, or the refit's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tuiml import events
from tuiml.fields import Recipe
from tuiml.folds import Epoch
from tuiml.runs.folder import RunFolder
from tuiml.train import beginning, callbacks, checkpoint, model
from tuiml.train.checkpoint import Checkpoint
from tuiml.train.control import Control, Publish
from tuiml.train.limits import Limits
from tuiml.train.loop import CompiledLoop
from tuiml.train.measuring import Measuring, classes
from tuiml.train.rows import Rows
from tuiml.train.saver import Saver


class _Expired(Exception):
    """Raised between two chunks when the time that was given is over."""


class Fit:
    """A network with its rows, its callbacks and its checkpoints.

    `done` are complete epochs, `best_epoch` that of lowest validation loss. `schedule_epochs` are those that a learning
    rate's schedule spans. The run's `own` network, unlike a fold's, is measured, and its best epoch's weights are kept.
    """

    def __init__(
        self,
        folder: RunFolder,
        checkpoints: Path,
        recipe: Recipe,
        rows: Rows,
        schedule_epochs: int,
        control: Control,
        publish: Publish,
        own: bool = True,
    ) -> None:
        self.done = 0
        self.best_epoch: int | None = None
        self._checkpoints, self._recipe, self._control, self._publish = checkpoints, recipe, control, publish
        self.rows = rows
        self.model = model.build(recipe, rows.input, rows.head)
        self.loop = CompiledLoop(
            self.model,
            rows.train,
            rows.validation,
            rows.head.one_hot,
            control,
            publish,
            rows.class_weights,
            classes(rows) if own else 0,
        )
        self.loop.install()
        self.loop.warm()
        self.loop.between = self._between
        self._observers = callbacks.observers(recipe, schedule_epochs, control.clock)
        for observer in self._observers:
            observer.set_model(self.model)
        self.early = next((one for one in self._observers if isinstance(one, callbacks.EarlyStopping)), None)
        self._limits = next(one for one in self._observers if isinstance(one, Limits))
        self._reporter = callbacks.Reporter(
            self.loop, control, publish, callbacks.dropout_seed(recipe), self.early, self._epoch_done
        )
        self._remembering = [*self._observers, *([self.loop.penalty] if self.loop.penalty else [])]
        self.saver = Saver(folder, checkpoints, self.model, self._remembering, publish)
        self._measuring = Measuring(folder, rows, self.loop, publish) if own else None
        self._best_loss = math.inf if own else -math.inf
        self._target: Callable[[], int] = lambda: 0

    def seconds_per_epoch(self) -> float:
        """Return how long an epoch takes, by real steps on weights that are put back. Raises Stopped."""
        before = checkpoint.variables(self.model)
        seconds = self.loop.time_epoch()
        checkpoint.assign(self.model, before)
        return seconds

    def begin(self, found: Checkpoint | None, past: Sequence[Epoch]) -> None:
        """Take up the checkpoint found, or begin anew; `past` are the epochs told of so far."""
        if self._measuring is not None:
            self._measuring.begin(found.epoch if found else 0)
        if found is None:
            if self._recipe.train.init_from:
                text = beginning.begin(self.model, Path(self._recipe.train.init_from))
                self._publish(events.Noticed("info", "init-from", text))
            return
        self.done = found.epoch
        checkpoint.drop_after(self._checkpoints, found.epoch, found.step)
        for observer in self._remembering:
            if observer.name in found.counters:
                observer.remember(found.counters[observer.name], found.arrays)
        for epoch in past[: self.done]:
            self._note_best(epoch.number, epoch.metrics.get("val_loss", math.nan))
        checkpoint.restore(self.model, found)
        self.loop.step = found.step

        def once() -> None:  # `fit` has just reset metrics and seeded the layers: put the middle of the epoch back
            self.loop.before_steps = lambda: None
            if found.step:
                checkpoint.restore(self.model, found)
                self.loop.step = found.step

        self.loop.before_steps = once

    def train(self, target: Callable[[], int]) -> str:
        """Train until as many epochs as `target` says are done, or patience or a limit is over; return why it ended.

        Raises Stopped and NotFiniteError; the caller saves then.
        """
        self._target = target
        with self._control.saving(self.save), suppress(_Expired):  # the limits know the reason
            self._control.obey(self.done + 1, self.loop.step)
            while self.done < target() and not self.over:
                self.loop.fit(self.done + 1, target(), [*self._observers, self._reporter])
                self._control.obey(self.done, 0)
        self.save()
        if self._limits.reason:
            return self._limits.reason
        if self.early is not None and self.early.stopped:
            return self._patience_over(self.early)
        return "its one epoch done" if self.done == 1 else f"all {self.done} epochs done"

    def save(self) -> None:
        """Write a checkpoint, unless this very place is saved already."""
        self._control.save_wished = False
        self.saver.save(self.done, self.loop.step, self.loop.trained)
        if self._measuring is not None:
            self._measuring.save()

    @property
    def over(self) -> bool:
        """Whether patience or a limit is over."""
        return bool(self._limits.reason or (self.early and self.early.stopped))

    def _patience_over(self, early: callbacks.EarlyStopping) -> str:
        patience = f"{early.patience} epoch{'s' if early.patience != 1 else ''}"
        reason = f"stopped early: {early.monitor} did not improve for {patience}"
        if early.tells:
            text = f"epoch {self.done}: {reason}; best was epoch {early.best_epoch + 1}."
            self._publish(events.Noticed("info", "early-stopping", text))
        return reason

    def _epoch_done(self, epoch: int, metrics: dict[str, float]) -> None:
        self.done, self.loop.step = epoch, 0
        best = self._note_best(epoch, metrics.get("val_loss", math.nan))
        if best:
            self.saver.keep_best(epoch)
        if self.saver.due() or self._control.save_wished:
            self.save()
        if self._measuring is not None:
            self._measuring.epoch_ended(epoch, best, last=self.over or epoch >= self._target())

    def _note_best(self, epoch: int, loss: float) -> bool:
        better = loss < self._best_loss
        if better:
            self._best_loss, self.best_epoch = loss, epoch
        return better

    def _between(self) -> None:
        """Between two chunks of batches."""
        if self._control.save_wished:
            self.save()
        if self._limits.expired():
            raise _Expired
