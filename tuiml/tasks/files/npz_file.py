"""The user's own arrays: a NumPy archive of tables, sequences or pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError, RecipeError
from tuiml.fields import DataFields
from tuiml.tasks import tables
from tuiml.tasks.base import Data, Form, Progress, Task
from tuiml.tasks.columns import Column
from tuiml.tasks.files import npz_arrays, targets
from tuiml.tasks.files.npz_arrays import Array
from tuiml.text import clean

DEFAULTS: Mapping[str, Any] = {
    "data": {"scale_target": True},
    "model": {"preset": "dense", "layers": (64, 64)},
    "optimizer": {"name": "adam", "learning_rate": 1e-3},
    "train": {"epochs": 50, "batch_size": 32},
}

_CHANNELS = (1, 3, 4)
_EXACT = 2**53
_CLASSES = 1000
"""Whole numbers from 0 on without a hole are classes up to so many."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Arrays as rows of one form: `x` and `test_x` as in `base.Data`, and what was made of them in `notices`."""

    x: Array
    test_x: Array
    target: targets.Target
    columns: tuple[Column, ...]
    notices: tuple[str, ...]
    by: Array | None

    @property
    def form(self) -> Form:
        """What the rows are."""
        return "table" if self.columns else "pictures" if self.x.ndim == 4 else "features"


def task(name: str, path: Path, data: DataFields) -> Task:
    """Return the task of the arrays in the file at `path`. Raises DataError and RecipeError, as `npz_arrays.read` does."""
    found = _plan(path, data)
    rows = len(found.x), len(found.test_x)
    return Task(
        name,
        f"{clean(path.name)}: {found.target.told}",
        found.target.kind,
        partial(_load, path),
        form=found.form,
        shape=found.x.shape[1:],
        classes=found.target.classes,
        rows=rows,
        outputs=found.target.outputs,
        columns=found.columns,
        source=clean(path),
        defaults=DEFAULTS,
    )


def _load(path: Path, data_fields: Mapping[str, Any], progress: Progress) -> Data:
    progress(f"reading {clean(path.name)}")
    fields = DataFields(**data_fields)
    found = _plan(path, fields)
    rows = len(found.x)
    progress(found.target.told.rstrip("."))
    return Data(
        found.x,
        found.target.y[:rows],
        found.test_x,
        found.target.y[rows:],
        found.target.classes,
        found.notices,
        columns=found.columns,
        groups=found.by if fields.split.startswith("group:") else None,
        times=found.by if fields.split.startswith("time:") else None,
        targets=found.target.names,
    )


def _plan(path: Path, fields: DataFields) -> Plan:
    parts = npz_arrays.read(path, fields.split)
    try:
        # test rows, too: they must be made what training rows are made, and have the same classes
        columns, cells = _target_cells(np.concatenate([parts.train_y, parts.test_y]))
        target = targets.read(columns, cells, fields.kind if fields.kind != "auto" else _counted(columns, cells))
        x, test_x, notices = _rows(parts.train_x, parts.test_x)
    except RecipeError:
        raise
    except (DataError, ValueError) as error:
        raise DataError(f"{clean(path)}: {error}") from None
    columns = tuple(Column(f"f{number}") for number in range(x.shape[1])) if x.ndim == 2 else ()
    if problems := tables.check(fields, columns) if columns else []:
        raise RecipeError(problems)
    if parts.unused:
        notices.append(f"Arrays that are not used: {', '.join(map(clean, parts.unused))}.")
    return Plan(x, test_x, target, columns, tuple(notices), parts.by)


def _target_cells(y: Array) -> tuple[tuple[Column, ...], npt.NDArray[np.float64]]:
    """Return y as cells (n, targets): texts as numbers of their categories, rows of zeros with one 1 as its place."""
    if y.ndim > 2 or (y.ndim == 2 and y.shape[1] == 0):
        raise DataError(f"y has the shape {y.shape}; expected (rows,), or (rows, classes, labels or targets).")
    if y.dtype.kind in "US":
        if y.ndim == 2:
            raise DataError(f"y holds texts in the shape {y.shape}; expected one text per row.")
        texts, codes = np.unique(y.astype(str), return_inverse=True)
        return (Column("y", tuple(texts.tolist())),), codes.reshape(-1, 1).astype(np.float64)
    if y.dtype.kind not in "biuf":
        raise DataError(f"y holds {y.dtype}; expected numbers or texts.")
    _check_exact("y", y)
    cells = y.reshape(len(y), -1).astype(np.float64)
    if not (finite := np.isfinite(cells).all(1)).all():
        raise DataError(
            f"y is not finite in {int((~finite).sum()):,} rows, first in row {int(np.argmin(finite))} (counted from 0). "
            "Leave them out: keep = np.isfinite(y)."
        )
    classes = cells.shape[1]
    if classes > 1 and np.isin(cells, (0, 1)).all() and (cells.sum(1) == 1).all():
        names = tuple(str(number) for number in range(classes))
        return (Column("y", names),), cells.argmax(1).reshape(-1, 1).astype(np.float64)
    return tuple(Column(f"y{number}" if classes > 1 else "y") for number in range(classes)), cells


def _check_exact(name: str, values: Array) -> None:
    if values.dtype.kind in "iu" and values.size and (values.max() > _EXACT or values.min() < -_EXACT):
        raise DataError(
            f"{name} holds whole numbers up to {int(values.max()):,}, and beyond 2**53 they cannot be told apart as floating "
            "point; expected smaller ones. Numbers that are names of rows are better left out."
        )


def _counted(columns: tuple[Column, ...], cells: npt.NDArray[np.float64]) -> str:
    """Class numbers 0, 1, 2, ... are known by having no hole, however many they are."""
    there = np.unique(cells)
    counted = len(columns) == 1 and 2 < len(there) <= _CLASSES and np.array_equal(there, np.arange(len(there)))
    return "one_of_n" if counted and targets.ROWS_EACH * len(there) <= len(cells) else "auto"


def _rows(x: Array, test_x: Array) -> tuple[Array, Array, list[str]]:
    """Return x and test_x by their rank: cells of a table (2), sequences or gray pictures (3), pictures (4)."""
    if x.dtype.kind not in "biuf":
        raise DataError(f"x holds {x.dtype}; expected numbers.")
    _check_exact("x", x)
    if x.ndim not in (2, 3, 4) or 0 in x.shape:
        raise DataError(
            f"x has the shape {x.shape}; expected (rows, columns) for tables, (rows, steps, features) for sequences, or "
            "(rows, height, width, channels) for pictures."
        )
    for part in (x, test_x):
        if part.dtype.kind == "f" and (np.isinf(part).any() or (part.ndim == 4 and np.isnan(part).any())):
            raise DataError("x holds infinite numbers, or pictures with missing pixels; expected finite ones.")
    if x.ndim == 2:
        return x.astype(np.float64), test_x.astype(np.float64), []
    if x.ndim == 3 and x.dtype == np.uint8:
        return (
            x[..., None],
            test_x[..., None],
            ["Bytes of rank 3 are taken for gray pictures; store sequences as float32."],
        )
    if x.ndim == 3:
        return x.astype(np.float32), test_x.astype(np.float32), []
    return _pictures(x, test_x)


def _pictures(x: Array, test_x: Array) -> tuple[Array, Array, list[str]]:
    """Return pictures (n, h, w, c) uint8 in 0..255, whichever way they are stored."""
    notices = []
    if x.shape[-1] not in _CHANNELS:
        if x.shape[1] not in _CHANNELS:
            raise DataError(f"x has the shape {x.shape}; expected pictures with 1, 3 or 4 channels, last or first.")
        x, test_x = np.moveaxis(x, 1, -1), np.moveaxis(test_x, 1, -1)
        notices.append("Pictures are stored with the channels first; they were moved to the last place.")
    if x.dtype == np.uint8 == test_x.dtype:
        return np.ascontiguousarray(x), np.ascontiguousarray(test_x), notices
    low, high = float(x.min()), float(x.max())
    if low < 0 or high > 255:
        raise DataError(
            f"pixels lie between {low:g} and {high:g}; expected bytes in 0..255, or fractions in 0..1: store pictures before "
            "they are standardized."
        )
    scale = 255.0 if high <= 1 and x.dtype.kind in "bf" else 1.0
    if scale > 1:
        notices.append("Pixels lie in 0..1; they were multiplied by 255 and rounded to bytes.")

    def as_bytes(part: Array) -> npt.NDArray[np.uint8]:
        return np.clip(np.round(part * np.float32(scale)), 0, 255).astype(np.uint8)

    return as_bytes(x), as_bytes(test_x), notices
