"""The arrays of a NumPy archive: opened safely, called x and y, all of one length."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError, Problem, RecipeError, did_you_mean
from tuiml.text import clean

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

_SPOKEN = {
    "data": "x",
    "features": "x",
    "inputs": "x",
    "images": "x",
    "label": "y",
    "labels": "y",
    "target": "y",
    "targets": "y",
}
"""What people call them -> what they are called here."""
_NAMES = ("x", "y", "x_train", "y_train", "x_test", "y_test")
_EXPECTED = "x and y, or x_train, y_train, x_test and y_test"


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows x and what is to be predicted y, for training and for testing; without a test set, the latter have no rows.

    `by` is the array that data.split names, of the training rows.
    """

    train_x: Array
    train_y: Array
    test_x: Array
    test_y: Array
    unused: tuple[str, ...]
    by: Array | None


def read(path: Path, split: str) -> Parts:
    """Return the arrays in the archive at `path`; `split` is data.split.

    Raises DataError for what is no archive of plain arrays, for missing ones and for lengths that differ; RecipeError
    when the array that `split` names is missing.
    """
    arrays = _load(path)
    lower = {name.lower(): name for name in arrays}
    trained = "x_train" in lower or "y_train" in lower
    wanted = ["x_train", "y_train"] if trained else ["x", "y"]
    if trained and ("x_test" in lower or "y_test" in lower):
        wanted += ["x_test", "y_test"]
    missing = [name for name in wanted if name not in lower]
    if missing:
        raise DataError(_teach(path, arrays, missing))
    named = [arrays[lower[name]] for name in wanted]
    for x, y, x_name, y_name in zip(named[::2], named[1::2], wanted[::2], wanted[1::2], strict=True):
        _check_lengths(path, x, y, lower[x_name], lower[y_name])
    train_x, train_y = named[:2]
    test_x, test_y = named[2:] if len(named) > 2 else (train_x[:0], train_y[:0])
    if test_x.shape[1:] != train_x.shape[1:]:
        raise DataError(
            f"{clean(path)}: rows of x_train have the shape {train_x.shape[1:]}, those of x_test {test_x.shape[1:]}; "
            "expected the same."
        )
    name, by = _by(path, arrays, split, len(train_x))
    used = {*(lower[known] for known in wanted), name}
    return Parts(train_x, train_y, test_x, test_y, tuple(sorted(arrays.keys() - used)), by)


def _load(path: Path) -> Arrays:
    try:
        state = path.stat()
    except FileNotFoundError:
        others = sorted(other.name for other in path.parent.glob("*.npz"))
        beside = f" Beside it: {', '.join(map(clean, others[:5]))}." if others else ""
        raise DataError(f"There is no file {clean(path)}.{clean(did_you_mean(path.name, others))}{beside}") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise DataError(f"{clean(path)} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if not (path.is_file() or path.is_dir()):
        raise DataError(f"{clean(path)} is a pipe or a device, expected a file: it is read more than once.")
    if path.is_dir():
        raise DataError(f"{clean(path)} is a folder, expected a file. Pictures in folders: folder:{clean(path)}.")
    return _read(path, state.st_mtime_ns, state.st_size)


def forget() -> None:
    """Let go of the arrays that were read last."""
    _read.cache_clear()


@lru_cache(maxsize=1)
def _read(path: Path, modified: int, size: int) -> Arrays:
    if not zipfile.is_zipfile(path):
        raise DataError(
            f"{clean(path)} is not an npz archive, or it is cut off: it has no table of contents. "
            "np.savez_compressed(FILE, x=x, y=y) makes one."
        )
    name = ""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {}
            for name in archive.files:
                arrays[name] = np.asarray(archive[name])
    except Exception as error:  # of a damaged archive zipfile, zlib, tokenize, ... each raise their own
        if isinstance(error, ValueError) and "pickle" in str(error).lower():
            raise DataError(_pickled(path, name)) from None
        place = f" at the array {clean(name)}" if name else ""
        raise DataError(f"{clean(path)} is damaged{place}: {clean(error)}. Write it anew.") from None
    return arrays


def _pickled(path: Path, name: str) -> str:
    return (
        f"{clean(path)}: the array {clean(name)} holds Python objects, which are stored as pickles, and reading a pickle "
        "may run anything. Refused. Store numbers or texts: np.asarray(rows, dtype=np.float32); rows of different "
        "lengths must be padded first."
    )


def _teach(path: Path, arrays: Arrays, missing: list[str]) -> str:
    found = ", ".join(clean(name) for name in arrays) or "nothing"
    spoken = {_SPOKEN[name.lower()]: name for name in arrays if name.lower() in _SPOKEN}
    if {"x", "y"} <= {*spoken, *(name.lower() for name in arrays)} and "x_train" not in missing:
        pairs = ", ".join(f"{key}=a[{clean(spoken.get(key, key))!r}]" for key in ("x", "y"))
        hint = f" Rename them: a = np.load({clean(path.name)!r}); np.savez_compressed('renamed.npz', {pairs})."
    else:
        hint = did_you_mean(missing[0], [name for name in arrays if name.lower() not in _NAMES])
    return f"{clean(path)} holds {found}; expected {_EXPECTED}. Missing: {', '.join(missing)}.{hint}"


def _check_lengths(path: Path, x: Array, y: Array, x_name: str, y_name: str) -> None:
    if x.ndim == 0 or y.ndim == 0:
        raise DataError(
            f"{clean(path)}: {clean(x_name if x.ndim == 0 else y_name)} is a single value; expected one row each."
        )
    if len(x) != len(y):
        raise DataError(
            f"{clean(path)}: {clean(x_name)} has {len(x):,} rows and {clean(y_name)} has {len(y):,}; expected as many."
        )
    if len(x) == 0:
        raise DataError(f"{clean(path)}: {clean(x_name)} has no rows.")


def _by(path: Path, arrays: Arrays, split: str, rows: int) -> tuple[str, Array | None]:
    how, colon, name = split.partition(":")
    if not colon:
        return "", None
    if name not in arrays:
        known = ", ".join(clean(key) for key in arrays)
        raise RecipeError(
            [
                Problem(
                    "data.split",
                    f"{clean(path.name)} has no array {clean(name)!r}.{did_you_mean(name, arrays)} Arrays: {known}.",
                )
            ]
        )
    by = arrays[name]
    if by.shape != (rows,):
        raise DataError(
            f"{clean(path)}: {clean(name)} has the shape {by.shape}; expected {(rows,)}, one per training row."
        )
    if how == "time":
        if by.dtype.kind == "M":
            by = by.astype("datetime64[s]").astype(np.int64)
        if by.dtype.kind not in "iuf":
            raise DataError(f"{clean(path)}: times in {clean(name)} must be numbers or datetime64; found {by.dtype}.")
        by = by.astype(np.float64)
    return name, by
