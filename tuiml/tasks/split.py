"""Which rows are trained on, validated on and tested on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks import amounts, duplicates
from tuiml.tasks.base import Data
from tuiml.tasks.selection import drawn, latest, stratified
from tuiml.text import clean

Rows = npt.NDArray[np.int64]

_VALIDATION, _FRACTION = 1, 2
"""Constants beside the seed: each choice has its own random numbers, so that one does not move the other."""
_TEST_SEED = 2020
"""The test set is part of the task and the same for every seed, so that runs are comparable."""
_TOLERATED = 0.1
"""A split may be that much larger or smaller than asked for before it is told: a share of it."""
_NAMED = 3
"""As many classes are named in a sentence."""


@dataclass(frozen=True)
class Parts:
    """Numbers of rows of `data.train_x` for each split, int64, sorted, without a common row.

    `test` is None where the data brings its own test set. `notices` are sentences about rows that are on both sides of a
    split, or were left out.
    """

    train: Rows
    validation: Rows
    test: Rows | None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Way:
    """What rows are set apart by: `how` as in `data.split`, class numbers, units that stay together, times (all (n,))."""

    how: str
    labels: npt.NDArray[Any]
    units: Rows
    times: npt.NDArray[Any] | None = None

    @property
    def column(self) -> bool:
        """Whether a column sets the rows apart; equal rows can then be anywhere in it."""
        return ":" in self.how


def split(data: Data, data_fields: Mapping[str, Any], seed: int, folds: bool = False) -> Parts:
    """Return which rows are for what, as `data_fields`, the recipe's `data` section, ask.

    `validation` and `test` are "auto", a share of all rows of `data.train_x`, or a number of them (see `amounts`). A test
    set is drawn only where the data brings none, the same for every seed. `split` says how rows are set apart: "shuffled"
    draws them by `seed`, each class in proportion; "group:COLUMN" likewise, with no group on both sides; "time:COLUMN"
    takes the latest rows for testing and the latest of the rest for validation; "first" takes the first rows for
    validation, as the notes do, and the last for testing.

    Equal rows never lie on both sides of a split that is drawn here: they stay together; by time, and where they tie most
    groups together, those in training are left out. Those on both sides of a split that the data brings, or of "first",
    are counted in `notices`. With `deduplicate`, training rows that equal validation, test or earlier training rows are
    left out, and validation rows that equal test rows.

    `fraction` is the share of the training rows to keep; no other split depends on it. Rows that the data itself sets
    apart for validation win over a share; a number of rows, or 0, overrules them. With `folds`, no row is set apart for
    validation: folds take turns with the training rows.

    Raises DataError when the rows are too few for what is asked, or have no groups or times.
    """
    total, tested = len(data.train_y), len(data.test_y)
    if total == 0:
        raise DataError("There are no training rows.")
    if wrong := excess((total, tested), data_fields, folds):
        raise DataError(" ".join(wrong))
    alike, alike_test = duplicates.alike(data.train_x, data.test_x)
    way = _way(data, str(data_fields["split"]), alike)
    count, test_count = amounts.held_out(total, tested > 0, data_fields)
    fixed = np.empty(0, np.int64) if folds else _fixed(data, data_fields["validation"])
    everything = np.arange(total, dtype=np.int64)
    free = everything[~np.isin(way.units, way.units[fixed])]
    test = _apart(way, free, test_count, (_TEST_SEED,), "test")
    validation, rest = fixed, np.setdiff1d(everything, test, assume_unique=True)
    if not folds and not len(fixed):
        validation = _apart(way, rest, count, (seed, _VALIDATION), "validation")
    training = np.setdiff1d(rest, validation, assume_unique=True)
    notices = _other_sizes({"validation": (validation, len(fixed) or count), "test": (test, test_count)}, folds)
    deduplicate = bool(data_fields["deduplicate"])
    if deduplicate or way.column:
        tests = np.concatenate([alike[test], alike_test]) if deduplicate else alike[test]
        validation, training, told = _left_out(alike, training, validation, tests, twice=deduplicate)
        notices += told
    if not deduplicate:
        notices += _on_both_sides("validation", alike[validation], alike[training])
        kept = np.concatenate([alike[training], alike[validation]])
        notices += _on_both_sides("test", alike_test if tested else alike[test], kept)
    training = _fraction(data, training, float(data_fields["fraction"]), seed)
    if not len(training):
        raise DataError(f"No training rows are left of {total:,}: equal rows are left out or set apart.")
    notices += _missing_classes(data, training)
    return Parts(training, validation, None if tested else test, tuple(notices))


def counts(task_rows: tuple[int, int], data_fields: Mapping[str, Any], folds: bool = False) -> tuple[int, int, int]:
    """Return how many rows are to be expected for (training, validation, testing), from the (training, test) rows of a task.

    Groups, rows of one time, equal rows and a validation set of the data's own can move them.
    """
    validation, test = amounts.held_out(task_rows[0], task_rows[1] > 0, data_fields)
    validation = 0 if folds else validation
    left = task_rows[0] - validation - test
    return max(1, round(data_fields["fraction"] * left)) if left > 0 else 0, validation, task_rows[1] or test


def excess(task_rows: tuple[int, int], data_fields: Mapping[str, Any], folds: bool = False) -> tuple[str, str] | None:
    """Return (field, sentence) when more rows are to be set apart than can be, else None; arguments as in `counts`."""
    rows = task_rows[0]
    validation, test = amounts.held_out(rows, task_rows[1] > 0, data_fields)
    if test >= rows:
        return "data.test", _too_many(test, rows, "rows")
    if not folds and validation >= rows - test:
        return "data.validation", _too_many(
            validation, rows - test, f"training rows{' beside the test rows' if test else ''}"
        )
    return None


def _too_many(asked: int, there: int, what: str) -> str:
    less = f"a share such as 0.2, or at most {there - 1:,} rows" if there > 1 else "0 for none"
    return f"asks for {asked:,} of the {there:,} {what}, and at least one must be left to train on. Give {less}."


def _labels(data: Data) -> npt.NDArray[Any]:
    """Return class numbers (n,); of what has no classes, or several for a row, zeros."""
    classes = data.train_y.ndim == 1 and np.issubdtype(data.train_y.dtype, np.integer)
    return data.train_y if classes else np.zeros(len(data.train_y), np.int64)


def _fixed(data: Data, wanted: float | str) -> Rows:
    if data.fixed_validation is None or (wanted != "auto" and not 0 < float(wanted) < 1):
        return np.empty(0, np.int64)
    rows = np.unique(data.fixed_validation).astype(np.int64)
    if len(rows) >= len(data.train_y):
        raise DataError(
            f"All {len(rows):,} training rows are set apart for validation: none would be left for training."
        )
    return rows


def _way(data: Data, how: str, alike: Rows) -> _Way:
    """Return what rows are set apart by, as `data.split` says. Raises DataError when they have no such column."""
    plain = np.arange(len(alike), dtype=np.int64)
    if how == "first":
        return _Way(how, _labels(data), plain)
    if how == "shuffled":
        return _Way(how, _labels(data), duplicates.together(alike))
    kind, _, column = how.partition(":")
    values = data.groups if kind == "group" else data.times
    if values is None:
        raise DataError(
            f"data.split asks for {clean(how)}, but these rows have no {kind}s; expected shuffled or first."
        )
    if kind == "group":
        groups = np.unique(values, return_inverse=True)[1].astype(np.int64)
        tied = duplicates.together(alike, groups)
        return _Way(how, _labels(data), tied if 2 * np.bincount(tied).max() <= len(tied) else groups)
    if timeless := int((values != values).sum()):
        raise DataError(f"data.split: {_rows(timeless)} without a time in {clean(column)}; expected one in each row.")
    return _Way(how, _labels(data), plain, values)


def _apart(way: _Way, pool: Rows, count: int, seed: tuple[int, ...], name: str) -> Rows:
    """Return about `count` rows of `pool` for the split called `name`. Raises DataError when it cannot give them."""
    if count == 0:
        return pool[:0]
    if way.how == "first":
        return pool[:count] if name == "validation" else pool[max(0, len(pool) - count) :]
    if way.times is not None:
        rows = pool[latest(way.times[pool], count)]
        if not len(rows):
            raise DataError(
                f"data.split: all {len(pool):,} rows have the same time, so that none is later than others."
            )
        return rows
    rows = pool[drawn(way.labels[pool], way.units[pool], count, seed)] if len(pool) else pool
    largest = int(np.bincount(way.units[pool]).max(initial=0))
    if not len(rows) or count - len(rows) >= largest:
        raise DataError(
            f"data.{name} asks for {count:,} of {len(pool):,} rows, but at most {len(rows):,} can be set apart: each class "
            "needs rows to train on, and equal rows and groups stay together. Ask for fewer, 0 for none, or give more rows."
        )
    return rows


def _other_sizes(sides: Mapping[str, tuple[Rows, int]], folds: bool) -> list[str]:
    """Return what there is to tell of splits whose size is far from the rows that were asked for."""
    return [
        f"{len(rows):,} {name} rows instead of {asked:,}: equal rows, groups and rows of one time stay together."
        for name, (rows, asked) in sides.items()
        if abs(len(rows) - asked) > _TOLERATED * asked and not (folds and name == "validation")
    ]


def _left_out(alike: Rows, training: Rows, validation: Rows, tests: Rows, twice: bool) -> tuple[Rows, Rows, list[str]]:
    """Return validation rows unequal to `tests` and training rows unequal to both, the latter, if `twice`, once each."""
    kept = validation[~np.isin(alike[validation], tests)]
    left = training[~np.isin(alike[training], np.concatenate([tests, alike[validation]]))]
    once = left[~duplicates.repeated(alike[left])] if twice else left
    leaked, again = len(validation) - len(kept) + len(training) - len(left), len(left) - len(once)
    if not leaked + again:
        return kept, once, []
    copies = f", {again:,} to an earlier training row" if again else ""
    return kept, once, [f"{_rows(leaked + again)} left out: {leaked:,} equal to rows of another split{copies}."]


def _on_both_sides(name: str, held_out: Rows, others: Rows) -> list[str]:
    """Return what there is to tell of rows of a split that, by the numbers of `duplicates.alike`, equal training rows."""
    count = int(np.isin(held_out, others).sum())
    if not count:
        return []
    equal = "is equal to a training row" if count == 1 else "are equal to training rows"
    return [
        f"{count:,} of {len(held_out):,} {name} rows {equal}, labels aside: figures on them are too good. "
        "--deduplicate leaves such training rows out."
    ]


def _missing_classes(data: Data, training: Rows) -> list[str]:
    if not data.classes or data.train_y.ndim != 1:
        return []
    seen = np.bincount(data.train_y[training], minlength=len(data.classes))
    names = [clean(name) for name, count in zip(data.classes, seen.tolist(), strict=False) if not count]
    if not names:
        return []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [
        f"No training rows of {', '.join(names[:_NAMED])}{more} are left: the network cannot learn what it never sees."
    ]


def _fraction(data: Data, training: Rows, share: float, seed: int) -> Rows:
    if share == 1 or not len(training):
        return training
    count = max(1, round(share * len(training)))
    return training[stratified(_labels(data)[training], count, (seed, _FRACTION))]


def _rows(count: int) -> str:
    return f"{count:,} row is" if count == 1 else f"{count:,} rows are"
