"""From a recipe to the rows of its splits, ready to be fed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import augment
from tuiml.errors import DataError, RecipeError
from tuiml.fields import Recipe
from tuiml.tasks import augmentation, catalog, check, heads, offline, prepare, split
from tuiml.tasks.base import Data, Progress, Task
from tuiml.train.feed import Feed

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Source:
    """A recipe's task with its data, and the numbers of the rows of each split: folds are cut from it again and again.

    `test` are rows of `data.train_x` where the data brings no test set, else None.
    """

    recipe: Recipe
    task: Task
    data: Data
    train: Numbers
    validation: Numbers
    test: Numbers | None


@dataclass(frozen=True)
class Rows:
    """A task's data, the head it asks for and one feed per split.

    `shape` is that of a row as the network sees it; `scale` what the network multiplies it with first, or None.
    `copies` are how many of the training rows offline augmentation has made; `hints` what the augmentation may do amiss.
    """

    data: Data
    head: heads.Head
    train: Feed
    validation: Feed | None
    test: Feed
    shape: tuple[int, ...]
    scale: float | None
    preparation: prepare.Preparation
    copies: int = 0
    hints: tuple[str, ...] = ()

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
    train, validation = split.split(data, recipe.data.model_dump(), recipe.train.seed)
    if len(train) == 0:
        raise DataError(f"{recipe.task} leaves no rows to train on: validation takes all {len(validation)}.")
    return Source(recipe, task, data, train, validation, None)


def feeds(source: Source, train_rows: Numbers, validation_rows: Numbers, tell: Progress) -> Rows:
    """Return the feeds of these training and validation rows, and of the test rows. Raises DataError.

    Random augmentation reaches the training rows alone, and what needs to be known of the data is measured on them alone;
    validation and test rows go through what all rows do.
    """
    recipe, data, seed = source.recipe, source.data, source.recipe.train.seed
    preparation = prepare.fit(recipe, data, train_rows)
    x, y = preparation(data.train_x), data.train_y
    pipeline = augmentation.pipeline_for(recipe, x, train_rows, tell)
    hints = augmentation.measured_hints(recipe, pipeline, x, train_rows) if pipeline else []
    steady = pipeline.evaluation()
    train, copies = _training_feed(recipe, data, x, train_rows, pipeline, tell)
    calm = max(recipe.train.batch_size, 256)  # metrics are sums: a larger batch gives the same figures sooner

    def feed(x: Any, y: Any, rows: Numbers) -> Feed:
        if steady:
            x, y, rows = _through(steady, x[rows]), y[rows], np.arange(len(rows))
        return Feed(x, y, rows, calm, seed)

    test = (
        feed(preparation(data.test_x), data.test_y, np.arange(len(data.test_y)))
        if source.test is None
        else feed(x, y, source.test)
    )
    return Rows(
        data=data,
        head=check.head_of(recipe, source.task, data.outputs),
        train=train,
        validation=feed(x, y, validation_rows) if len(validation_rows) else None,
        test=test,
        shape=train.row_shape,
        scale=augmentation.scale(steady) if data.pictures else None,
        preparation=preparation,
        copies=copies,
        hints=tuple(hints),
    )


def _training_feed(
    recipe: Recipe, data: Data, x: Any, rows: Numbers, pipeline: augment.Pipeline, tell: Progress
) -> tuple[Feed, int]:
    """Return the feed of the training rows and how many of them are copies: online, pictures are drawn as they are fed."""
    y, seed = data.train_y, recipe.train.seed
    copies, classes = offline.copies_of(recipe), len(data.classes)
    if copies:
        x, y = offline.expand(x, y, rows, pipeline, copies, seed, classes, tell)
        pipeline, made, rows = augment.Pipeline(), copies * len(rows), np.arange(len(x))
    else:
        made = 0
    batch_size = len(rows) if recipe.train.full_batch else recipe.train.batch_size
    return Feed(x, y, rows, batch_size, seed, shuffle=True, pipeline=pipeline, classes=classes), made


def _through(pipeline: augment.Pipeline, x: Any) -> Any:
    return pipeline(x, seed=0, epoch=0, index=np.arange(len(x))) if pipeline and len(x) else x
