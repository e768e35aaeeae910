"""What the preview shows: the very pictures that training will see in an epoch, beside the rows they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

import augment
from augment import Pipeline
from augment.images import Images
from augment.mix import Pool
from augment.normalize import Fitted, Spread, Zca
from augment.transform import Geometry
from tuiml.errors import DataError
from tuiml.fields import Recipe
from tuiml.tasks import augmentation, catalog, mixing, noise
from tuiml.tasks.base import Data, Task
from tuiml.tasks.split import split
from tuiml.text import clean
from tuiml.tui.darkroom import samples
from tuiml.tui.darkroom.samples import Samples

Told = Callable[[str], None]
_KEPT = 2
"""Pipelines whose statistics are kept: a whitening matrix may have hundreds of megabytes."""


def _statistical(ops: Iterable[augment.Op]) -> str:
    """Return what the statistics of a pipeline follow from, as text."""
    return ",".join(str(op.evaluation() or isinstance(op, Geometry)) for op in ops)


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
    """A task's data, read once, with the numbers of the rows that are trained on, and y as they are taught it.

    Pipelines come and go: `ready` gives one its statistics, which are measured again only when they would differ.
    """

    task: Task
    data: Data
    rows: npt.NDArray[np.int64]
    taught: npt.NDArray[Any]
    statistics: dict[str, list[Any]] = field(default_factory=dict)
    spreads: dict[str, Spread] = field(default_factory=dict)

    def ready(self, pipeline: Pipeline, progress: Told = lambda what: None) -> Pipeline:
        """Return the pipeline with the statistics that it needs, those of the training rows. Raises AugmentError."""
        if not pipeline.needs_fit:
            return pipeline
        # Statistics follow from what happens to all pictures, and from where geometry stands: not from what is drawn.
        key = _statistical(pipeline.ops)
        if key not in self.statistics:
            progress(f"measuring the statistics of {len(self.rows):,} training pictures")
            fitted = pipeline.fit(self.data.train_x[self.rows], measure=partial(self._measured, pipeline))
            while len(self.statistics) >= _KEPT:
                del self.statistics[next(iter(self.statistics))]
            self.statistics[key] = [op.statistics for op in fitted.ops if isinstance(op, Fitted)]
        known = iter(self.statistics[key])
        ops = (op.with_statistics(next(known)) if isinstance(op, Fitted) else op for op in pipeline.ops)
        return Pipeline(ops, value_range=pipeline.value_range)

    def _measured(self, pipeline: Pipeline, op: Fitted, images: Images) -> Mapping[str, Any]:
        """Return an op's statistics; those of the last whitening serve another epsilon, too."""
        if not isinstance(op, Zca) or sum(isinstance(other, Zca) for other in pipeline.ops) > 1:
            return op.measure(images)
        key = _statistical([Zca(mean=op.mean) if isinstance(other, Zca) else other for other in pipeline.ops])
        if key not in self.spreads:
            self.spreads.clear()
            self.spreads[key] = op.spread(images)
        return op.whitening(self.spreads[key])

    @cached_property
    def one_hot(self) -> npt.NDArray[np.float32]:
        """The labels that training rows are taught, each as zeros with a one."""
        return mixing.one_hot(self.taught[self.rows], len(self.data.classes))

    def partners(self, pipeline: Pipeline) -> Pool | None:
        """Return what mixup and cutmix mix with: the training rows alone; None where the pipeline does not mix."""
        return Pool(self.data.train_x, self.one_hot, self.rows, self.rows) if mixing.mixes(pipeline) else None


def load(recipe: Recipe, progress: Told) -> Pictures | Samples:
    """Read the task's data: pictures, or samples of other rows. Raises DataError. Takes seconds: call it off the UI loop."""
    fields, task = recipe.data.model_dump(), catalog.of(recipe)
    data = task.load(fields, progress)
    rows = split(data, fields, recipe.train.seed, folds=recipe.folds.k > 0).train
    share = recipe.data.label_noise
    taught = noise.noisy(data.train_y, rows, share, len(data.classes), recipe.train.seed) if share else data.train_y
    if not data.pictures:
        return samples.load(recipe, data, rows, taught, progress)
    return Pictures(task, data, rows, taught)


def preview_pairs(recipe: Recipe, epoch: int, count: int, first: int = 0, pictures: Pictures | None = None) -> Pairs:
    """Return `count` training pictures from the `first`-th on as epoch `epoch` (from 1) of training draws them.

    Seed, epoch and index (a row's number in the task's training array) are those of training, so are the pixels.
    Reads the data where no `pictures` are given, which may raise DataError: a screen always gives them.
    Raises AugmentError when the operations do not suit the pictures.
    """
    if pictures is None:
        pictures = _pictures(recipe)
    pipeline = pictures.ready(augment.parse(recipe.augment.ops))
    return pairs(pictures, pipeline, recipe.train.seed, epoch, first, count)


def pairs(pictures: Pictures, pipeline: Pipeline, seed: int, epoch: int, first: int, count: int) -> Pairs:
    """Return what a pipeline that is `ready` makes of `count` training pictures. Raises AugmentError."""
    rows = pictures.rows[first : first + count]
    before = pictures.data.train_x[rows]
    height, width, channels = pictures.data.shape
    plan = pipeline.draw(rows, (height, width, channels), seed=seed, epoch=epoch)
    told = tuple(plan.describe(i) for i in range(len(plan)))
    partners = pictures.partners(pipeline)
    if partners is None:
        after = pipeline.apply(before, plan)
        labels = tuple(_label(pictures, int(row)) for row in rows)
    else:
        shares = mixing.one_hot(pictures.taught[rows], len(pictures.data.classes))
        after, shares = pipeline.apply(before, plan, labels=shares, pool=partners)
        labels = tuple(_shares(row, pictures.data.classes) for row in shares)
    return Pairs(epoch, rows, before, _pixels(after, pipeline.output_range(255.0)), told, labels)


def extremes(
    pictures: Pictures, ends: tuple[Pipeline, Pipeline], seed: int, epoch: int, first: int, count: int
) -> Pairs:
    """Return the pictures as two pipelines make them, the first's as `before`. Raises AugmentError."""
    least, most = (pairs(pictures, pipeline, seed, epoch, first, count) for pipeline in ends)
    drawn = tuple(f"{left} | {right}" for left, right in zip(least.drawn, most.drawn, strict=True))
    return Pairs(epoch, least.rows, least.after, most.after, drawn, least.labels)


def hints(recipe: Recipe, pictures: Pictures, pipeline: Pipeline) -> tuple[str, ...]:
    """Return what a pipeline that is `ready` may do amiss to labels and pictures, measured on training rows."""
    if not pipeline:
        return ()
    return tuple(augmentation.hints_for(recipe, pictures.task, pipeline, pictures.data.train_x, pictures.rows))


def _pictures(recipe: Recipe) -> Pictures:
    loaded = load(recipe, lambda what: None)
    if not isinstance(loaded, Pictures):
        raise DataError(f"The rows of {clean(recipe.task)} are not pictures; there is nothing to draw.")
    return loaded


def _label(pictures: Pictures, row: int) -> str:
    """Return a row's label, and the wrong one that it is taught where that is asked for."""
    classes = pictures.data.classes
    names = [samples.name(y, classes) for y in (pictures.data.train_y[row], pictures.taught[row])]
    return names[0] if names[0] == names[1] else f"{names[0]}, taught {names[1]}"


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
