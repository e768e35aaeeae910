"""A run as one JSON object: what `--json` prints."""

from __future__ import annotations

from typing import Any

from tuiml.runs.folder import RunFolder
from tuiml.state import RunState


def summary(folder: RunFolder, state: RunState) -> dict[str, Any]:
    """Return the run's result: `metrics` are of the weights it ends with, `best_test_*` of the epoch of best validation loss."""
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
        "parameters": state.parameters,
        "seconds": round(state.elapsed(state.last), 3),
        "folder": str(folder.path.absolute()),
    }
