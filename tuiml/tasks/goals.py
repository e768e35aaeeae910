"""A metric and the bound that it is to reach, as `--stop-when` and `--require` write them: val_accuracy>=0.98."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

_SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Goal:
    """A metric's name, a comparison and a bound."""

    metric: str
    sign: str
    bound: float

    def __str__(self) -> str:
        return f"{self.metric}{self.sign}{self.bound:g}"

    def met(self, value: float) -> bool:
        """Whether `value` of the metric reaches the bound; nan never does."""
        return _SIGNS[self.sign](value, self.bound)


def parse(text: str) -> Goal:
    """Return the goal written as METRIC>=NUMBER (or <=, >, <). Raises ValueError with what was expected."""
    found = re.fullmatch(r"\s*([a-z_0-9]+)\s*(>=|<=|>|<)\s*(\S+)\s*", text)
    try:
        if found is None:
            raise ValueError
        return Goal(found[1], found[2], float(found[3]))
    except ValueError:
        raise ValueError("expected METRIC>=NUMBER (or <=, >, <), such as val_accuracy>=0.97") from None
