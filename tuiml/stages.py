"""The steps of a run's warm-up, as its events tell them one after another."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBERS = re.compile(r"[\d.,]+")


@dataclass(frozen=True)
class Stage:
    """A step of the warm-up and when it began, in seconds since 1970."""

    what: str
    t: float


def take(stages: list[Stage], what: str, t: float) -> None:
    """Add a step; one whose words differ from the last one's in numbers alone is the same, further on."""
    began = t
    if stages and _NUMBERS.sub("", what) == _NUMBERS.sub("", stages[-1].what):
        began = stages.pop().t
    stages.append(Stage(what, began))
