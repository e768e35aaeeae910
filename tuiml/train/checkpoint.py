"""Checkpoints: everything needed to go on exactly where a run stood, in one file that is whole or absent.

A checkpoint is an npz archive (each member carries a checksum) with all variables of the model (weights, the states of
random generators), of its optimizer and of its metrics, and a JSON member with the counters of callbacks.
`last-EPOCHS-STEPS.npz` stands after so many complete epochs and more batches; `best.npz` is the epoch of best validation loss.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import StorageError
from tuiml.runs.folder import whole

_KEEP = 2


@dataclass(frozen=True)
class Checkpoint:
    """A loaded checkpoint: `epoch` complete epochs, `step` more batches, counters of callbacks, arrays by name."""

    path: Path
    epoch: int
    step: int
    counters: dict[str, Any]
    arrays: dict[str, npt.NDArray[Any]]


def save(
    folder: Path, model: Any, epoch: int, step: int, counters: dict[str, Any], extra: dict[str, npt.NDArray[Any]]
) -> Path:
    """Write the newest state, then drop all but the last two. Raises StorageError; earlier checkpoints stay as they are."""
    path = folder / f"last-{epoch:09d}-{step:09d}.npz"
    _write(path, variables(model) | extra, {"epoch": epoch, "step": step, **counters})
    for old in sorted(folder.glob("last-*.npz"))[:-_KEEP]:
        old.unlink(missing_ok=True)
    return path


def weights(model: Any) -> dict[str, npt.NDArray[Any]]:
    """Return a copy of the model's variables, under the names that checkpoints give them."""
    return {name: np.array(value) for name, value in variables(model).items() if name.startswith("model/")}


def save_best(folder: Path, arrays: dict[str, npt.NDArray[Any]], epoch: int) -> Path:
    """Write the weights of the best epoch so far. Raises StorageError."""
    path = folder / "best.npz"
    _write(path, arrays, {"epoch": epoch, "step": 0})
    return path


def load_newest(folder: Path) -> Checkpoint | None:
    """Return the newest checkpoint that is whole, or None; damaged ones are passed over."""
    for path in sorted(folder.glob("last-*.npz"), reverse=True):
        found = load(path)
        if found is not None:
            return found
    return None


def load(path: Path) -> Checkpoint | None:
    """Return the checkpoint in a file, or None when the file is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        counters = json.loads(arrays.pop("state").tobytes())
        return Checkpoint(path, counters.pop("epoch"), counters.pop("step"), counters, arrays)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def assign(model: Any, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Give a model back what `variables` returned of it."""
    for name, variable in _named_variables(model).items():
        variable.assign(arrays[name])


def restore(model: Any, checkpoint: Checkpoint, weights_only: bool = False) -> None:
    """Assign a checkpoint's arrays to the model's variables. Raises StorageError when they are of another network."""
    for name, variable in _named_variables(model).items():
        if weights_only and not name.startswith("model/"):
            continue
        value = checkpoint.arrays.get(name)
        if value is None or tuple(value.shape) != tuple(variable.shape):
            raise StorageError(
                f"{checkpoint.path} does not fit this run's network (at {name}): its recipe was changed."
            )
        variable.assign(value)


def drop_after(folder: Path, epoch: int, step: int) -> None:
    """Remove checkpoints that lie ahead of the one a resumed run starts from."""
    for path in folder.glob("last-*.npz"):
        if path.stem > f"last-{epoch:09d}-{step:09d}":
            path.unlink(missing_ok=True)


def _named_variables(model: Any) -> dict[str, Any]:
    """Number variables by their place: names and paths need not be unique."""
    named = {f"model/{at}": variable for at, variable in enumerate(model.variables)}
    named |= {f"optimizer/{at}": variable for at, variable in enumerate(model.optimizer.variables)}
    return named | {f"metrics/{at}": variable for at, variable in enumerate(model.metrics_variables)}


def metrics_state(values: list[npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """Return values of the metrics' variables under the names that checkpoints give them, for `save`'s `extra`."""
    return {f"metrics/{at}": value for at, value in enumerate(values)}


def variables(model: Any) -> dict[str, npt.NDArray[Any]]:
    """Return the values of all variables of a model, its optimizer and its metrics, under the names of checkpoints."""
    return {name: variable.numpy() for name, variable in _named_variables(model).items()}


def _write(path: Path, arrays: dict[str, npt.NDArray[Any]], counters: dict[str, Any]) -> None:
    state = np.frombuffer(json.dumps(counters).encode(), dtype=np.uint8)
    try:
        path.parent.mkdir(exist_ok=True)
        with whole(path) as stream:
            np.savez(stream, state=state, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.") from None
