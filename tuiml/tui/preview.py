"""What the preview shows: the very pictures that training will see in an epoch, beside the rows they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from augment import Pipeline
from augment.mix import Pool
from tuiml.errors import DataError
from tuiml.fields import Recipe
from tuiml.tasks import augmentation, catalog, mixing
from tuiml.tasks.base import Data
from tuiml.tasks.split import split
from tuiml.text import clean
from tuiml.tui import samples
from tuiml.tui.samples import Samples


@dataclass(frozen=True, eq=False)
class Pairs:
    """Some training pictures, before and after (n, h, w, c) uint8, and what was drawn for each.

    `epoch` (from 1) is the one that draws them, offline the number of the copy; `rows` are their numbers in the task's
    training array.
    """

    epoch: int
    rows: npt.NDArray[np.int64]
    before: npt.NDArray[Any]
    after: npt.NDArray[Any]
    drawn: tuple[str, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Pictures:
    """A task's data, the numbers of the rows that are trained on, their pipeline, whom it mixes them with, and what it may do amiss."""

    data: Data
    rows: npt.NDArray[np.int64]
    pipeline: Pipeline
    partners: Pool | None = None
    hints: tuple[str, ...] = ()


def load(recipe: Recipe, progress: Callable[[str], None]) -> Pictures | Samples:
    """Read the task's data: pictures, or samples of other rows. Raises DataError. Takes seconds: call it off the UI loop."""
    fields, task = recipe.data.model_dump(), catalog.of(recipe)
    data = task.load(fields, progress)
    rows = split(data, fields, recipe.train.seed, folds=recipe.folds.k > 0).train
    if not data.pictures:
        return samples.load(recipe, data, rows, progress)
    pipeline = augmentation.pipeline_for(recipe, data.train_x, rows, progress)
    hints = augmentation.hints_for(recipe, task, pipeline, data.train_x, rows) if pipeline else []
    partners = mixing.pool(pipeline, data.train_x, data.train_y, rows, len(data.classes))
    return Pictures(data, rows, pipeline, partners, tuple(hints))


def preview_pairs(recipe: Recipe, epoch: int, count: int, first: int = 0, pictures: Pictures | None = None) -> Pairs:
    """Return `count` training pictures from the `first`-th on as epoch `epoch` (from 1) of training draws them.

    Seed, epoch and index (a row's number in the task's training array) are those of training, so are the pixels.
    Reads the data where no `pictures` are given, which may raise DataError: a screen always gives them.
    Raises AugmentError when the operations do not suit the pictures.
    """
    if pictures is None:
        pictures = _pictures(recipe)
    rows = pictures.rows[first : first + count]
    before = pictures.data.train_x[rows]
    pipeline = pictures.pipeline
    height, width, channels = pictures.data.shape
    plan = pipeline.draw(rows, (height, width, channels), seed=recipe.train.seed, epoch=epoch)
    told = tuple(plan.describe(i) for i in range(len(plan)))
    classes, numbers = pictures.data.classes, pictures.data.train_y[rows]
    if pictures.partners is None:
        after = pipeline.apply(before, plan)
        labels = tuple(classes[number] if classes else f"{number}" for number in numbers)
    else:
        shares = mixing.one_hot(numbers, len(classes))
        after, shares = pipeline.apply(before, plan, labels=shares, pool=pictures.partners)
        labels = tuple(_shares(row, classes) for row in shares)
    return Pairs(epoch, rows, before, _pixels(after, pipeline.output_range(255.0)), told, labels)


def _pictures(recipe: Recipe) -> Pictures:
    loaded = load(recipe, lambda what: None)
    if not isinstance(loaded, Pictures):
        raise DataError(f"The rows of {clean(recipe.task)} are not pictures; there is nothing to draw.")
    return loaded


def _shares(row: npt.NDArray[np.float32], classes: tuple[str, ...]) -> str:
    """Return a mixed label in few words: its classes, the largest share first, and that share: "3+8 72 %"."""
    largest = [int(number) for number in np.argsort(-row, kind="stable") if row[number] >= 0.005]
    names = "+".join(classes[number] for number in largest)
    return names if len(largest) == 1 else f"{names} {100 * row[largest[0]]:.0f} %"


def _pixels(images: npt.NDArray[Any], white: float) -> npt.NDArray[np.uint8]:
    """Return pictures to look at: what a rescaling made of 0..255 is brought back to it.

    Normalized pictures have values beyond black and white: each is stretched from its least to its greatest.
    """
    if images.dtype == np.uint8:
        return images
    low = images.min(axis=(1, 2, 3), keepdims=True, initial=0)
    high = images.max(axis=(1, 2, 3), keepdims=True, initial=white)
    beyond = (low < 0) | (high > white)
    low = np.where(beyond, images.min(axis=(1, 2, 3), keepdims=True), 0)
    span = np.where(beyond, images.max(axis=(1, 2, 3), keepdims=True) - low, white)
    return np.clip(np.round((images - low) * (255.0 / np.maximum(span, 1e-12))), 0, 255).astype(np.uint8)
