"""Columns made from other columns of a table, row by row: log:A, ratio:A:B, product:A:B."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import did_you_mean
from tuiml.tasks.columns import Column
from tuiml.text import clean

Cells = npt.NDArray[np.float64]

_OPERATIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "log": (1, lambda a: np.log(np.where(a > 0, a, np.nan))),
    "ratio": (2, lambda a, b: a / np.where(b != 0, b, np.nan)),
    "product": (2, lambda a, b: a * b),
}
"""Name -> (how many columns it takes, what it makes of them). What has no result is missing: NaN."""

_GRAMMAR = "expected log:A, ratio:A:B or product:A:B"


@dataclass(frozen=True)
class Derived:
    """A column called `name`, made by an operation from the columns of these numbers."""

    name: str
    operation: str
    columns: tuple[int, ...]

    def values(self, cells: Cells) -> Cells:
        """Return the derived column (n,) of a table's cells (n, columns); NaN where a cell is missing or there is no result.

        A logarithm has none for numbers up to 0, a ratio none with 0 below.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            made = _OPERATIONS[self.operation][1](*(cells[:, number] for number in self.columns))
        return np.where(np.isfinite(made), made, np.nan)


def parse(text: str, columns: Sequence[Column]) -> Derived:
    """Return what `text`, such as "ratio:A:B", asks for. Names of columns may hold colons.

    Raises ValueError with a sentence: an unknown operation or column, or a column that holds no numbers.
    """
    operation, colon, rest = text.partition(":")
    if operation not in _OPERATIONS or not colon:
        raise ValueError(f"{_GRAMMAR}; received {clean(text)!r}.{did_you_mean(operation, _OPERATIONS)}")
    numbers = {column.name: number for number, column in enumerate(columns)}
    named = _named(rest, _OPERATIONS[operation][0], numbers)
    for name in named:
        if name not in numbers:
            known = ", ".join(clean(column) for column in numbers)
            raise ValueError(
                f"{clean(text)}: there is no column {clean(name)!r}.{did_you_mean(name, numbers)} Columns: {known}."
            )
        if columns[numbers[name]].categories:
            raise ValueError(f"{clean(text)}: {operation} needs numbers, and the column {clean(name)} holds texts.")
    if len(named) != _OPERATIONS[operation][0]:
        raise ValueError(f"{_GRAMMAR}; received {clean(text)!r}.")
    return Derived(text, operation, tuple(numbers[name] for name in named))


def _named(rest: str, count: int, known: dict[str, int]) -> tuple[str, ...]:
    if count == 1:
        return (rest,)
    parts = rest.split(":")
    splits = [(":".join(parts[:place]), ":".join(parts[place:])) for place in range(1, len(parts))]
    return next((split for split in splits if all(name in known for name in split)), tuple(parts))
