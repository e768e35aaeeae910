"""A trained run's network, rebuilt from its recipe, with the weights that the run left; and what it says of rows.

The network is built anew instead of being read from model.keras: weights are arrays of known shapes, nothing else that
lies in a weights file is looked at, and a network that was trained on sparse rows can be given dense ones. A run with a
model file contains code, and building its network runs it (docs/model-files.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import StorageError, UsageError
from tuiml.fields import Recipe
from tuiml.runs import archive, predictions
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.tasks.base import Progress
from tuiml.tasks.base import Rows as TaskRows
from tuiml.tasks.described import Described
from tuiml.tasks.sequences import Sequences
from tuiml.train.inputs import Input

_BATCH = 256
_MOST_NUMBERS = 2**26
"""What a row may have at most: no recipe makes more, and a damaged file must not ask for all memory."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A run's network, which takes dense rows. `weights` says in words which weights it has, `epoch` of which epoch."""

    model: Any
    described: Described
    recipe: Recipe
    weights: str
    epoch: int | None

    def outputs(self, x: TaskRows) -> npt.NDArray[np.float32]:
        """Return what the network says of rows as they were read: (n, units)."""
        return self.of_prepared(self.described(x))

    def of_prepared(self, x: TaskRows) -> npt.NDArray[np.float32]:
        """Return what the network says of prepared rows: (n, units)."""
        parts = [np.asarray(self.model.predict_on_batch(rows), np.float32) for rows in _batches(x)]
        units = self.described.head.units
        return np.concatenate([part.reshape(len(part), -1) for part in parts] or [np.empty((0, units), np.float32)])

    def ready(self, x: TaskRows) -> npt.NDArray[Any]:
        """Return rows as read as the array that the network is given. For few rows at a time: texts become dense."""
        prepared = self.described(x)
        given = dense(prepared) if isinstance(prepared, Sequences) else prepared
        return np.asarray(given, self.model.inputs[0].dtype)

    def judged(self, x: TaskRows, y: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float32], dict[str, float]]:
        """Return what the network says of prepared rows (n, units), and all the metrics that the recipe asks for.

        The loss is the data's alone, as in training.
        """
        import keras

        from tuiml.train.steps import Steps

        steps = Steps(self.model, False, None)
        numbers = self.described.head.one_hot and y.ndim == 1
        truth = np.eye(self.described.head.units, dtype=np.float32)[y] if numbers else y
        self.model.reset_metrics()
        parts = []
        for at, rows in enumerate(_batches(x)):
            said = self.model.predict_on_batch(rows)
            right = truth[at * _BATCH : (at + 1) * _BATCH]
            predicted = keras.ops.convert_to_tensor(said)
            loss = steps.loss(steps.target(right), predicted)
            self.model.metrics[0].update_state(loss, sample_weight=float(len(rows)))
            self.model.compute_metrics(rows, right, predicted)
            parts.append(np.asarray(said, np.float32).reshape(len(rows), -1))
        metrics = {name: float(value) for name, value in self.model.get_metrics_result().items()}
        return np.concatenate(parts), metrics


def load(folder: RunFolder, recipe: Recipe, state: RunState, weights: str, tell: Progress) -> Trained:
    """Return the network of a run with its "final" weights or those of its "best" epoch; imports TensorFlow.

    Raises UsageError when the run left no such weights, StorageError when they or preparation.json are damaged, and what
    reading the task raises where an older run has no preparation.json.
    """
    chosen = _find(folder, state, weights)
    from tuiml.train import devices

    tell("importing TensorFlow")
    devices.import_framework()
    devices.choose("auto", deterministic=False)
    described, given = _described(folder, recipe, tell)
    from tuiml.train import model

    network = model.build(recipe, given, described.head)
    words, epoch = chosen.into(network)
    return Trained(network, described, recipe, words, epoch)


def prepared(folder: RunFolder, recipe: Recipe, tell: Progress) -> dict[str, Any]:
    """Return what preparation.json holds; where a run was stopped in a hurry, or still trains, the data tells. Raises TuimlError."""
    stored = predictions.read_preparation(folder)
    if stored is not None:
        return stored
    from tuiml.train import rows
    from tuiml.train.predictions import preparation

    source = rows.read(recipe, tell)
    found = rows.feeds(source, source.train, source.validation, tell)
    found.close()
    return preparation(source, found)


def _described(folder: RunFolder, recipe: Recipe, tell: Progress) -> tuple[Described, Input]:
    where = str(folder.path / "preparation.json")
    stored = prepared(folder, recipe, tell)
    return Described.read(stored, where), _input(stored.get("input"), where)


def _input(stored: Any, where: str) -> Input:
    try:
        given = Input(**stored)
        shape = tuple(int(side) for side in given.shape)
        if min(shape) < 1 or prod(shape) > _MOST_NUMBERS:
            raise ValueError(f"rows of the shape {shape}")
        return replace(given, shape=shape, sparse=False)
    except (TypeError, ValueError) as error:
        raise StorageError(f"{where} is damaged: {error}.") from None


@dataclass(frozen=True)
class _Weights:
    """Where weights lie: model.keras, or a checkpoint."""

    folder: RunFolder
    state: RunState
    checkpoint: Any = None

    def into(self, network: Any) -> tuple[str, int | None]:
        """Give them to the network; return which they are, in words, and of which epoch. Raises StorageError."""
        if self.checkpoint is not None:
            from tuiml.train import checkpoint

            found = self.checkpoint
            checkpoint.restore(network, found, weights_only=True)
            batches = f" and {found.step} batches" if found.step else ""
            return f"of its checkpoint after epoch {found.epoch}{batches}", None if found.step else found.epoch
        archive.check(self.folder.model)
        try:
            network.load_weights(self.folder.model)
        except (ValueError, KeyError, OSError, TypeError) as error:
            reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
            raise StorageError(f"{self.folder.model} does not fit this run's recipe: {reason}") from None
        epoch = self.state.final_epoch
        return "that it ended with" + (f", of epoch {epoch}" if epoch else ""), epoch


def _find(folder: RunFolder, state: RunState, weights: str) -> _Weights:
    """Return where the wanted weights lie. Raises UsageError when the run left none, without importing TensorFlow."""
    from tuiml.train import checkpoint

    if weights == "best":
        best = _checked(checkpoint.load, folder.checkpoints / "best.npz")
        if best is None:
            raise UsageError(f"{folder.id} has no best epoch: without validation rows there is no validation loss.")
        return _Weights(folder, state, best)
    ended = state.status in ("finished", "stopped") and state.exit_code not in (129, 143)
    if ended and folder.model.exists():
        return _Weights(folder, state)
    for path in sorted(folder.checkpoints.glob("last-*.npz"), reverse=True):
        newest = _checked(checkpoint.load, path)
        if newest is not None:
            return _Weights(folder, state, newest)
    if folder.model.exists():
        return _Weights(folder, state)
    if state.folds and state.status == "finished":
        raise UsageError(
            f"{folder.id} has no network of its own: its folds were not followed by a refit (folds.refit)."
        )
    hint = "" if state.live else f" `tuiml resume {folder.id}` goes on with it."
    raise UsageError(f"{folder.id} has no weights yet: it is {state.status} and saved no epoch.{hint}")


def _checked(read: Any, path: Any) -> Any:
    """Return the checkpoint at `path`; None where there is none that is whole."""
    if not path.exists():
        return None
    try:
        archive.check(path)
    except StorageError:
        return None
    return read(path)


def _batches(x: TaskRows) -> Iterator[npt.NDArray[Any]]:
    for start in range(0, len(x), _BATCH):
        part = x[np.arange(start, min(start + _BATCH, len(x)))]
        yield dense(part) if isinstance(part, Sequences) else part


def dense(x: Sequences) -> npt.NDArray[np.float32]:
    """Return texts as rows of zeros with a one at each of their words: (n, size). For few rows at a time."""
    rows = np.zeros(x.shape, np.float32)
    rows[np.repeat(np.arange(len(x)), np.diff(x.starts)), x.words] = 1
    return rows
