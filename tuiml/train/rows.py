"""From a recipe to the rows of its splits, ready to be fed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import augment
from tuiml.errors import DataError, RecipeError
from tuiml.fields import Recipe
from tuiml.tasks import catalog, check, heads, split
from tuiml.tasks.base import Data, Progress
from tuiml.train.feed import Feed


@dataclass(frozen=True)
class Rows:
    """A task's data, the head it asks for and one feed per split.

    `shape` is that of a row as the network sees it; `scale` what the network multiplies it with first, or None.
    """

    data: Data
    head: heads.Head
    train: Feed
    validation: Feed | None
    test: Feed
    shape: tuple[int, ...]
    scale: float | None

    def counts(self) -> tuple[int, int, int]:
        """Rows of train, validation and test."""
        return len(self.train.rows), len(self.validation.rows) if self.validation else 0, len(self.test.rows)

    def close(self) -> None:
        """End the feeds' threads."""
        for feed in (self.train, self.validation, self.test):
            if feed is not None:
                feed.close()


def load(recipe: Recipe, tell: Progress) -> Rows:
    """Check the recipe against its task, load the data and split it. Raises RecipeError, DataError.

    Random augmentation reaches the training rows alone; validation and test rows go through what all pictures do.
    """
    task = catalog.find(recipe.task)
    problems = check.check(recipe, task)
    if problems:
        raise RecipeError(problems)
    fields, seed = recipe.data.model_dump(), recipe.train.seed
    data = task.load(fields, tell)
    train_rows, validation_rows = split.split(data, fields, seed)
    if len(train_rows) == 0:
        raise DataError(f"{recipe.task} leaves no rows to train on: validation takes all {len(validation_rows)}.")
    pipeline = augment.parse(recipe.augment.ops)
    steady = pipeline.evaluation()
    batch_size = recipe.train.batch_size
    train = Feed(data.train_x, data.train_y, train_rows, batch_size, seed, shuffle=True, pipeline=pipeline)
    calm = max(batch_size, 256)  # metrics are sums: a larger batch gives the same figures sooner
    x, y, rows = data.train_x, data.train_y, validation_rows
    if steady:
        x, y, rows = _through(steady, x[rows]), y[rows], np.arange(len(rows))
    test = Feed(_through(steady, data.test_x), data.test_y, np.arange(len(data.test_x)), calm, seed)
    return Rows(
        data=data,
        head=heads.choose(task.kind, len(data.classes), recipe.model),
        train=train,
        validation=Feed(x, y, rows, calm, seed) if len(rows) else None,
        test=test,
        shape=train.row_shape,
        scale=1 / 255 if data.pictures and not any(op.name == "rescale" for op in steady.ops) else None,
    )


def _through(pipeline: augment.Pipeline, x: Any) -> Any:
    return pipeline(x, seed=0, epoch=0, index=np.arange(len(x))) if pipeline and len(x) else x
