"""What the preview shows: the very pictures that training will see in an epoch, beside the rows they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.fields import Recipe
from tuiml.tasks import catalog
from tuiml.tasks.base import Data
from tuiml.tasks.split import split


@dataclass(frozen=True, eq=False)
class Pairs:
    """Some training pictures, before and after (n, h, w, c) uint8, and what was drawn for each.

    `epoch` (from 1) is the one that draws them, `rows` are their numbers in the task's training array.
    """

    epoch: int
    rows: npt.NDArray[np.int64]
    before: npt.NDArray[Any]
    after: npt.NDArray[Any]
    drawn: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Pictures:
    """A task's data with the numbers of the rows that are trained on."""

    data: Data
    rows: npt.NDArray[np.int64]


def load(recipe: Recipe, progress: Callable[[str], None]) -> Pictures:
    """Read the task's data. Raises DataError. Takes seconds for large data: call it off the UI loop."""
    fields = recipe.data.model_dump()
    data = catalog.find(recipe.task).load(fields, progress)
    return Pictures(data, split(data, fields, recipe.train.seed)[0])


def preview_pairs(recipe: Recipe, epoch: int, count: int, first: int = 0, pictures: Pictures | None = None) -> Pairs:
    """Return `count` training pictures from the `first`-th on as epoch `epoch` (from 1) of training draws them.

    Seed, epoch and index (a row's number in the task's training array) are those of training, so are the pixels.
    Reads the data where no `pictures` are given, which may raise DataError: a screen always gives them.
    Raises AugmentError when the operations do not suit the pictures.
    """
    import augment

    pictures = pictures or load(recipe, lambda what: None)
    rows = pictures.rows[first : first + count]
    before = pictures.data.train_x[rows]
    pipeline = augment.parse(recipe.augment.ops)
    height, width, channels = pictures.data.shape
    plan = pipeline.draw(rows, (height, width, channels), seed=recipe.train.seed, epoch=epoch)
    labels = tuple(
        pictures.data.classes[number] if pictures.data.classes else f"{number}"
        for number in pictures.data.train_y[rows]
    )
    white = pipeline.output_range(255.0)
    return Pairs(
        epoch,
        rows,
        before,
        _pixels(pipeline.apply(before, plan), white),
        tuple(plan.describe(i) for i in range(len(plan))),
        labels,
    )


def _pixels(images: npt.NDArray[Any], white: float) -> npt.NDArray[np.uint8]:
    """Return pictures to look at: what a rescaling made of 0..255 is brought back to it."""
    return images if images.dtype == np.uint8 else np.clip(np.round(images * (255.0 / white)), 0, 255).astype(np.uint8)
