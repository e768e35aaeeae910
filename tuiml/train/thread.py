"""One run from recipe to result, as it happens on the training thread."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuiml import events
from tuiml.errors import DataError, NotFiniteError, RecipeError, StorageError, TrainingError, TuimlError
from tuiml.recipe import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.train.control import Control, Publish, Stopped

_SAVE_EVERY = 1.0  # seconds between checkpoints at epoch ends; exact resume recomputes the epochs between


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    status: str
    reason: str
    exit_code: int = 0
    error: str | None = None


def train(folder: RunFolder, recipe: Recipe, before: RunState, control: Control, publish: Publish) -> Outcome:
    """Run a recipe to its end and tell every fact; raises only StorageError, when not even the end can be told."""
    began = time.monotonic()
    training = Training(folder, recipe, before, control, publish)
    try:
        outcome = training.run()
    except Stopped as stop:
        outcome = _stopped(stop)
    except TuimlError as error:
        outcome = Outcome("failed", _REASONS.get(type(error), "training failed"), int(error.exit_code), str(error))
    except MemoryError:
        outcome = Outcome("failed", "out of memory", 1, _OUT_OF_MEMORY)
    except Exception as error:
        outcome = _failed(error)
    best = training.best_epoch
    publish(events.RunEnded(outcome.status, outcome.reason, best, time.monotonic() - began, outcome.error, outcome.exit_code))
    return outcome


class Training:
    """The stages of a run, in order; each is told before it begins."""

    def __init__(self, folder: RunFolder, recipe: Recipe, before: RunState, control: Control, publish: Publish) -> None:
        self.folder, self.recipe, self.before = folder, recipe, before
        self.control, self.publish = control, publish
        self.best_epoch: int | None = None
        self._best_loss = float("inf")
        self._saved_at = 0.0
        self._saved_place = (-1, -1)
        self._best_unsaved: dict[str, Any] | None = None
        self._done = 0
        self._fit_began = False

    def run(self) -> Outcome:
        """Prepare, fit, evaluate, save."""
        self._prepare()
        try:
            reason = self._fit()
        except Stopped as stop:
            self._save()
            return self._report(_stopped(stop))
        except NotFiniteError:
            self._save()  # the step that was not finite has been skipped: these weights are the last good ones
            raise
        finally:
            self._close()
        return self._report(Outcome("finished", reason))

    def _prepare(self) -> None:
        recipe = self.recipe
        self._begin()
        self._stage("importing TensorFlow")
        from tuiml.train import devices

        devices.import_framework()
        device = devices.choose(recipe.train.device, recipe.train.deterministic)
        self._stage("reading " + recipe.task)
        self._load()
        self._stage("building the network")
        self._build()
        self._resume()
        for text in self.data.notices:
            self.publish(events.Noticed("warning", "data", text))
        if device.warning:
            self.publish(events.Noticed("warning", "gpu-unusable", device.warning))
        self.publish(events.DataReady(len(self.train_feed.rows), len(self.validation_rows), len(self.data.test_x),
                                      list(self.data.shape), list(self.data.classes)))
        from tuiml.train.model import describe

        self.publish(events.ModelReady(describe(self.model), self.model.count_params(), self.head.loss,
                                       list(self.head.metrics), self.train_feed.steps, device.name))
        self._stage("tracing the first batch")

    def _begin(self) -> None:
        """Find where an earlier runner left off, and say that this one took the run up."""
        from tuiml.train import checkpoint

        recipe = self.recipe
        self._found = checkpoint.load_newest(self.folder.checkpoints)
        self._done = self._found.epoch if self._found else 0
        self.epochs = max(recipe.train.epochs, self.before.epochs)
        resumed = self._found is not None or bool(self.before.history)
        self.publish(events.RunStarted(self.folder.id, recipe.task, self.epochs, recipe.train.batch_size, recipe.train.seed,
                                       os.getpid(), socket.gethostname(), self._done if resumed else None))

    def _load(self) -> None:
        from tuiml.tasks import catalog, check, heads, split

        recipe = self.recipe
        self.task = catalog.find(recipe.task)
        problems = check.check(recipe, self.task)
        if problems:
            raise RecipeError(problems)
        fields = recipe.data.model_dump()
        self.data = self.task.load(fields, self._stage)
        train_rows, self.validation_rows = split.split(self.data, fields, recipe.train.seed)
        if len(train_rows) == 0:
            raise DataError(f"{recipe.task} leaves no rows to train on: validation takes all {len(self.validation_rows)}.")
        self.head = heads.choose(self.task.kind, len(self.data.classes), recipe.model)
        self._make_feeds(train_rows)

    def _make_feeds(self, train_rows: Any) -> None:
        import augment
        from tuiml.train.feed import Feed

        data, recipe = self.data, self.recipe
        pipeline = augment.parse(recipe.augment.ops)
        steady = pipeline.evaluation()
        steps, seed = recipe.train.batch_size, recipe.train.seed
        self.train_feed = Feed(data.train_x, data.train_y, train_rows, batch_size=steps, seed=seed, shuffle=True, pipeline=pipeline)
        calm = {"batch_size": max(steps, 256), "seed": seed}  # metrics are sums: a larger batch gives the same figures sooner
        self.test_feed = Feed(_steadied(steady, data.test_x), data.test_y, np.arange(len(data.test_x)), **calm)
        x, y = data.train_x, data.train_y
        rows = self.validation_rows
        if steady:  # what all pictures go through, random or not
            x, y, rows = _steadied(steady, x[rows]), y[rows], np.arange(len(rows))
        self.validation_feed = Feed(x, y, rows, **calm) if len(rows) else None
        shape = pipeline.output_shape(data.shape) if data.pictures else data.shape  # type: ignore[arg-type]
        rescaled = data.pictures and bool(steady) and any(op.name == "rescale" for op in steady.ops)
        self.input_shape, self.scale = tuple(shape), (1 / 255 if data.pictures and not rescaled else None)

    def _build(self) -> None:
        from tuiml.train import callbacks, model
        from tuiml.train.loop import CompiledLoop

        recipe = self.recipe
        self.model = model.build(recipe, self.input_shape, self.head, self.scale)
        self.loop = CompiledLoop(self.model, self.train_feed, self.validation_feed, self.control, self.publish)
        self.loop.install()
        self.loop.between = self._between_chunks
        self.loop.warm()
        self.early = callbacks.EarlyStopping(recipe.early_stopping) if recipe.early_stopping else None
        if self.early is not None:
            self.early.set_model(self.model)
        self.reporter = callbacks.Reporter(self.loop, self.publish, recipe.train.seed, self.early, self._epoch_done)

    def _resume(self) -> None:
        """Take up the newest whole checkpoint, if there is one."""
        from tuiml.train import checkpoint

        found = self._found
        if found is None:
            return
        checkpoint.drop_after(self.folder.checkpoints, found.epoch, found.step)
        if self.early is not None and "early_stopping" in found.counters:
            self.early.remember(found.counters["early_stopping"], found.arrays)
        past = [(epoch.metrics["val_loss"], epoch.number) for epoch in self.before.history[: self._done] if np.isfinite(epoch.metrics.get("val_loss", np.nan))]
        if past:
            self._best_loss, self.best_epoch = min(past)
        checkpoint.restore(self.model, found)

        def once() -> None:  # `fit` has just reset the metrics and seeded the layers: put the middle of the epoch back
            self.loop.before_steps = lambda: None
            if found.step:
                checkpoint.restore(self.model, found)
                self.loop.step = found.step

        self.loop.before_steps = once

    def _fit(self) -> str:
        """Train until all epochs, added ones too, are done or patience is over; return the reason for the end."""
        self._fit_began = True
        observers = [callback for callback in (self.early, self.reporter) if callback is not None]
        self.control.obey(self._done + 1, 0)
        while self._done < self._target() and not (self.early and self.early.stopped):
            self.loop.fit(self._done + 1, self._target(), observers)
            self.control.obey(self._done, 0)
        self._save()
        if self.early is None or not self.early.stopped:
            return f"all {self._done} epochs done"
        reason = f"stopped early: {self.early.monitor} did not improve for {self.early.patience} epochs"
        if self.early.tells:
            self.publish(events.Noticed("info", "early-stopping", f"epoch {self._done}: {reason}; best was epoch {self.early.best_epoch + 1}."))
        return reason

    def _target(self) -> int:
        return self.epochs + self.control.added_epochs

    def _epoch_done(self, epoch: int, metrics: dict[str, float]) -> None:
        from tuiml.train import checkpoint

        self._done, self.loop.step = epoch, 0
        loss = metrics.get("val_loss")
        if loss is not None and loss < self._best_loss:
            self._best_loss, self.best_epoch = loss, epoch
            self._best_unsaved = checkpoint.weights(self.model)
        if time.monotonic() - self._saved_at > _SAVE_EVERY or self.control.save_wished:
            self._save()

    def _between_chunks(self) -> None:
        if self.control.save_wished:
            self._save()

    def _save(self) -> None:
        """Write the whole state where training stands now, unless that very place is saved already."""
        from tuiml.train import checkpoint

        self.control.save_wished = False
        place = (self._done, self.loop.step)
        if place == self._saved_place or (place == (0, 0) and not self._fit_began):
            return
        if self._best_unsaved is not None and self.best_epoch is not None:
            best = checkpoint.save_best(self.folder.checkpoints, self._best_unsaved, self.best_epoch)
            self._best_unsaved = None
            self.publish(events.Checkpointed(self.best_epoch, 0, self._relative(best), best=True))
        counters: dict[str, Any] = {}
        arrays: dict[str, Any] = {}
        if self.early is not None:
            counters["early_stopping"], arrays = self.early.memory()
        path = checkpoint.save(self.folder.checkpoints, self.model, *place, counters, arrays)
        self._saved_at, self._saved_place = time.monotonic(), place
        self.publish(events.Checkpointed(*place, self._relative(path)))

    def _report(self, outcome: Outcome) -> Outcome:
        """Evaluate the test rows with the final and, where it is another, the best epoch's weights; save the model.

        A run ended by SIGTERM or SIGHUP is in a hurry: it leaves its checkpoint and goes.
        """
        from tuiml.train import checkpoint

        if outcome.exit_code in (129, 143):
            return outcome
        final = self.early.restore_best() if self.early is not None else None
        self._save_model()
        try:
            self._evaluate("final")
            best = checkpoint.load(self.folder.checkpoints / "best.npz")
            if best is not None and best.epoch != (final or self._done):
                checkpoint.restore(self.model, best, weights_only=True)
                self._evaluate("best")
            elif best is not None:
                self._evaluate("best", again=True)
        except Stopped as stop:
            return _stopped(stop) if outcome.status == "finished" else outcome
        return outcome

    def _evaluate(self, weights: str, again: bool = False) -> None:
        if len(self.data.test_x) == 0:
            return
        if not again:
            self._test_metrics = self.loop.evaluate(self.test_feed)
        self.publish(events.Evaluated("test", self._test_metrics, weights))

    def _save_model(self) -> None:
        aside = self.folder.path / f".model.{os.getpid()}.keras"
        try:
            self.model.save(aside)
            os.replace(aside, self.folder.model)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise StorageError(f"{self.folder.model} cannot be written: {error.strerror or error}.") from None

    def _stage(self, what: str) -> None:
        self.control.obey(0, 0)
        self.publish(events.Preparing(what))

    def _close(self) -> None:
        for feed in (self.train_feed, self.validation_feed, self.test_feed):
            if feed is not None:
                feed.close()

    def _relative(self, path: Any) -> str:
        return str(path.relative_to(self.folder.path))


def _steadied(pipeline: Any, x: Any) -> Any:
    """Put pictures through the steady part of the augmentation."""
    return pipeline(x, seed=0, epoch=0, index=np.arange(len(x))) if pipeline and len(x) else x


def _stopped(stop: Stopped) -> Outcome:
    codes = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
    return Outcome("stopped", f"stopped by {stop.wish.by}", codes.get(stop.wish.by, 0))


def _failed(error: Exception) -> Outcome:
    import traceback

    traceback.print_exc()  # into runner.log: the place for what a user should not have to read
    if "ResourceExhausted" in type(error).__name__ or "OOM" in str(error):
        return Outcome("failed", "out of memory", 1, _OUT_OF_MEMORY)
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and "[[{{" not in line]
    return Outcome("failed", "training failed", 1, f"{type(error).__name__}: {lines[-1] if lines else 'no message'} (runner.log in the run folder has the details)")


_OUT_OF_MEMORY = "out of memory. Half the batch size, or a smaller network, needs less."
_REASONS = {RecipeError: "the recipe cannot be run", DataError: "the data cannot be used", TrainingError: "training failed"}
