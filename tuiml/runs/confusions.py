"""Which classes a run's network took for which, epoch by epoch: predictions/confusions.jsonl in the run folder.

One line of JSON per epoch told: {"epoch": n, "counts": rows of the validation set by true class, then by the one taken for it}.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import StorageError
from tuiml.runs.folder import RunFolder, whole

MOST_CLASSES = 100
"""A matrix of more is neither drawn nor written."""

Counts = npt.NDArray[np.int64]


def file(folder: RunFolder) -> Path:
    """Return where they lie."""
    return folder.path / "predictions" / "confusions.jsonl"


def append(folder: RunFolder, epoch: int, counts: Counts) -> None:
    """Add the counts (classes, classes) of an epoch. Raises StorageError."""
    path = file(folder)
    try:
        path.parent.mkdir(exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, _line(epoch, counts))
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.") from None


def read(folder: RunFolder) -> dict[int, Counts]:
    """Return the counts (classes, classes) by epoch, in order; of an epoch told twice the later ones.

    Torn and foreign lines are passed over, and a file that is not there has none. Raises StorageError when it cannot be read.
    """
    path = file(folder)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}.") from None
    found = dict(told for line in content.splitlines() if (told := _parse(line)))
    return dict(sorted(found.items()))


def drop_after(folder: RunFolder, epoch: int) -> None:
    """Keep the epochs up to this one, whole lines alone: a resumed run computes the others anew. Raises StorageError."""
    path = file(folder)
    if not path.exists():
        return
    kept = [_line(number, counts) for number, counts in read(folder).items() if number <= epoch]
    try:
        with whole(path) as stream:
            stream.write(b"".join(kept))
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror or error}.") from None


def _line(epoch: int, counts: Counts) -> bytes:
    return json.dumps({"epoch": epoch, "counts": counts.tolist()}, separators=(",", ":")).encode() + b"\n"


def _parse(line: bytes) -> tuple[int, Counts] | None:
    try:
        said: Any = json.loads(line)
        counts = np.asarray(said["counts"])
        epoch = said["epoch"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    square = counts.ndim == 2 and counts.shape[0] == counts.shape[1] <= MOST_CLASSES
    if not square or counts.dtype.kind != "i" or type(epoch) is not int:
        return None
    return epoch, counts.astype(np.int64)
