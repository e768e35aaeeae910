"""Some rows out of many: drawn class by class, in units that stay together, or the latest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]


def stratified(labels: npt.NDArray[Any], count: int, seed: tuple[int, ...]) -> Numbers:
    """Return `count` of the row numbers of `labels` (n,), drawn by `seed`, sorted; each class is within one row of its proportion.

    Own code instead of scikit-learn's `train_test_split`: the terminal app draws previews from the training rows, and
    importing scikit-learn would cost it a second.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    _, classes, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    take = _proportions(sizes, count)
    chosen = [order[classes[order] == number][:rows] for number, rows in enumerate(take.tolist())]
    return np.sort(np.concatenate([np.empty(0, np.int64), *chosen])).astype(np.int64)


def drawn(labels: npt.NDArray[Any], units: Numbers, count: int, seed: tuple[int, ...]) -> Numbers:
    """Return row numbers of whole `units` (n,), drawn by `seed`, sorted: as near to `count` rows as units allow.

    Classes, by `labels` (n,), are in proportion as far as units allow; one unit of each is never drawn, so that there is
    something to train on: fewer rows than `count` come back where that leaves no others. Units of one row each give
    `count` rows exactly; units that become one leave the order of the others as it was.
    """
    order = np.random.default_rng(seed).permutation(len(labels))
    _, first, unit_of, sizes = np.unique(units[order], return_index=True, return_inverse=True, return_counts=True)
    queue = np.argsort(first)
    _, classes = np.unique(labels[order[first]], return_inverse=True)
    by_class = queue[np.argsort(classes[queue], kind="stable")]
    members = np.split(by_class, np.cumsum(np.bincount(classes))[:-1])
    take = _proportions(np.bincount(classes, weights=sizes), count)
    chosen, spare = np.zeros(len(sizes), bool), np.ones(len(sizes), bool)
    for units_of_class, rows in zip(members, take.tolist(), strict=True):
        spare[units_of_class[-1]] = False
        chosen[_fitting(units_of_class[:-1], sizes, rows)] = True
    chosen[_fitting(queue[(spare & ~chosen)[queue]], sizes, count - int(sizes[chosen].sum()))] = True
    short, left = count - int(sizes[chosen].sum()), np.flatnonzero(spare & ~chosen)
    if short > 0 and len(left):
        smallest = left[np.argmin(sizes[left])]
        chosen[smallest] = sizes[smallest] - short < short or not chosen.any()
    return np.sort(order[chosen[unit_of]]).astype(np.int64)


def latest(times: npt.NDArray[Any], count: int) -> Numbers:
    """Return the numbers of about `count` rows, sorted, later by `times` (n,) than all others.

    Rows of one time stay together, on the side that comes nearer to `count`. Empty when all rows have one time.
    """
    border = np.sort(times)[max(0, len(times) - count)]
    sides = [np.flatnonzero(later) for later in (times >= border, times > border)]
    possible = [rows for rows in sides if 0 < len(rows) < len(times)]
    return min(possible, key=lambda rows: abs(len(rows) - count), default=np.empty(0, np.int64))


def _proportions(sizes: npt.NDArray[Any], count: int) -> Numbers:
    """Return how many of `count` rows fall to each class of `sizes` rows: the largest remainders get one more."""
    quotas = sizes * (count / max(1, sizes.sum()))
    take: Numbers = np.floor(quotas).astype(np.int64)
    if rest := count - int(take.sum()):
        take[np.argsort(take - quotas, kind="stable")[:rest]] += 1
    return take


def _fitting(units: Numbers, sizes: Numbers, room: int) -> Sequence[int]:
    """Return those of `units`, in their order, that fit into `room` rows."""
    ends = np.cumsum(sizes[units])
    beginning = int(np.searchsorted(ends, room, side="right"))
    fitting: list[int] = units[:beginning].tolist()
    room -= int(ends[beginning - 1]) if beginning else 0
    for unit in units[beginning:].tolist():
        if room == 0:
            break
        if sizes[unit] <= room:
            fitting.append(unit)
            room -= int(sizes[unit])
    return fitting
