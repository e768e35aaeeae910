"""At the end of a run: what its network says of validation and test rows, left in the run folder for those without Keras."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.runs import predictions
from tuiml.runs.folder import RunFolder
from tuiml.runs.predictions import MOST, About, Predictions, Split
from tuiml.tasks.described import Described
from tuiml.tasks.scores import row_losses
from tuiml.train.feed import Feed
from tuiml.train.loop import CompiledLoop
from tuiml.train.rows import Rows, Source

Numbers = npt.NDArray[np.int64]


def write(folder: RunFolder, source: Source, rows: Rows, loop: CompiledLoop, epoch: int | None) -> None:
    """Write preparation.json and the predictions of validation and test rows by the weights the model has now.

    `epoch` is the one they are of. A network with several outputs leaves none. Raises StorageError; what `loop.predict`
    raises when a stop is wished.
    """
    predictions.drop(folder)
    predictions.write_preparation(folder, preparation(source, rows))
    if len(loop.model.outputs) != 1:
        return
    penalty = weights_penalty(loop.model)
    for split, feed, numbers in splits(source, rows):
        chosen = sample(len(numbers))
        part = Feed(feed.x, feed.y, feed.rows[chosen], feed.batch_size, feed.seed)
        try:
            outputs = np.asarray(loop.predict(part), np.float32).reshape(len(chosen), -1)
        finally:
            part.close()
        about = About(split, _of(source, split), len(numbers), penalty, epoch)
        y = feed.y[part.rows]
        predictions.write(
            folder, Predictions(about, numbers[chosen], y, outputs, row_losses(rows.head.loss, y, outputs))
        )


def weights_penalty(model: Any) -> float:
    """Return what L1 and L2 on the weights add to the loss; activities, which depend on rows, are left out."""
    regularized = [weight for weight in model.trainable_weights if weight.regularizer is not None]
    return float(sum(float(weight.regularizer(weight)) for weight in regularized))


def preparation(source: Source, rows: Rows) -> dict[str, Any]:
    """Return what preparation.json holds: how the network takes rows, and what its outputs mean."""
    task, data = source.task, rows.data
    known = Described.of(task.name, task.kind, data, rows.head, rows.preparation, rows.steady)
    return known.to_json() | {"version": 1, "input": asdict(rows.input)}


def splits(source: Source, rows: Rows) -> list[tuple[Split, Feed, Numbers]]:
    """Return (name, feed, row numbers as the data counts them) of the splits that have rows."""
    found: list[tuple[Split, Feed, Numbers]] = []
    if rows.validation is not None and len(rows.validation.rows):
        found.append(("validation", rows.validation, source.validation))
    if len(rows.test.rows):
        numbers = np.arange(len(source.data.test_y)) if source.test is None else source.test
        found.append(("test", rows.test, numbers))
    return found


def sample(total: int, most: int = MOST) -> Numbers:
    """Return the places of at most `most` rows, evenly spread over all."""
    return np.unique(np.linspace(0, total - 1, min(total, most)).astype(np.int64))


def _of(source: Source, split: Split) -> Any:
    return "test" if split == "test" and source.test is None else "train"
