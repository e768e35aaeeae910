"""What ended a run, or a fold, before its time: in words, with an exit code."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from tuiml.errors import DataError, NotFiniteError, RecipeError, StorageError, TuimlError
from tuiml.train.control import Stopped


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    status: str
    reason: str
    exit_code: int = 0
    error: str | None = None


def stopped(stop: Stopped) -> Outcome:
    """Return the outcome of a run that was asked to stop."""
    codes = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
    return Outcome("stopped", f"stopped {_ASKED.get(stop.wish.by, f'by {stop.wish.by}')}", codes.get(stop.wish.by, 0))


def failed(error: Exception) -> Outcome:
    """Return the outcome of a run that ended with `error`; what is no error of ours goes to runner.log in full."""
    if isinstance(error, TuimlError):
        return Outcome("failed", _REASONS.get(type(error), "training failed"), int(error.exit_code), str(error))
    traceback.print_exception(error)  # into runner.log: the place for what a user should not have to read
    if isinstance(error, MemoryError) or "ResourceExhausted" in type(error).__name__ or "OOM" in str(error):
        return Outcome(
            "failed", "out of memory", 1, "Out of memory. Half the batch size or a smaller network needs less."
        )
    lines = [line.strip() for line in str(error).splitlines() if line.strip() and "[[{{" not in line]
    what = f"{type(error).__name__}: {lines[-1] if lines else 'no message'}"
    return Outcome("failed", "training failed", 1, f"{what} (details: runner.log)")


_ASKED = {"tui": "in the app", "cli": "by tuiml stop"}
_REASONS: dict[type[Exception], str] = {
    RecipeError: "the recipe cannot be run",
    DataError: "the data cannot be used",
    StorageError: "the run folder cannot be written",
    NotFiniteError: "the loss was not finite",
}
