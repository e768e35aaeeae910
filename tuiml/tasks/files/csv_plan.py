"""What a recipe makes of a file's columns: those to learn from, those to predict, and those left out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError, Problem, RecipeError, did_you_mean
from tuiml.fields import DataFields
from tuiml.tasks import tables
from tuiml.tasks.columns import Column
from tuiml.tasks.files import csv_cells, csv_text, targets
from tuiml.tasks.files.csv_cells import Cells
from tuiml.text import clean

_MANY_CATEGORIES = 1000
_KEYS = ("column_1", "index", "unnamed: 0")
"""Names that libraries give a column that numbers the rows, in lower case; a name that ends in "id" is one, too."""
_EXACT = 2**53
"""Larger whole numbers are rounded when they are read."""
_SHOWN = 30
"""Names of columns that a message lists at most."""

Table = Mapping[str, Cells]
"""The columns of a file by name, in its order."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Columns to learn from with their cells (n, columns), and what to predict, of the rows that have a target."""

    columns: tuple[Column, ...]
    cells: npt.NDArray[np.float64]
    target: targets.Target
    notices: tuple[str, ...]
    groups: npt.NDArray[np.float64] | None
    times: npt.NDArray[np.float64] | None


def listed(names: Sequence[str]) -> str:
    """Return names in words, the first of many."""
    more = f", ... ({len(names)} in all)" if len(names) > _SHOWN else ""
    return ", ".join(map(clean, names[:_SHOWN])) + more


def quoted(name: str) -> str:
    """Return a name as a command line takes it."""
    return shlex.quote(clean(name))


def plan(path: Path, fields: DataFields) -> Plan:
    """Return what `fields` (target, kind, split, drop, derive) make of the file at `path`, worked out once for each state of it.

    Raises DataError for a file that cannot be read or learned from; RecipeError for columns that it does not have, no
    target, or a kind that does not fit.
    """
    asked = DataFields(
        target=fields.target, kind=fields.kind, split=fields.split, drop=fields.drop, derive=fields.derive
    )
    return _plan(path, asked, *_state(path))


@lru_cache(maxsize=2)
def _plan(path: Path, fields: DataFields, modified: int, size: int) -> Plan:
    table = read(path)
    wanted = _targets(path, fields, table)
    by, order = _order(path, fields, table)
    decisive = [cells.values for cells in wanted] + ([order] if order is not None else [])
    there = np.isfinite(np.sum(decisive, axis=0))
    names = listed([*(cells.name for cells in wanted), *by])
    if not there.any():
        raise DataError(f"{clean(path)}: no row has a value of {names}.")
    notices = [f"{clean(path.name)}, {cells.unusual}" for cells in wanted if cells.unusual]
    if gaps := int((~there).sum()):
        notices.append(f"Left out for want of a value of {names}: {gaps:,} of {len(there):,} rows.")
    target = targets.read(
        [cells.column for cells in wanted], np.column_stack([cells.values[there] for cells in wanted]), fields.kind
    )
    apart = {*by, *(cells.name for cells in wanted)}
    features, told = _features(path, [cells for cells in table.values() if cells.name not in apart], fields, there)
    kept = None if order is None else order[there]
    return Plan(
        tuple(cells.column for cells in features),
        np.column_stack([cells.values[there] for cells in features]),
        target,
        (*notices, *told),
        kept if fields.split.startswith("group:") else None,
        kept if fields.split.startswith("time:") else None,
    )


def read(path: Path) -> Table:
    """Return the columns of a file, read once for each state of it. Raises DataError as `csv_text.read` does."""
    return _read(path, *_state(path))


def forget() -> None:
    """Let go of the files that were read last, and of what was made of them."""
    _plan.cache_clear()
    _read.cache_clear()


def _state(path: Path) -> tuple[int, int]:
    """Return what changes when a file does; zeros for one that cannot be looked at, which reading it will explain."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return state.st_mtime_ns, state.st_size


@lru_cache(maxsize=2)
def _read(path: Path, modified: int, size: int) -> Table:
    text = csv_text.read(path)
    return {
        name: csv_cells.understand(name, text.column(number), text.lines, text.decimal_comma)
        for number, name in enumerate(text.header)
    }


def _refusal(field: str, sentence: str) -> RecipeError:
    return RecipeError([Problem(f"data.{field}", sentence)])


def _found(field: str, name: str, path: Path, table: Table) -> Cells:
    if name not in table:
        raise _refusal(
            field,
            f"{clean(path.name)} has no column {clean(name)!r}.{did_you_mean(name, table)} Columns: {listed(list(table))}."
            f"{tables.with_commas(field, name, table)}",
        )
    return table[name]


def _targets(path: Path, fields: DataFields, table: Table) -> list[Cells]:
    if not fields.target:
        names = list(table)
        raise _refusal(
            "target",
            f"is needed: the column to predict. Columns of {clean(path.name)}: {listed(names)}. "
            f"If it is the last one: --target {quoted(names[-1])}.",
        )
    wanted = [_found("target", name, path, table) for name in dict.fromkeys(fields.target)]
    for cells in wanted:
        if cells.fault:
            raise DataError(
                f"{clean(path)}, {cells.fault}. Mend the cell, or empty it: rows without a target are left out."
            )
    return wanted


def _order(path: Path, fields: DataFields, table: Table) -> tuple[tuple[str, ...], npt.NDArray[np.float64] | None]:
    """Return the name of the column that splits the rows, and its groups or times (n,)."""
    by, colon, name = fields.split.partition(":")
    if not colon:
        return (), None
    cells = _found("split", name, path, table)
    if name in fields.target:
        raise _refusal("split", f"{clean(name)} is the target; rows are split by another column.")
    if by == "group":
        return (name,), cells.values
    if cells.fault or (cells.column.categories and cells.dates is None):
        example = cells.fault or f"found {clean(cells.column.categories[0], 40)!r}"
        raise DataError(
            f"{clean(path)}: times in {clean(name)} must be numbers or dates such as 2026-01-31; {example}."
        )
    return (name,), cells.values if cells.dates is None else cells.dates


def _features(
    path: Path, candidates: Sequence[Cells], fields: DataFields, there: npt.NDArray[np.bool_]
) -> tuple[list[Cells], list[str]]:
    """Return the columns to learn from, and a sentence for each that is left out. Dropped ones may still be derived from."""
    features, told = [], []
    for cells in candidates:
        dropped = cells.name in fields.drop
        if cells.fault and not dropped:
            raise DataError(
                f"{clean(path)}, {cells.fault}. Mend the cell, empty it, or leave the column out: --drop {quoted(cells.name)}."
            )
        reason = cells.fault or _useless(cells, there)
        if not reason:
            features.append(cells)
        if not dropped and (reason or cells.unusual):
            told += [f"Column {clean(cells.name)} is left out: {reason}."] if reason else []
            told += [f"{clean(path.name)}, {cells.unusual}"] if cells.unusual else []
    columns, names = [cells.column for cells in features], [cells.name for cells in candidates]
    if problems := tables.check(fields, columns, also=names):
        raise RecipeError(problems)
    if not features:
        raise DataError(f"{clean(path)} has no column to learn from. {' '.join(told)}")
    return features, told


def _useless(cells: Cells, there: npt.NDArray[np.bool_]) -> str:
    """Return why nothing can be learned from a column; empty when something can."""
    values = cells.values[there]
    filled = values[~np.isnan(values)]
    different = len(np.unique(filled))
    if different == 0:
        return "it has no values"
    if different == 1:
        if len(filled) < len(values):
            return ""
        return "all its values are equal" + (" in their first 15 digits" if abs(filled[0]) > _EXACT else "")
    if cells.dates is not None:
        return "its cells are dates, which only data.split uses"
    if cells.column.categories:
        if different == len(filled) or different > max(csv_cells.FEW, len(filled) / 2):
            return f"nearly every row has its own text ({different:,} in {len(filled):,} rows)"
        return f"{different:,} different texts are too many" if different > _MANY_CATEGORIES else ""
    key = cells.name.lower() in _KEYS or cells.name.lower().endswith("id")
    return (
        "it numbers the rows" if key and different == len(values) and bool((filled == np.round(filled)).all()) else ""
    )
