"""What L1, L2 and activity regularization add to the loss, as a mean over the rows of an epoch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

PENALTIES = ("penalty", "val_penalty")


class Penalty:
    """A running mean that checkpoints carry, as they do the counters of callbacks."""

    name = "penalty"

    def __init__(self) -> None:
        self._sum, self._rows = 0.0, 0

    @property
    def mean(self) -> float:
        """The mean over all rows so far, 0 before the first."""
        return self._sum / max(self._rows, 1)

    def add(self, steps: Iterable[tuple[float, int]]) -> None:
        """Take in more steps, each with its penalty and its rows, one by one: chunks of any size give the same bits."""
        for penalty, rows in steps:
            self._sum += float(penalty) * rows
            self._rows += rows

    def reset(self) -> None:
        """Begin an epoch."""
        self._sum, self._rows = 0.0, 0

    def memory(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return counters, and no arrays, for a checkpoint."""
        return {"sum": self._sum, "rows": self._rows}, {}

    def remember(self, counters: dict[str, Any], arrays: dict[str, Any]) -> None:
        """Take back what `memory` returned."""
        self._sum, self._rows = counters["sum"], counters["rows"]


def penalties_last(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return metrics as numbers, the penalties behind all others: nobody takes them for the metric of a run."""
    order = sorted(metrics, key=lambda name: name in PENALTIES)
    return {name: float(metrics[name]) for name in order}
