"""What a run's network said of its validation and test rows, and how rows are prepared for it: files of the run folder.

predictions/test.npz  predictions/validation.npz  preparation.json
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tuiml.errors import StorageError
from tuiml.runs import archive
from tuiml.runs.folder import RunFolder, whole
from tuiml.state import RunState

MOST = 20_000
"""Rows of a split that are kept: enough for every figure, small enough for every disk."""

Split = Literal["test", "validation"]
SPLITS: tuple[Split, ...] = ("test", "validation")


@dataclass(frozen=True)
class About:
    """Where rows come from: numbers `of` the data's "test" set or of its "train" rows; `total` rows of the split.

    `penalty` is what L1 and L2 added to the loss in training, `epoch` the one whose weights spoke, or None inside one.
    """

    split: Split
    of: Literal["test", "train"]
    total: int
    penalty: float
    epoch: int | None


@dataclass(frozen=True, eq=False)
class Predictions:
    """Of each row its number (n,) int64, truth y (n,) or (n, labels), outputs (n, units) float32, loss (n,) float32."""

    about: About
    rows: npt.NDArray[np.int64]
    y: npt.NDArray[Any]
    outputs: npt.NDArray[np.float32]
    losses: npt.NDArray[np.float32]

    @property
    def complete(self) -> bool:
        """Whether all rows of the split are here."""
        return len(self.rows) == self.about.total

    @property
    def loss(self) -> float:
        """The mean loss of the rows, without a penalty on weights."""
        return float(np.mean(self.losses, dtype=np.float64))


def file(folder: RunFolder, split: Split) -> Path:
    """Return where a split's predictions lie."""
    return folder.path / "predictions" / f"{split}.npz"


def write(folder: RunFolder, found: Predictions) -> None:
    """Write the predictions of a split, whole or not at all. Raises StorageError."""
    path = file(folder, found.about.split)
    about = np.frombuffer(json.dumps(asdict(found.about)).encode(), np.uint8)
    try:
        path.parent.mkdir(exist_ok=True)
        with whole(path) as stream:
            np.savez(stream, about=about, rows=found.rows, y=found.y, outputs=found.outputs, losses=found.losses)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.") from None


def drop(folder: RunFolder) -> None:
    """Remove predictions of earlier weights. Raises StorageError."""
    for split in SPLITS:
        try:
            file(folder, split).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"{file(folder, split)} cannot be removed: {error.strerror or error}.") from None


def read(folder: RunFolder, split: Split) -> Predictions | None:
    """Return the predictions of a split, None when the run left none. Raises StorageError when they are damaged."""
    path = file(folder, split)
    if not path.exists():
        return None
    archive.check(path)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            rows, y, outputs, losses = (arrays[name] for name in ("rows", "y", "outputs", "losses"))
            about = About(**json.loads(arrays["about"].tobytes()))
    except (OSError, ValueError, KeyError, TypeError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        raise StorageError(f"{path} is damaged: {error}. `tuiml evaluate --fresh` computes them anew.") from None
    if outputs.ndim != 2 or any(len(part) != len(rows) for part in (y, outputs, losses)):
        raise StorageError(f"{path} is damaged: its parts differ in length.")
    return Predictions(about, rows, y, outputs, losses)


def at_the_end(folder: RunFolder, split: Split, state: RunState) -> Predictions | None:
    """Return the predictions by the weights that an ended run has; None where it left none of them. Raises StorageError."""
    kept = None if state.live else read(folder, split)
    return kept if kept is not None and kept.about.epoch == state.final_epoch else None


def since_the_end(folder: RunFolder, split: Split, state: RunState) -> Predictions | None:
    """Return predictions by the last checkpoint of a run that ended without a word, computed after it had. Raises StorageError."""
    if state.live or state.final_epoch is not None or state.status not in ("failed", "crashed"):
        return None
    try:
        fresh = file(folder, split).stat().st_mtime_ns > folder.events.stat().st_mtime_ns
    except OSError:
        return None
    return read(folder, split) if fresh else None


def write_preparation(folder: RunFolder, described: dict[str, Any]) -> None:
    """Write preparation.json, whole or not at all. Raises StorageError."""
    path = folder.path / "preparation.json"
    try:
        with whole(path) as stream:
            stream.write(json.dumps(described, ensure_ascii=False).encode())
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.") from None


def read_preparation(folder: RunFolder) -> dict[str, Any] | None:
    """Return what preparation.json says, None when the run left none. Raises StorageError when it is damaged."""
    path = folder.path / "preparation.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from None
    if not isinstance(found, dict):
        raise StorageError(f"{path} is damaged: expected one JSON object.")
    return found
