"""What there is to predict in the user's own rows, as the values of the target show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError, Problem, RecipeError
from tuiml.tasks.base import Kind
from tuiml.tasks.columns import Column
from tuiml.text import clean

FEW = 20
"""Whole numbers with at most so many different values are classes, where each has `ROWS_EACH` rows on average."""
ROWS_EACH = 5
LARGEST = 1e15
"""Targets beyond it overflow when a loss squares them as float32."""


@dataclass(frozen=True, eq=False)
class Target:
    """What is to be predicted: `y` and `classes` as in `base.Data`, and `told`, how that was found, in a sentence.

    `names` are those of targets that are numbers.
    """

    kind: Kind
    y: npt.NDArray[Any]
    classes: tuple[str, ...]
    told: str
    names: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """How many numbers a network gives for a row."""
        return len(self.classes) or max(1, len(self.names))


def read(columns: Sequence[Column], cells: npt.NDArray[np.float64], wanted: str) -> Target:
    """Return the target in `cells` (n, targets), none missing; `wanted` is data.kind, "auto" for what the values show.

    Two different values are binary; few texts or whole numbers one_of_n; several columns of 0 and 1 many_of_n;
    fractions that all lie in 0..1 share; other numbers value.

    Raises DataError for values that nothing can be learned from, RecipeError where `wanted` does not fit them.
    """
    names = ", ".join(clean(column.name) for column in columns)
    for column, values in zip(columns, cells.T, strict=True):
        if len(np.unique(values)) < 2:
            raise DataError(
                f"The target {clean(column.name)} has one value in all {len(values):,} rows "
                f"({clean(_label(column, values[0]), 40)}): there is nothing to learn. Expected at least two."
            )
    kind = _kind(columns, cells) if wanted == "auto" else wanted
    if unfit := _unfit(kind, columns, cells):
        raise RecipeError([Problem("data.kind" if wanted != "auto" else "data.target", f"{names}: {unfit}")])
    if kind in ("binary", "one_of_n"):
        return _classes(kind, columns[0], cells[:, 0], wanted)
    if kind == "many_of_n":
        labels = tuple(column.name for column in columns)
        return Target("many_of_n", cells.astype(np.float32), labels, f"{names}: any number of {len(labels)} labels.")
    return _numbers(kind, columns, cells, names)


def _kind(columns: Sequence[Column], cells: npt.NDArray[np.float64]) -> str:
    if len(columns) > 1:
        if any(column.categories for column in columns):
            return "value"
        if np.isin(cells, (0, 1)).all():
            return "many_of_n"
        return "share" if cells.min() >= 0 and cells.max() <= 1 else "value"
    different = len(np.unique(cells))
    if different == 2:
        return "binary"
    whole = bool((cells == np.round(cells)).all())
    if columns[0].categories or (whole and different <= FEW and ROWS_EACH * different <= len(cells)):
        return "one_of_n"
    return "share" if not whole and cells.min() >= 0 and cells.max() <= 1 else "value"


def _unfit(kind: str, columns: Sequence[Column], cells: npt.NDArray[np.float64]) -> str:
    """Return why the values cannot be of this kind; empty when they can."""
    texts = [clean(column.name) for column in columns if column.categories]
    different = len(np.unique(cells))
    if kind in ("binary", "one_of_n") and len(columns) > 1:
        return f"{kind} has one target, received {len(columns)}; several columns of 0 and 1 are many_of_n."
    if kind == "binary" and different != 2:
        return f"binary needs two different values, found {different:,}; expected one_of_n, or value for numbers."
    if kind == "one_of_n" and 2 * different > len(cells):
        return (
            f"{different:,} different values in {len(cells):,} rows are too many to be classes, most of a single row; "
            f"the first is {clean(_label(columns[0], cells[0, 0]), 40)!r}."
        )
    if kind == "many_of_n" and (texts or not np.isin(cells, (0, 1)).all()):
        return "many_of_n needs columns of 0 and 1, one for each label."
    if kind in ("value", "share") and texts:
        return f"{texts[0]} holds texts, and several targets, value and share need numbers."
    if kind == "share" and not (cells.min() >= 0 and cells.max() <= 1):
        return f"share needs numbers from 0 to 1, found {cells.min():g} to {cells.max():g}; expected value."
    if kind == "value" and np.abs(cells).max() > LARGEST:
        return f"numbers up to {np.abs(cells).max():g} cannot be squared by a loss; expected at most {LARGEST:g}."
    return ""


def _classes(kind: str, column: Column, values: npt.NDArray[np.float64], wanted: str) -> Target:
    there, y = np.unique(values, return_inverse=True)
    classes = tuple(_label(column, value) for value in there)
    shown = ", ".join(clean(name) for name in classes[:FEW]) + (", ..." if len(classes) > FEW else "")
    told = f"{clean(column.name)} is one of {len(classes)} classes: {shown}."
    if wanted == "auto" and not column.categories and kind == "one_of_n":
        told += " --kind value takes it as a number."
    return Target("binary" if kind == "binary" else "one_of_n", y.astype(np.int64).ravel(), classes, told)


def _numbers(kind: str, columns: Sequence[Column], cells: npt.NDArray[np.float64], names: str) -> Target:
    y = cells.astype(np.float32)
    low, high = f"{cells.min():g}", f"{cells.max():g}"
    told = f"{names}: {'shares' if kind == 'share' else 'numbers'} from {low} to {high}."
    named = tuple(column.name for column in columns)
    return Target("share" if kind == "share" else "value", y if len(named) > 1 else y[:, 0], (), told, named)


def _label(column: Column, value: float) -> str:
    if column.categories:
        return column.categories[int(value)]
    return str(int(value)) if value == int(value) and abs(value) <= LARGEST else repr(float(value))
