"""What rows become before a network sees them, with everything that must be learned from data learned from training rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.fields import Recipe
from tuiml.tasks.base import Data, Rows


@dataclass(frozen=True, eq=False)
class Preparation:
    """How rows of one task become what a network sees: made by `fit`, applied to any rows of the same form."""

    def __call__(self, x: Rows) -> Rows:
        """Return the prepared rows of `x`."""
        return x

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the prepared features of a table, in order; empty for other rows."""
        return ()

    def to_json(self) -> dict[str, Any]:
        """Return everything that `from_json` needs."""
        return {}


def fit(recipe: Recipe, data: Data, rows: npt.NDArray[np.int64]) -> Preparation:
    """Return the preparation that the recipe asks for, its statistics measured on the training `rows` alone."""
    return Preparation()
