"""From a recipe to the rows of its splits, ready to be fed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

import augment
from tuiml.errors import RecipeError
from tuiml.fields import Recipe
from tuiml.tasks import augmentation, catalog, check, heads, noise, offline, prepare, split
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.sequences import Sequences
from tuiml.train.feed import Feed
from tuiml.train.inputs import Input

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """A recipe's task with its data, and the numbers of the rows of each split: folds are cut from it again and again.

    `test` are rows of `data.train_x` where the data brings no test set, else None. `notices` are sentences about rows that
    were left out, or are on both sides of a split.
    """

    recipe: Recipe
    task: Task
    data: Data
    train: Numbers
    validation: Numbers
    test: Numbers | None
    notices: tuple[str, ...] = ()

    @cached_property
    def taught(self) -> npt.NDArray[Any]:
        """y as training rows are taught it, some of it wrong where that is asked for: the same in every fold."""
        y, share = self.data.train_y, self.recipe.data.label_noise
        return noise.noisy(y, self.train, share, len(self.data.classes), self.recipe.train.seed) if share else y

    @cached_property
    def texts(self) -> tuple[Any, Any]:
        """Prepared training and test texts: nothing is learned from them, so that all folds share them."""
        ready = prepare.fit(self.recipe, self.data, self.train)
        return ready(self.data.train_x), ready(self.data.test_x)


@dataclass(frozen=True)
class Rows:
    """A task's data, the head it asks for and one feed per split.

    `input` is what the network is given of a row; `class_weights` (classes,) what a training row of each class counts, or
    None. `copies` are how many of the training rows offline augmentation has made; `hints` what the augmentation may do
    amiss; `steady` is what all pictures go through, those to predict as well.
    """

    data: Data
    head: heads.Head
    train: Feed
    validation: Feed | None
    test: Feed
    input: Input
    preparation: prepare.Preparation
    copies: int = 0
    hints: tuple[str, ...] = ()
    steady: augment.Pipeline = field(default_factory=augment.Pipeline)
    class_weights: npt.NDArray[np.float32] | None = None

    def counts(self) -> tuple[int, int, int]:
        """Rows of train, validation and test."""
        return len(self.train.rows), len(self.validation.rows) if self.validation else 0, len(self.test.rows)

    def close(self) -> None:
        """End the feeds' threads."""
        for feed in (self.train, self.validation, self.test):
            if feed is not None:
                feed.close()


def load(recipe: Recipe, tell: Progress) -> Rows:
    """Check the recipe against its task, load the data, split it and prepare it. Raises RecipeError, DataError."""
    source = read(recipe, tell)
    return feeds(source, source.train, source.validation, tell)


def read(recipe: Recipe, tell: Progress) -> Source:
    """Check the recipe against its task, load the data and split it. Raises RecipeError, DataError."""
    task = catalog.of(recipe)
    problems = check.check(recipe, task)
    if problems:
        raise RecipeError(problems)
    data = task.load(recipe.data.model_dump(), tell)
    catalog.forget()  # a runner lives long, and has no use for a second copy of the rows
    parts = split.split(data, recipe.data.model_dump(), recipe.train.seed, folds=recipe.folds.k > 0)
    notices = (*data.notices, *parts.notices)
    return Source(recipe, task, data, parts.train, parts.validation, parts.test, notices)


def feeds(
    source: Source, train_rows: Numbers, validation_rows: Numbers, tell: Progress, recipe: Recipe | None = None
) -> Rows:
    """Return the feeds of these training and validation rows, and of the test rows. Raises DataError.

    Random augmentation reaches the training rows alone, and what needs to be known of the data is measured on them alone;
    validation and test rows go through what all rows do.
    """
    recipe, data = recipe or source.recipe, source.data
    seed = recipe.train.seed
    preparation = prepare.fit(recipe, data, train_rows)
    x, test_x = source.texts if preparation.words else (preparation(data.train_x), None)
    y, trained_y = data.train_y, source.taught
    pipeline = augmentation.pipeline_for(recipe, x, train_rows, tell)
    hints = augmentation.measured_hints(recipe, pipeline, x, train_rows) if pipeline else []
    steady = pipeline.evaluation()
    blanked = preparation.blanked(data.train_x, train_rows, recipe.data.mask, source.recipe.train.seed)
    trained_x = x if blanked is data.train_x else preparation(blanked)
    train, copies = _training_feed(recipe, len(data.classes), trained_x, trained_y, train_rows, pipeline, tell)
    calm = max(recipe.train.batch_size, 256)  # metrics are sums: a larger batch gives the same figures sooner

    def feed(x: Any, y: Any, rows: Numbers) -> Feed:
        if steady:
            x, y, rows = _through(steady, x[rows]), y[rows], np.arange(len(rows))
        return Feed(x, y, rows, calm, seed)

    test = (
        feed(preparation(data.test_x) if test_x is None else test_x, data.test_y, np.arange(len(data.test_y)))
        if source.test is None
        else feed(x, y, source.test)
    )
    return Rows(
        data=data,
        head=_head(recipe, source, trained_y[train_rows]),
        train=train,
        validation=feed(x, y, validation_rows) if len(validation_rows) else None,
        test=test,
        input=_input(recipe, data, train, steady),
        preparation=preparation,
        copies=copies,
        hints=tuple(hints),
        steady=steady,
        class_weights=_class_weights(recipe, source.task, data, trained_y[train_rows]),
    )


def _head(recipe: Recipe, source: Source, y: npt.NDArray[Any]) -> heads.Head:
    """Return the head for training targets `y`, which may be far from 0 and far apart."""
    head = check.head_of(recipe, source.task, source.data.outputs)
    if not (recipe.data.scale_target and source.task.kind == "value" and head.activation == "linear"):
        return head
    columns = y.reshape(len(y), -1).astype(np.float64)
    spread = columns.std(0)
    return replace(head, center=tuple(columns.mean(0).tolist()), spread=tuple(np.where(spread, spread, 1.0).tolist()))


def _class_weights(recipe: Recipe, task: Task, data: Data, y: npt.NDArray[Any]) -> npt.NDArray[np.float32] | None:
    if recipe.data.class_weights == "none" or task.kind not in ("binary", "one_of_n"):
        return None
    return noise.class_weights(y, len(data.classes))


def _input(recipe: Recipe, data: Data, train: Feed, steady: augment.Pipeline) -> Input:
    """Return what the network is given of a row: texts as the words they have, or as the numbers of their words in order."""
    sparse = isinstance(train.x, Sequences)
    words = recipe.data.words if data.form == "text" and not sparse else 0
    return Input(train.row_shape, augmentation.scale(steady) if data.pictures else None, sparse, words)


def _training_feed(
    recipe: Recipe, classes: int, x: Any, y: Any, rows: Numbers, pipeline: augment.Pipeline, tell: Progress
) -> tuple[Feed, int]:
    """Return the feed of the training rows and how many of them are copies: online, pictures are drawn as they are fed."""
    seed, copies = recipe.train.seed, offline.copies_of(recipe)
    if copies:
        x, y = offline.expand(x, y, rows, pipeline, copies, seed, classes, tell)
        pipeline, made, rows = augment.Pipeline(), copies * len(rows), np.arange(len(x))
    else:
        made = 0
    batch_size = len(rows) if recipe.train.full_batch else recipe.train.batch_size
    return Feed(x, y, rows, batch_size, seed, shuffle=True, pipeline=pipeline, classes=classes), made


def _through(pipeline: augment.Pipeline, x: Any) -> Any:
    return pipeline(x, seed=0, epoch=0, index=np.arange(len(x))) if pipeline and len(x) else x
