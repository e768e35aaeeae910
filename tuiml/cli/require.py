"""`--require val_accuracy>=0.97`: what a run must reach for a script to go on."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tuiml.errors import RequirementError, UsageError, did_you_mean

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Requirement:
    """A metric's name, a comparison and a bound."""

    metric: str
    sign: str
    bound: float

    def __str__(self) -> str:
        return f"{self.metric}{self.sign}{self.bound:g}"


def parse(texts: Sequence[str]) -> list[Requirement]:
    """Return the requirements written as METRIC>=NUMBER (or <=, >, <). Raises UsageError."""
    return [_parse(text) for text in texts]


def check_names(requirements: Sequence[Requirement], metrics: Sequence[str]) -> None:
    """Raise UsageError for a metric that a run with these metrics beside the loss will never have."""
    known = [prefix + name for prefix in ("", "val_", "test_", "best_test_") for name in ("loss", *metrics)]
    for wanted in requirements:
        if wanted.metric not in known:
            hint = did_you_mean(wanted.metric, known)
            raise UsageError(f"--require {wanted}: there is no {wanted.metric!r}.{hint} Known: {', '.join(known)}.")


def check(requirements: Sequence[Requirement], metrics: Mapping[str, float]) -> None:
    """Raise RequirementError naming every requirement that the metrics do not meet; nan meets none."""
    missed = []
    for wanted in requirements:
        value = metrics.get(wanted.metric)
        if value is None:
            missed.append(f"{wanted} (there is no {wanted.metric}; known: {', '.join(sorted(metrics)) or 'none'})")
        elif not _OPERATORS[wanted.sign](value, wanted.bound):
            missed.append(f"{wanted} (was {value:.4g})")
    if missed:
        raise RequirementError(f"not met: {'; '.join(missed)}.")


def _parse(text: str) -> Requirement:
    found = re.fullmatch(r"\s*([a-z_0-9]+)\s*(>=|<=|>|<)\s*(\S+)\s*", text)
    try:
        if found is None:
            raise ValueError
        return Requirement(found[1], found[2], float(found[3]))
    except ValueError:
        raise UsageError(
            f"--require {text!r}: expected METRIC>=NUMBER (or <=, >, <), such as val_accuracy>=0.97."
        ) from None
