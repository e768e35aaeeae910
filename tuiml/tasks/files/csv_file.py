"""The user's own table: a file of comma-separated values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError, did_you_mean
from tuiml.fields import DataFields
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.columns import Column
from tuiml.tasks.files import csv_cells, csv_text
from tuiml.tasks.files.csv_plan import listed, plan
from tuiml.text import clean

DEFAULTS: Mapping[str, Any] = {
    "data": {"scale_target": True},
    "model": {"preset": "dense", "layers": (64, 64)},
    "optimizer": {"name": "adam", "learning_rate": 1e-3},
    "train": {"epochs": 50, "batch_size": 32},
}


def task(name: str, path: Path, data: DataFields) -> Task:
    """Return the task of the rows in the file at `path`. Raises DataError and RecipeError as `csv_plan.plan` does."""
    found = plan(path, data)
    return Task(
        name,
        f"{clean(path.name)}: {found.target.told}",
        found.target.kind,
        partial(_load, path),
        form="table",
        classes=found.target.classes,
        rows=(len(found.cells), 0),
        outputs=found.target.outputs,
        columns=found.columns,
        source=clean(path),
        defaults=DEFAULTS,
    )


def rows(path: Path, columns: Sequence[Column]) -> npt.NDArray[np.float64]:
    """Return the cells (n, columns) of new rows for columns that a network knows; other columns of the file are passed over.

    A category that was not there in training is like none. Raises DataError for missing columns and unfit cells.
    """
    text = csv_text.read(path, least=1)  # what is to be predicted need not be there
    missing = [column.name for column in columns if column.name not in text.header]
    if missing:
        raise DataError(
            f"{clean(path)} lacks {len(missing)} of the {len(columns)} columns that were learned from: {listed(missing)}."
            f"{did_you_mean(missing[0], text.header)} It has: {listed(text.header)}."
        )
    places = [text.header.index(column.name) for column in columns]
    try:
        cells = [
            csv_cells.encode(column, text.column(place), text.lines, text.decimal_comma)
            for column, place in zip(columns, places, strict=True)
        ]
    except ValueError as error:
        raise DataError(f"{clean(path)}, {error}.") from None
    return np.column_stack(cells)


def _load(path: Path, data_fields: Mapping[str, Any], progress: Progress) -> Data:
    progress(f"reading {clean(path.name)}")
    found = plan(path, DataFields(**data_fields))
    x, y, target = found.cells, found.target.y, found.target
    progress(target.told.rstrip("."))
    return Data(
        x,
        y,
        x[:0],
        y[:0],
        target.classes,
        found.notices,
        columns=found.columns,
        groups=found.groups,
        times=found.times,
        targets=target.names,
    )
