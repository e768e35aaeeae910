"""K-fold validation as its events tell it: each fold's epochs, their mean curve, the epoch count that it suggests."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuiml import events

Place = tuple[int, int]
"""(repeat, fold), both counted from 1."""


@dataclass(frozen=True)
class Epoch:
    """One complete epoch; `seconds` is its training part, `t` when it ended, on a clock that stands still in pauses."""

    number: int
    metrics: dict[str, float]
    seconds: float
    learning_rate: float
    patience_left: int | None
    t: float


@dataclass
class Fold:
    """One fold's network; `status` is running, finished or failed, `metrics` those of its last epoch."""

    repeat: int
    number: int
    history: list[Epoch] = field(default_factory=list)
    status: str = "running"
    metrics: dict[str, float] = field(default_factory=dict)
    error: str = ""


Folds = dict[Place, Fold]


def take(folds: Folds, event: events.Event, t: float) -> Fold | None:
    """Take an event in and return the fold that it is of, or None for an event of no fold.

    An epoch that begins once more, as after a crash, takes the place of what had been told of it and of later ones.
    """
    if not isinstance(event, (events.EpochStarted, events.EpochEnded, events.FoldEnded)):
        return None
    if event.fold is None or event.repeat is None:
        return None
    fold = folds.setdefault((event.repeat, event.fold), Fold(event.repeat, event.fold))
    if isinstance(event, events.EpochStarted):
        del fold.history[max(event.epoch - 1, 0) :]
    elif isinstance(event, events.EpochEnded):
        fold.metrics = event.metrics
        fold.history.append(
            Epoch(event.epoch, event.metrics, event.seconds, event.learning_rate, event.patience_left, t)
        )
    else:
        fold.status, fold.metrics, fold.error = event.status, event.metrics, event.error or ""
    return fold


def mean_curve(folds: Mapping[Any, Fold], name: str) -> tuple[list[int], list[float], list[float]]:
    """Return epoch numbers, means and standard deviations of a metric over folds.

    Failed folds are left out, and running ones too once another is finished; these count for the epochs that all of them
    have. A finished one that was stopped early counts with its last epoch from there on: its network stays as it is. The
    deviation of one fold is 0.
    """
    shown = [fold for fold in counted(folds) if fold.history and name in fold.history[0].metrics]
    longest = max if all(fold.status == "finished" for fold in shown) else min
    epochs = longest((len(fold.history) for fold in shown), default=0)
    rows = [[fold.history[min(at, len(fold.history) - 1)] for fold in shown] for at in range(epochs)]
    values = [[epoch.metrics.get(name, math.nan) for epoch in row] for row in rows]
    return (
        [max(epoch.number for epoch in row) for row in rows],
        [_mean(row) for row in values],
        [_deviation(row) for row in values],
    )


def counted(folds: Mapping[Any, Fold]) -> list[Fold]:
    """Return the folds that means are taken over: the finished ones, else those that run."""
    ended = [fold for fold in folds.values() if fold.status == "finished"]
    return ended or [fold for fold in folds.values() if fold.status == "running" and fold.history]


def smoothed(values: Sequence[float], factor: float, skip: int) -> list[float]:
    """Return the exponential moving average of `values` without the first `skip`: the notes' smoothed curve.

    The first value is kept, each later one is factor * the average before + (1 - factor) * value. A value that is not
    finite leaves the average where it was.
    """
    average: list[float] = []
    for value in values[skip:]:
        before = average[-1] if average else math.nan
        if not math.isfinite(value):
            average.append(before)
        elif math.isfinite(before):
            average.append(factor * before + (1 - factor) * value)
        else:
            average.append(value)
    return average


def skipped(skip: int, epochs: int) -> int:
    """Return how many first epochs are left out: `skip`, but at most a tenth of all, since a short study has no other."""
    return min(skip, epochs // 10)


def best(values: Sequence[float]) -> int | None:
    """Return the place of the lowest finite value, the first of equal ones; None where there is none."""
    finite = [at for at, value in enumerate(values) if math.isfinite(value)]
    return min(finite, key=lambda at: values[at]) if finite else None


def judged(metrics: Iterable[str]) -> str:
    """Return the metric that decides the epoch count: val_mae of numbers, whose first metric it is, as in the notes, else val_loss."""
    return "val_mae" if next((name for name in metrics if name != "loss"), "") == "mae" else "val_loss"


def suggest(folds: Mapping[Any, Fold], metric: str, factor: float, skip: int) -> events.FoldsEnded | None:
    """Return what the folds say of `metric` where its smoothed mean curve is lowest; None where nothing finite is known."""
    numbers, means, deviations = mean_curve(folds, metric)
    left_out = skipped(skip, len(numbers))
    curve = smoothed(means, factor, left_out)
    at = best(curve)
    if at is None:
        return None
    failed = sum(fold.status == "failed" for fold in folds.values())
    place = at + left_out
    return events.FoldsEnded(metric, numbers[place], curve[at], means[place], deviations[place], failed)


def spreads(folds: Mapping[Any, Fold], epoch: int | None = None, prefix: str = "val_") -> dict[str, dict[str, Any]]:
    """Return {mean, std, folds} of each metric whose name begins with `prefix`: at the last epoch, or at `epoch`.

    `folds` are the values fold by fold, in order of repeat and number; a fold that ended before counts with its last epoch.
    """
    rows = []
    for fold in sorted(counted(folds), key=lambda fold: (fold.repeat, fold.number)):
        known = [row.metrics for row in fold.history if epoch is None or row.number <= epoch]
        rows.append(known[-1] if known else {})
    names = [name for name in (rows[0] if rows else {}) if name.startswith(prefix)]
    found = {}
    for name in names:
        values = [row[name] for row in rows if name in row]
        found[name] = {"mean": _mean(values), "std": _deviation(values), "folds": values}
    return found


def results(folds: Mapping[Any, Fold], suggested: events.FoldsEnded | None) -> dict[str, dict[str, Any]]:
    """Return `val_*` of the folds' last epochs, and `best_val_*` of the suggested one where it is known."""
    at_best = spreads(folds, suggested.epoch) if suggested is not None else {}
    return spreads(folds) | {f"best_{name}": spread for name, spread in at_best.items()}


def share(
    plan: events.FoldsPlanned, folds: Mapping[Any, Fold], refit: tuple[int, int] | None, epoch: int, inside: float
) -> float:
    """Return the share of all epochs that is done, from 0 to 1, a fold that has ended counted in full.

    `refit` are the epochs it has done and will have, None while the folds train; `inside` is the share done of the
    `epoch` that is being trained.
    """
    done = float(sum(plan.epochs if fold.status != "running" else len(fold.history) for fold in folds.values()))
    if refit is not None:
        done += refit[0] + inside * (epoch > refit[0])
    else:
        done += inside * sum(fold.status == "running" and len(fold.history) < epoch for fold in folds.values())
    last = 0 if not plan.refit else refit[1] if refit is not None else plan.epochs
    return min(done / max(plan.models * plan.epochs + last, 1), 1.0)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.nan


def _deviation(values: Sequence[float]) -> float:
    if not all(map(math.isfinite, values)):
        return math.nan
    mean = _mean(values)  # statistics.pstdev is exact and takes 20 times as long: curves ask for thousands
    return math.sqrt(sum((value - mean) * (value - mean) for value in values) / len(values))
