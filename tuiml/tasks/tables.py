"""What a table's cells become before a network sees them: numbers standardized, categories as columns of 0 and 1.

Means, deviations, categories and gaps are those of the training rows; other rows are only put through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import Problem, did_you_mean
from tuiml.fields import DataFields
from tuiml.tasks import derive
from tuiml.tasks.columns import Column
from tuiml.text import clean

Cells = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_MASK = 7
"""A constant beside the seed: blanking has random numbers of its own."""
_NAMED = 5
"""Columns that a sentence names at most."""


@dataclass(frozen=True)
class Feature:
    """One number that a network sees of a row, made of the cell in one `column`.

    `use` "number": (cell - mean) / std, 0 where the cell is missing; "category": 1 where the cell is this category;
    "gap": 1 where the cell is missing.
    """

    name: str
    column: int
    use: str = "number"
    mean: float = 0.0
    std: float = 1.0
    category: int = 0

    def values(self, cells: Cells) -> npt.ArrayLike:
        """Return the feature (n,) of a table's cells (n, columns and derived ones)."""
        column = cells[:, self.column]
        if self.use == "category":
            return np.equal(column, self.category)
        if self.use == "gap":
            return np.isnan(column)
        with np.errstate(over="ignore"):
            return np.nan_to_num((column - self.mean) / self.std, nan=0.0)


@dataclass(frozen=True, eq=False)
class Table:
    """A fitted table: the columns it reads, those it derives, the features it makes, and which columns had gaps."""

    columns: tuple[Column, ...]
    derived: tuple[derive.Derived, ...]
    features: tuple[Feature, ...]
    gaps: frozenset[str]

    def __call__(self, x: Cells) -> npt.NDArray[np.float32]:
        """Return the features (n, features) of cells (n, columns)."""
        cells = _widened(x, self.derived)
        prepared = np.empty((len(x), len(self.features)), np.float32)
        with np.errstate(over="ignore"):
            for number, feature in enumerate(self.features):
                prepared[:, number] = feature.values(cells)
        return prepared

    def blanked(self, x: Cells, rows: Numbers, share: float, seed: int) -> Cells:
        """Return a copy of cells with a random `share` of those of `rows` missing: a row's own draw, whoever is beside it."""
        blank = np.zeros(x.shape, bool)
        blank[rows] = (np.random.default_rng((seed, _MASK)).random(x.shape) < share)[rows]
        return np.where(blank, np.nan, x)

    def gap_warning(self, x: Cells) -> str:
        """Return a sentence when cells are missing in columns that had no gap in the training rows; empty when none are."""
        used = {feature.column for feature in self.features}
        used |= {number for made in self.derived for number in made.columns}
        names = [
            clean(column.name)
            for number, column in enumerate(self.columns)
            if number in used and column.name not in self.gaps and np.isnan(x[:, number]).any()
        ]
        if not names:
            return ""
        more = f" and {len(names) - _NAMED} more columns" if len(names) > _NAMED else ""
        return (
            f"These rows have gaps in {', '.join(names[:_NAMED])}{more}, and the training rows had none there: the network "
            "never learned what a gap means and takes it for an average value. Training with data.mask, such as "
            "--mask 0.1, teaches it."
        )

    def to_json(self) -> dict[str, Any]:
        """Return everything that `from_json` needs."""
        return {
            "columns": [asdict(column) for column in self.columns],
            "derived": [asdict(made) for made in self.derived],
            "features": [asdict(feature) for feature in self.features],
            "gaps": sorted(self.gaps),
        }


def from_json(said: dict[str, Any]) -> Table:
    """Return the table that `to_json` described, equal to the last bit: JSON keeps every digit of a float."""
    return Table(
        tuple(Column(column["name"], tuple(column["categories"])) for column in said["columns"]),
        tuple(derive.Derived(made["name"], made["operation"], tuple(made["columns"])) for made in said["derived"]),
        tuple(Feature(**feature) for feature in said["features"]),
        frozenset(said["gaps"]),
    )


def fit(fields: DataFields, columns: Sequence[Column], x: Cells) -> Table:
    """Return the table as `fields` (drop, derive, indicators, mask) ask, its statistics those of the training rows `x` alone.

    Columns may be derived from dropped ones. Raises ValueError for a derived column that cannot be; `check` says so first.
    """
    derived = tuple(derive.parse(text, columns) for text in fields.derive)
    cells = _widened(x, derived)
    every = [*columns, *(Column(made.name) for made in derived)]
    masked = fields.mask > 0
    gaps = frozenset(column.name for column, cell in zip(every, cells.T, strict=True) if masked or np.isnan(cell).any())
    features: list[Feature] = []
    for number, column in enumerate(every):
        if column.name in fields.drop:
            continue
        features += _features(number, column, cells[:, number])
        if fields.indicators and column.name in gaps:
            features.append(Feature(f"{column.name} missing", number, "gap"))
    return Table(tuple(columns), derived, tuple(features), gaps)


def check(fields: DataFields, columns: Sequence[Column], also: Sequence[str] = ()) -> list[Problem]:
    """Return what is wrong with `drop` and `derive` for a table of `columns`; `also` are names that may be dropped, too."""
    names = [column.name for column in columns]
    problems = [
        Problem(
            "data.drop",
            f"there is no column {clean(name)!r}.{did_you_mean(name, names)} Columns: {', '.join(map(clean, names))}."
            f"{with_commas('drop', name, names)}",
        )
        for name in fields.drop
        if name not in (*names, *also)
    ]
    for text in fields.derive:
        try:
            derive.parse(text, columns)
        except ValueError as error:
            problems.append(Problem("data.derive", str(error)))
    if not fields.derive and names and set(names) <= set(fields.drop):
        problems.append(Problem("data.drop", "leaves no column to learn from."))
    return problems


def with_commas(field: str, name: str, names: Iterable[str]) -> str:
    """Return how to name a column that a command line takes apart at its commas, where `name` is a piece of it; else ""."""
    whole = next((other for other in names if name in (part.strip() for part in other.split(","))), None)
    return f' A name with a comma goes into a --recipe file: {field} = ["{clean(whole)}"].' if whole else ""


def _widened(x: Cells, derived: Sequence[derive.Derived]) -> Cells:
    return np.column_stack([x, *(made.values(x) for made in derived)]) if derived else x


def _features(number: int, column: Column, cells: Cells) -> Iterator[Feature]:
    filled = cells[~np.isnan(cells)]
    if column.categories:
        for category in np.unique(filled).astype(int).tolist():
            yield Feature(f"{column.name}={column.categories[category]}", number, "category", category=category)
    elif len(filled) == 0:
        yield Feature(column.name, number)
    else:
        # rounding can make the deviation of equal numbers differ from 0
        std = 1.0 if filled.min() == filled.max() else float(filled.std())
        yield Feature(column.name, number, mean=float(filled.mean()), std=std or 1.0)
