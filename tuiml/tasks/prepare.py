"""What rows become before a network sees them, with everything that must be learned from data learned from training rows alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.fields import Recipe
from tuiml.tasks import tables, texts
from tuiml.tasks.base import Data, Rows
from tuiml.tasks.sequences import Sequences


@dataclass(frozen=True)
class Steps:
    """Sequences of numbers: each feature standardized by its mean and deviation over all rows and steps of training."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __call__(self, x: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return (n, steps, features); what is missing becomes 0."""
        standard = (x - np.asarray(self.mean)) / np.asarray(self.std)
        return np.where(np.isnan(standard), 0, standard).astype(np.float32)


@dataclass(frozen=True)
class Words:
    """Texts: which of `size` words each has, or, where a network reads them in order, `maxlen` word numbers."""

    size: int
    ordered: bool
    maxlen: int
    padding: texts.End
    truncating: texts.End

    def __call__(self, x: Sequences) -> Sequences | npt.NDArray[np.int32]:
        """Return the texts as rows of zeros and ones (n, size), kept as word numbers; or as (n, maxlen) int32."""
        if self.ordered:
            return texts.padded(texts.known(x, self.size), self.maxlen, self.padding, self.truncating)
        return texts.multi_hot(x, self.size)


@dataclass(frozen=True, eq=False)
class Preparation:
    """How rows of one task become what a network sees: made by `fit`, applied to any rows of the same form.

    Pictures and features are what they were. At most one of the parts is there.
    """

    table: tables.Table | None = None
    steps: Steps | None = None
    words: Words | None = None

    def __call__(self, x: Rows) -> Rows:
        """Return the prepared rows of `x`: a table as float32 (n, features), texts as `Words` says, sequences as `Steps`."""
        part = self.table or self.steps or self.words
        return part(x) if part else x

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the prepared features of a table, in order; empty for other rows."""
        return tuple(feature.name for feature in self.table.features) if self.table else ()

    def blanked(self, x: Rows, rows: npt.NDArray[np.int64], share: float, seed: int) -> Rows:
        """Return the cells `x` of a table, not prepared yet, with a random `share` of those of `rows` missing.

        Each row has its own draw of `seed`, the same in every fold; other rows, and what is not a table, stay as they are.
        """
        return self.table.blanked(x, rows, share, seed) if self.table and share else x

    def gap_warning(self, x: Rows) -> str:
        """Return a sentence when cells of `x` are missing where none was in the training rows; empty when all is well."""
        return self.table.gap_warning(x) if self.table else ""

    def to_json(self) -> dict[str, Any]:
        """Return everything that `from_json` needs."""
        return {
            "table": self.table and self.table.to_json(),
            "steps": self.steps and asdict(self.steps),
            "words": self.words and asdict(self.words),
        }


def from_json(said: dict[str, Any]) -> Preparation:
    """Return the preparation that `to_json` described. Raises KeyError, TypeError or ValueError for anything else."""
    steps, words = said["steps"], said["words"]
    return Preparation(
        said["table"] and tables.from_json(said["table"]),
        steps and Steps(tuple(steps["mean"]), tuple(steps["std"])),
        words and Words(**words),
    )


def fit(recipe: Recipe, data: Data, rows: npt.NDArray[np.int64]) -> Preparation:
    """Return the preparation that the recipe asks for, its statistics measured on the training `rows` alone.

    Raises DataError when no feature is left to learn from.
    """
    fields = recipe.data
    if data.form == "table":
        try:
            table = tables.fit(fields, data.columns, data.train_x[rows])
        except ValueError as error:  # the task says so first, unless its columns are known from its data alone
            raise DataError(f"data.derive: {error}") from None
        if not table.features:
            raise DataError("No column is left to learn from: data.drop leaves out all of them.")
        return Preparation(table=table)
    if data.form == "text":
        ordered = recipe.model.preset != "dense"
        return Preparation(words=Words(fields.words, ordered, fields.maxlen, fields.padding, fields.truncating))
    if data.form == "features" and data.train_x.ndim == 3:
        return Preparation(steps=_steps(data.train_x[rows]))
    return Preparation()


def _steps(x: npt.NDArray[Any]) -> Steps:
    values = x.reshape(-1, x.shape[-1]).astype(np.float64)
    there = ~np.isnan(values)
    count = np.maximum(1, there.sum(0))
    mean = np.where(there, values, 0).sum(0) / count
    variance = (np.where(there, values - mean, 0) ** 2).sum(0) / count
    std = np.sqrt(variance)
    std[(std == 0) | (np.ptp(np.where(there, values, mean), axis=0) == 0)] = 1
    return Steps(tuple(mean.tolist()), tuple(std.tolist()))
