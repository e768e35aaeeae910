"""`--require val_accuracy>=0.97`: what a run must reach for a script to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuiml.errors import RequirementError, UsageError, did_you_mean
from tuiml.tasks import goals
from tuiml.tasks.goals import Goal


def parse(texts: Sequence[str]) -> list[Goal]:
    """Return the requirements written as METRIC>=NUMBER (or <=, >, <). Raises UsageError."""
    return [_parse(text) for text in texts]


def check_names(requirements: Sequence[Goal], metrics: Sequence[str], folds: bool = False) -> None:
    """Raise UsageError for a metric that a run with these metrics beside the loss, and maybe with folds, will never have."""
    prefixes = ("", "val_", *(("best_val_",) if folds else ()), "test_", "best_test_")
    known = [prefix + name for prefix in prefixes for name in ("loss", *metrics)]
    for wanted in requirements:
        if wanted.metric not in known:
            hint = did_you_mean(wanted.metric, known)
            raise UsageError(f"--require {wanted}: there is no {wanted.metric!r}.{hint} Known: {', '.join(known)}.")


def check(requirements: Sequence[Goal], metrics: Mapping[str, Any]) -> None:
    """Raise RequirementError naming every requirement that the metrics do not meet; nan meets none, of folds the mean counts."""
    missed = []
    for wanted in requirements:
        found = metrics.get(wanted.metric)
        value = found["mean"] if isinstance(found, Mapping) else found
        if value is None:
            missed.append(f"{wanted} (there is no {wanted.metric}; known: {', '.join(sorted(metrics)) or 'none'})")
        elif not wanted.met(value):
            missed.append(f"{wanted} (was {value:.4g})")
    if missed:
        raise RequirementError(f"not met: {'; '.join(missed)}.")


def _parse(text: str) -> Goal:
    try:
        return goals.parse(text)
    except ValueError as error:
        raise UsageError(f"--require {text!r}: {error}.") from None
