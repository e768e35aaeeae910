"""A run's history as comma-separated values: one row per epoch, with folds one per epoch of each fold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from tuiml.folds import Epoch
from tuiml.state import RunState


def to_csv(state: RunState) -> str:
    """Return the epochs of a run: columns repeat and fold where it has folds (empty for the refit), epoch, seconds,
    learning_rate and every metric that any epoch has; an empty cell where one has it not.
    """
    rows: list[tuple[int | str, int | str, Epoch]] = []
    for place, fold in sorted(state.folds.items()):
        rows += [(*place, epoch) for epoch in fold.history]
    rows += [("", "", epoch) for epoch in state.history]
    metrics = _names(epoch for _, _, epoch in rows)
    places = ["repeat", "fold"] if state.folds else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*places, "epoch", "seconds", "learning_rate", *metrics])
    for repeat, number, epoch in rows:
        where = [repeat, number] if places else []
        values = [epoch.metrics.get(name, "") for name in metrics]
        writer.writerow([*where, epoch.number, round(epoch.seconds, 6), epoch.learning_rate, *values])
    return text.getvalue()


def _names(epochs: Iterable[Epoch]) -> list[str]:
    """Return the metrics in the order in which they appear."""
    return list(dict.fromkeys(name for epoch in epochs for name in epoch.metrics))
