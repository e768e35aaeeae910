"""One run from recipe to result, as it happens on the training thread."""

from __future__ import annotations

import os
import socket
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from tuiml import events
from tuiml.errors import NotFiniteError
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.tasks import baseline
from tuiml.train.control import Control, Publish, Stopped
from tuiml.train.failure import Outcome, failed, stopped
from tuiml.train.plan import Plan, planned

if TYPE_CHECKING:
    from tuiml.train.devices import Device
    from tuiml.train.fit import Fit
    from tuiml.train.rows import Rows, Source

_BEGINNING = "init-from"


def train(folder: RunFolder, recipe: Recipe, before: RunState, control: Control, publish: Publish) -> Outcome:
    """Run a recipe to its end and tell every fact; raises only StorageError, when not even the end can be told."""
    began = time.monotonic()
    training = Training(folder, recipe, before, control, publish)
    try:
        outcome = training.run()
    except Stopped as stop:
        outcome = stopped(stop)
    except Exception as error:
        outcome = failed(error)
    ended = events.RunEnded(
        outcome.status,
        outcome.reason,
        training.fit.best_epoch if training.fit else None,
        time.monotonic() - began,
        outcome.error,
        outcome.exit_code,
        training.final_epoch,
    )
    publish(ended)
    return outcome


class Training:
    """The stages of a run, in order; each is told before it begins.

    Keras is imported once the rows are there, so that what is wrong with them is told without its seconds; the rooms that
    need it are imported by the stages after that. `fit` is the network that the run ends with: the only one, or with folds
    the refit.
    """

    def __init__(self, folder: RunFolder, recipe: Recipe, before: RunState, control: Control, publish: Publish) -> None:
        self.folder, self.recipe, self.before = folder, recipe, before
        self.control, self._publish = control, publish
        self.fit: Fit | None = None
        self.final_epoch: int | None = None
        self._epochs = _epochs(recipe, before)
        self._told = ""
        self._hinted, self._added = False, 0
        self._beginnings = {notice.text for notice in before.notices if notice.code == _BEGINNING}

    def run(self) -> Outcome:
        """Prepare, train the folds where there are any, fit, evaluate, save."""
        source = self._prepare()
        plan = planned(source) if self.recipe.folds.k and self.before.suggested is None else None
        self._import()
        if plan is not None:
            self._train_folds(source, plan)
        if self.recipe.folds.k:
            if not self.recipe.folds.refit:
                self._target()
                return Outcome("finished", "all folds done")
            from tuiml.train.folds import refit

            source = refit(source)
        fit = self._open(source)
        try:
            reason = fit.train(self._target)
        except Stopped as stop:
            fit.save()
            return self._report(fit, source, stopped(stop))
        except NotFiniteError:
            fit.save()  # the step that was not finite has been skipped: these weights are the last good ones
            raise
        finally:
            fit.rows.close()
        return self._report(fit, source, Outcome("finished", reason))

    def _prepare(self) -> Source:
        recipe = self.recipe
        self._begin()
        self._stage("reading " + recipe.task)
        from tuiml.train import rows

        source = rows.read(recipe, self._stage)
        for text in source.notices:
            self.publish(events.Noticed("warning", "data", text))
        return source

    def _import(self) -> None:
        self._stage("importing TensorFlow")
        from tuiml.train import devices

        devices.import_framework()
        self._device: Device = devices.choose(self.recipe.train.device, self.recipe.train.deterministic)
        if self._device.warning:
            self.publish(events.Noticed("warning", "gpu-unusable", self._device.warning))

    def _begin(self) -> None:
        """Find where an earlier runner left off, and say that this one took the run up."""
        from tuiml.train import checkpoint

        train = self.recipe.train
        self._found = checkpoint.load_newest(self.folder.checkpoints)
        done = self._found.epoch if self._found else 0
        taken_up = done if self._found or self.before.history or self.before.folds else None
        self.publish(
            events.RunStarted(
                self.folder.id,
                self.recipe.task,
                self._epochs,
                train.batch_size,
                train.seed,
                os.getpid(),
                socket.gethostname(),
                taken_up,
            )
        )

    def _train_folds(self, source: Source, plan: Plan) -> None:
        """Train the folds that are still to train, and let the refit have as many epochs as they suggest."""
        self._stage("preparing the folds")
        from tuiml.train.folds import CrossValidation

        folds = CrossValidation(
            self.folder,
            source,
            plan,
            self.before,
            self.control,
            self.publish,
            self._stage,
            partial(self._tell_ready, source),
        )
        self._epochs = folds.run().epoch + self.before.added

    def _open(self, source: Source) -> Fit:
        """Build the run's own network on its rows, and take up its checkpoint, if there is one."""
        self._stage("preparing the rows")
        from tuiml.train.fit import Fit
        from tuiml.train.rows import feeds

        rows = feeds(source, source.train, source.validation, self._stage)
        self._stage("building the network")
        recipe = source.recipe
        spans = max(recipe.train.epochs, self._epochs)
        self.fit = Fit(self.folder, self.folder.checkpoints, recipe, rows, spans, self.control, self.publish)
        self.fit.begin(self._found, self.before.history)
        self._tell_ready(source, rows, self.fit.model)
        self._stage("tracing the first batch")
        return self.fit

    def _tell_ready(self, source: Source, rows: Rows, network: Any) -> None:
        from tuiml.train.model import describe

        for text in () if self._hinted else rows.hints:
            self.publish(events.Noticed("warning", "augmentation", text))
        self._hinted = True
        recipe, head = self.recipe, rows.head
        shape, names = list(rows.data.shape), list(rows.data.classes)
        self.publish(events.DataReady(*rows.counts(), shape, names, rows.copies, _baseline(source, rows)))
        layers, parameters = describe(network, recipe, rows.train.batch_size), network.count_params()
        steps, device = rows.train.steps, self._device.name
        self.publish(events.ModelReady(layers, parameters, head.loss, list(head.metrics), steps, device))

    def _target(self) -> int:
        """Return how many epochs the run's own network is to have, added ones too; says where those of folds go."""
        added = self.control.added_epochs
        if self.recipe.folds.k and added > self._added:
            place = "the refit" if self.recipe.folds.refit else "nothing, since there is no refit"
            text = f"added epochs ({added}) go to {place}; the folds keep theirs."
            self.publish(events.Noticed("info", "added-epochs", text))
        self._added = added
        return self._epochs + added

    def _report(self, fit: Fit, source: Source, outcome: Outcome) -> Outcome:
        """Evaluate the test rows with the final and, where it is another, the best epoch's weights; save the model.

        A run ended by SIGTERM or SIGHUP is in a hurry: it leaves its checkpoint and goes.
        """
        from tuiml.train import checkpoint, predictions

        self.final_epoch = None if fit.loop.step else fit.done
        if outcome.exit_code in (129, 143):
            return outcome
        restored = fit.early.restore_best() if fit.early is not None else None
        self.final_epoch = restored or self.final_epoch
        fit.saver.save_model()
        try:
            predictions.write(self.folder, source, fit.rows, fit.loop, self.final_epoch)
            if len(fit.rows.test.rows) == 0:
                return outcome
            metrics = fit.loop.evaluate(fit.rows.test)
            self.publish(events.Evaluated("test", metrics, "final"))
            best = checkpoint.load(self.folder.checkpoints / "best.npz")
            if best is not None and best.epoch != self.final_epoch:
                checkpoint.restore(fit.model, best, weights_only=True)
                metrics = fit.loop.evaluate(fit.rows.test)
            if best is not None:
                self.publish(events.Evaluated("test", metrics, "best"))
        except Stopped as stop:
            return stopped(stop) if outcome.status == "finished" else outcome
        return outcome

    def publish(self, event: events.Event) -> None:
        """Tell a fact; how a network begins is told once, though each fold's and the refit's begin so."""
        if isinstance(event, events.Noticed) and event.code == _BEGINNING:
            if event.text in self._beginnings:
                return
            self._beginnings.add(event.text)
        self._publish(event)

    def _stage(self, what: str) -> None:
        self.control.obey(0, 0)
        if what != self._told:
            self._told = what
            self.publish(events.Preparing(what))


def _baseline(source: Source, rows: Rows) -> dict[str, float]:
    """Return the metrics of common sense on the validation rows, without them on the test rows; {} where there are neither."""
    judge = rows.validation or rows.test
    if not len(judge.rows):
        return {}
    train = rows.train
    return baseline.baseline(source.task.kind, rows.head, train.y[train.rows], judge.y[judge.rows])


def _epochs(recipe: Recipe, before: RunState) -> int:
    """Return the epochs that the run, or with folds their network or the refit, is to have in all.

    A finished run had all it was meant to have, also one stopped early: more epochs count from there.
    """
    if before.status == "finished":
        return len(before.history)
    if before.suggested is not None:
        return before.suggested.epoch + before.added
    return recipe.train.epochs if recipe.folds.k else max(recipe.train.epochs, before.epochs)
