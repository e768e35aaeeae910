"""A run as one JSON object: what `--json` prints."""

from __future__ import annotations

from typing import Any

from tuiml.runs.folder import RunFolder
from tuiml.state import RunState


def summary(folder: RunFolder, state: RunState) -> dict[str, Any]:
    """Return the run's result: `metrics` are of the weights it ends with, `best_test_*` of the epoch of best validation loss.

    With k-fold validation, `metrics` holds {mean, std, folds} for each of `val_*` and `best_val_*`, and `folds` what was
    planned and what came of it; without, `folds` is null.
    """
    return {
        "run": folder.id,
        "name": folder.name(),
        "status": state.status,
        "reason": state.reason,
        "error": state.error or None,
        "task": state.task,
        "epochs": len(state.history),
        "best_epoch": state.best_epoch,
        "metrics": state.results(),
        "folds": _folds(state),
        "parameters": state.parameters,
        "seconds": round(state.elapsed(state.last), 3),
        "folder": str(folder.path.absolute()),
    }


def _folds(state: RunState) -> dict[str, Any] | None:
    if state.plan is None:
        return None
    ended = [fold.status for fold in state.folds.values()]
    suggested = state.suggested
    return {
        "k": state.plan.k,
        "repeats": state.plan.repeats,
        "models": state.plan.models,
        "finished": ended.count("finished"),
        "failed": ended.count("failed"),
        "stacked": state.plan.stacked,
        "epochs": state.plan.epochs,
        "metric": suggested.metric if suggested else None,
        "suggested_epoch": suggested.epoch if suggested else None,
        "smoothed": suggested.value if suggested else None,
        "mean": suggested.mean if suggested else None,
        "spread": suggested.spread if suggested else None,
    }
