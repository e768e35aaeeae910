"""Rows as a person can read them: texts in words, the cells of a table by the names of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tuiml.errors import DataError
from tuiml.fields import Recipe
from tuiml.tasks import catalog, texts
from tuiml.tasks.base import Data, Progress, Rows
from tuiml.tasks.columns import Column
from tuiml.tasks.sequences import Sequences

_NUMBERS = 12


def load(recipe: Recipe, tell: Progress) -> Data:
    """Read the recipe's data, which takes seconds. Raises DataError, UsageError where it is not there any more."""
    return catalog.of(recipe).load(recipe.data.model_dump(), tell)


def rows(data: Data, of: str, numbers: Any) -> Rows:
    """Return rows of the data's "test" set or its "train" rows. Raises DataError where the data has other rows now."""
    whole = data.test_x if of == "test" else data.train_x
    if len(numbers) and int(np.max(numbers)) >= len(whole):
        raise DataError(
            f"the data has {len(whole):,} rows now; row {int(np.max(numbers)):,} of the run is not among them."
        )
    return whole[numbers]


def words(x: Rows, vocabulary: Sequence[str], columns: Sequence[Column]) -> list[str]:
    """Return each row as one line: a text's words, a table's name=value, the first of other numbers."""
    if isinstance(x, Sequences):
        return [texts.decode(_spoken(x.text(number)), vocabulary) for number in range(len(x))]
    if columns:
        return [cells(row, columns) for row in x]
    return [_numbers(np.ravel(row)) for row in x]


def cells(row: Any, columns: Sequence[Column]) -> str:
    """Return a table's row as "name=value, name=value"; a missing cell, and a category never seen in training, is "?"."""
    return ", ".join(f"{column.name}={_cell(value, column)}" for value, column in zip(row, columns, strict=True))


def _cell(value: float, column: Column) -> str:
    if np.isnan(value):
        return "?"
    if not column.categories:
        return f"{value:.6g}"
    return column.categories[int(value)] if int(value) < len(column.categories) else "?"


def _spoken(numbers: Any) -> Any:
    """Return the word numbers of a text without the one that only says where it begins."""
    return numbers[1:] if len(numbers) and numbers[0] == texts.START else numbers


def _numbers(row: Any) -> str:
    more = f" … {len(row):,} in all" if len(row) > _NUMBERS else ""
    return "  ".join(f"{float(value):.4g}" for value in row[:_NUMBERS]) + more
