"""A verdict on a run: what kind, since when, how sure, on which numbers; and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "underfitting", "overfitting", "both", "good_fit", "improving", "diverged", "stalled", "noisy", "suspicious"
]

TITLES: dict[Kind, str] = {
    "underfitting": "Underfitting",
    "overfitting": "Overfitting",
    "both": "Underfitting, and overfitting",
    "good_fit": "Good fit",
    "improving": "Still improving",
    "diverged": "Diverged",
    "stalled": "Stalled",
    "noisy": "Too noisy to tell",
    "suspicious": "Suspicious",
}


@dataclass(frozen=True)
class Verdict:
    """What is to be said of a run: `since_epoch` where it began, `confidence` from 0 to 1, `evidence` each with its numbers.

    The first two pieces of `evidence` are what the rule rests on; the others explain.
    """

    kind: Kind
    since_epoch: int | None
    confidence: float
    evidence: tuple[str, ...]

    @property
    def title(self) -> str:
        """The verdict in a few words, such as "Overfitting since epoch 9"."""
        return TITLES[self.kind] + (f" since epoch {self.since_epoch}" if self.since_epoch else "")

    @property
    def overfits_after(self) -> int | None:
        """The last epoch before the run overfits; None where it does not, or nobody knows since when."""
        return self.since_epoch - 1 if self.since_epoch and self.kind in ("overfitting", "both") else None

    def sentence(self) -> str:
        """Return the verdict and its main numbers on one line."""
        return f"{self.title}: {'; '.join(self.evidence[:2])}" if self.evidence else self.title


def sure(strength: float) -> float:
    """Return a confidence: a half for what just passes its threshold, 0.9 for five times as much."""
    return round(1 - 0.5 / max(strength, 1.0), 2)


def figure(value: float) -> str:
    """Return a number as verdicts write it: "0.42", "12.3", "1,234"."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}" if abs(value) < 1e6 else f"{value:.1e}"
