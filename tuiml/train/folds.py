"""K-fold validation as one run: a network per fold, then the epoch count that their curves suggest for the refit."""

from __future__ import annotations

import copy
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuiml import events, folds
from tuiml.errors import NotFiniteError, StorageError, TrainingError
from tuiml.fields import Recipe
from tuiml.recipe import read
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.tasks.base import Progress
from tuiml.tasks.folding import Fold
from tuiml.text import clean
from tuiml.train import beginning, checkpoint, model
from tuiml.train.control import Control, Publish, Stopped
from tuiml.train.failure import failed
from tuiml.train.fit import Fit
from tuiml.train.plan import Plan, stacks
from tuiml.train.rows import Rows, Source, feeds
from tuiml.train.side_by_side import SideBySide
from tuiml.train.stacked import stackable

Ready = Callable[[Rows, Any], None]
"""Told once, before the first fold: its rows and its network."""


class CrossValidation:
    """The folds of one run; those that have ended, by the log of an earlier runner, are not trained again.

    `plan` is that of `source`; `before` is the run as that log has it; `ready` is told of the first network before any is trained.
    """

    def __init__(
        self,
        folder: RunFolder,
        source: Source,
        plan: Plan,
        before: RunState,
        control: Control,
        publish: Publish,
        tell: Progress,
        ready: Ready,
    ) -> None:
        self._folder, self._source, self._recipe = folder, source, source.recipe
        self._control, self._tell, self._ready = control, tell, ready
        self._rows, self._plan = plan
        self._folds = copy.deepcopy(before.folds)
        self._publish_outside = publish
        self._errors: list[Exception] = []
        self._not_finite = before.exit_code == NotFiniteError.exit_code
        self._planned = False

    def run(self) -> events.FoldsEnded:
        """Train what is still to train and return what the folds suggest.

        Raises Stopped, StorageError, and when not one fold has finished, what the first one failed of.
        """
        left = [fold for fold in self._plan if not self._ended(fold)]
        if left:
            with closing(self._feeds(left[0])) as rows:
                network = model.build(self._recipe, rows.input, rows.head)
                stacked = stackable(network, self._recipe, rows)
                self._ready(rows, network)
            self._warn_of_beginning()
            self._tell("timing a few steps")
            for batch in stacks(self._plan) if stacked else []:
                if not all(self._ended(fold) for fold in batch):
                    self._train_stack(batch)
            for fold in [] if stacked else left:
                self._train_alone(fold)
        return self._suggestion()

    def _train_alone(self, fold: Fold) -> None:
        """Train one fold's network; what it fails of is told, and costs no other fold."""
        checkpoints, began = self._folder.checkpoints / fold.name, time.perf_counter()
        with closing(self._feeds(fold)) as rows:
            recipe = recipe_of(self._recipe, fold)
            fit: Fit | None = None
            try:
                fit = self._fit(checkpoints, recipe, rows, self._placed(fold))
                if not self._planned:
                    each = fit.seconds_per_epoch()
                    self._announce(rows, False, each, len(self._plan), time.perf_counter() - began)
                known = self._folds.get((fold.repeat, fold.number))
                fit.begin(checkpoint.load_newest(checkpoints), known.history if known else [])
                reason = fit.train(lambda: recipe.train.epochs)
                if not fit.done:
                    raise TrainingError(f"no epoch was complete: {reason}, its share of train.max_minutes.")
            except Stopped:
                if fit is not None and fit.over:  # taken up again, it would have its patience once more
                    self._finishes(fold)
                elif fit is not None:
                    fit.save()
                raise
            except StorageError:
                raise
            except Exception as error:
                self._fails(fold, error)
            else:
                self._finishes(fold)
        shutil.rmtree(checkpoints, ignore_errors=True)

    def _train_stack(self, batch: list[Fold]) -> None:
        """Train the networks of several folds side by side."""
        checkpoints, began = self._folder.checkpoints / f"stack-{batch[0].name}", time.perf_counter()
        rows = [self._feeds(fold) for fold in batch]
        networks = [self._network(fold, mine) for fold, mine in zip(batch, rows, strict=True)]
        side_by_side = SideBySide(
            self._folder, checkpoints, self._recipe, batch, rows, networks, self._control, self._publish, self._fails
        )
        side_by_side.failed |= {fold for fold in batch if self._ended(fold)}
        try:
            if not self._planned:
                each = side_by_side.seconds_per_epoch() / len(batch)
                self._announce(rows[0], True, each, len(stacks(self._plan)), time.perf_counter() - began)
            side_by_side.resume()
            side_by_side.train()
        except Stopped:
            side_by_side.save()
            raise
        finally:
            for mine in rows:
                mine.close()
        for _, fold in side_by_side.alive():
            self._finishes(fold)
        shutil.rmtree(checkpoints, ignore_errors=True)

    def _fit(self, checkpoints: Path, recipe: Recipe, rows: Rows, publish: Publish) -> Fit:
        return Fit(self._folder, checkpoints, recipe, rows, recipe.train.epochs, self._control, publish, own=False)

    def _network(self, fold: Fold, rows: Rows) -> Any:
        recipe = recipe_of(self._recipe, fold)
        network = model.build(recipe, rows.input, rows.head)
        if recipe.train.init_from:
            text = beginning.begin(network, Path(recipe.train.init_from))
            self._publish(events.Noticed("info", "init-from", text))
        return network

    def _feeds(self, fold: Fold) -> Rows:
        rows = self._rows
        return feeds(self._source, rows[fold.train], rows[fold.validation], self._tell, recipe_of(self._recipe, fold))

    def _warn_of_beginning(self) -> None:
        """Tell where weights to begin with come from the very task: they have seen rows that the folds validate on."""
        begin = RunFolder(Path(self._recipe.train.init_from))
        if self._recipe.train.init_from and begin.recipe.is_file() and read(begin.recipe).task == self._recipe.task:
            text = (
                f"the weights of {clean(begin.id)} come from the same task: they have seen rows that the folds validate "
                "on, whose figures are too good. The test set is the fair judge."
            )
            self._publish(events.Noticed("warning", "init-from", text))

    def _announce(self, rows: Rows, stacked: bool, each: float, compiled: int, setup: float) -> None:
        """Tell what is planned and how long it will take.

        An epoch of one network takes `each` seconds; the folds are `compiled` so many times, which took `setup` seconds for
        the first.
        """
        fields, epochs, count = self._recipe.folds, self._recipe.train.epochs, len(rows.train.rows)
        more = len(self._rows) / (count - rows.copies)  # the refit's epochs have more rows
        seconds = epochs * each * (len(self._plan) + fields.refit * more) + setup * (compiled - 1 + fields.refit)
        seconds = min(seconds, 60 * self._recipe.train.max_minutes or seconds)
        self._publish(
            events.FoldsPlanned(
                fields.k,
                fields.repeats,
                len(self._plan),
                epochs,
                count,
                stacked,
                seconds,
                fields.refit,
                fields.smoothing,
                fields.skip,
            )
        )
        self._planned = True

    def _suggestion(self) -> events.FoldsEnded:
        fields = self._recipe.folds
        if not any(fold.status == "finished" for fold in self._folds.values()):
            if self._errors:
                raise self._errors[0]
            again = NotFiniteError if self._not_finite else TrainingError
            raise again(f"every fold has failed: {next(iter(self._folds.values())).error}")
        finished = folds.counted(self._folds)
        metric = folds.judged(list(finished[0].history[0].metrics))
        suggested = folds.suggest(self._folds, metric, fields.smoothing, fields.skip)
        if suggested is None:
            raise NotFiniteError(f"in no epoch was {metric} a finite number in all folds.")
        self._publish(suggested)
        return suggested

    def _finishes(self, fold: Fold) -> None:
        history = self._folds[fold.repeat, fold.number].history
        self._publish(events.FoldEnded(fold.number, fold.repeat, "finished", history[-1].metrics))

    def _fails(self, fold: Fold, error: Exception) -> None:
        self._errors.append(error)
        text = failed(error).error or ""
        known = self._folds.get((fold.repeat, fold.number))
        metrics = known.history[-1].metrics if known and known.history else {}
        self._publish(events.FoldEnded(fold.number, fold.repeat, "failed", metrics, text))
        where = f"fold {fold.number}" + (f" of repeat {fold.repeat}" if self._recipe.folds.repeats > 1 else "")
        self._publish(events.Noticed("warning", "fold-failed", f"{where} failed, and no mean counts it: {text}"))

    def _placed(self, fold: Fold) -> Publish:
        """Return a `publish` whose epochs are of this fold."""

        def publish(event: events.Event) -> None:
            if isinstance(event, (events.EpochStarted, events.EpochEnded)):
                event = replace(event, fold=fold.number, repeat=fold.repeat)
            self._publish(event)

        return publish

    def _publish(self, event: events.Event) -> None:
        folds.take(self._folds, event, time.time())
        self._publish_outside(event)

    def _ended(self, fold: Fold) -> bool:
        known = self._folds.get((fold.repeat, fold.number))
        return known is not None and known.status != "running"


def recipe_of(recipe: Recipe, fold: Fold) -> Recipe:
    """Return the recipe of one fold's network: its own seed, its share of the time."""
    own = {"seed": fold.seed(recipe.train.seed), "max_minutes": _minutes(recipe)}
    return recipe.model_copy(update={"train": recipe.train.model_copy(update=own)})


def refit(source: Source) -> Source:
    """Return the source of the network that learns from all training rows: nothing is validated on, and its epochs are set."""
    recipe = source.recipe
    train = recipe.train.model_copy(update={"stop_when": "", "max_minutes": _minutes(recipe)})
    alone = recipe.model_copy(update={"early_stopping": None, "train": train})
    everything = np.sort(np.concatenate([source.train, source.validation]))
    return replace(source, recipe=alone, train=everything, validation=np.empty(0, np.int64))


def _minutes(recipe: Recipe) -> float:
    """Return each network's share of the time that the run may take."""
    return recipe.train.max_minutes / (recipe.folds.k * recipe.folds.repeats + recipe.folds.refit)
