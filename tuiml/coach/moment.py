"""A run as it was after one of its epochs, and the epochs that a run, or the mean of its folds, has gone through."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import replace

from tuiml.folds import Epoch, mean_curve
from tuiml.state import RunState

_UNKNOWN = (0, None, math.inf)


def epochs_of(state: RunState) -> list[Epoch]:
    """Return the epochs that can be gone through: the run's own, or with folds those of their mean curves."""
    if state.plan is None:
        return state.history
    names = ["loss", "val_loss", *(name for base in state.metric_names for name in (base, f"val_{base}"))]
    curves = {name: mean_curve(state.folds, name)[:2] for name in names}
    rows = [dict[str, float]() for _ in range(max((len(numbers) for numbers, _ in curves.values()), default=0))]
    for name, (_, means) in curves.items():
        for row, value in zip(rows, means, strict=False):
            row[name] = value
    return [Epoch(number + 1, row, 0.0, math.nan, None, 0.0) for number, row in enumerate(rows)]


def after(state: RunState, epoch: int) -> RunState:
    """Return the state as it was after `epoch`, still running; after the last one, as it is."""
    last = len(epochs_of(state)) if state.plan else state.history[-1].number if state.history else 0
    if epoch >= last:
        return state
    kept = bisect_right(state.history, epoch, key=lambda one: one.number)
    before = {
        place: replace(
            fold, history=fold.history[:epoch], status="running" if fold.status == "finished" else fold.status
        )
        for place, fold in state.folds.items()
    }
    return replace(
        state,
        status="running",
        history=state.history[:kept] if state.plan is None else [],
        measured=[one for one in state.measured if one.epoch <= epoch],
        batch_losses=[pair for pair in state.batch_losses if pair[0] <= epoch],
        folds=before,
        epoch=epoch,
        test={},
        best_test={},
        error="",
        exit_code=None,
        final_epoch=None,
        suggested=None,
        _best=_UNKNOWN,
    )
