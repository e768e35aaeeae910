"""What a network said of rows, judged by what is true of them: who was taken for whom, and the rows it was most wrong about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import StorageError
from tuiml.tasks import scores
from tuiml.tasks.described import Described
from tuiml.tasks.scores import ClassScore, Confused, Residuals

Array = npt.NDArray[Any]
Numbers = npt.NDArray[np.int64]

CASES = ("found", "missed", "invented", "left out")
"""What can become of a label: there and said, there alone, said alone, neither."""


@dataclass(frozen=True, eq=False)
class Judged:
    """Rows by their number (n,) `of` the data's "test" set or its "train" rows, truth `y`, `outputs` (n, units), `losses` (n,).

    A place is where a row stands in these arrays.
    """

    described: Described
    of: str
    rows: Numbers
    y: Array
    outputs: Array
    losses: Array

    def checked(self, where: str) -> Judged:
        """Return itself. Raises StorageError, naming `where` it was stored, when truth and outputs do not fit the task."""
        count, units = len(self.rows), self.described.head.units
        fits = self.outputs.shape == (count, units) and self.losses.shape == (count,) and len(self.y) == count
        if fits and self.of_classes:
            fits = self.y.shape == (count,) and self.y.dtype.kind in "iu"
            fits = fits and (not count or 0 <= int(self.y.min()) <= int(self.y.max()) < len(self.described.classes))
        elif fits:
            fits = self.y.size == self.outputs.size and self.y.dtype.kind in "biuf"
        if not fits or self.outputs.dtype.kind != "f" or self.losses.dtype.kind != "f" or self.rows.dtype.kind != "i":
            raise StorageError(f"{where} is damaged: what it holds does not fit the classes or targets of the run.")
        return self

    @property
    def of_classes(self) -> bool:
        """Whether each row is of one class."""
        return self.described.kind in ("binary", "one_of_n")

    @property
    def of_values(self) -> bool:
        """Whether numbers are predicted."""
        return self.described.kind in ("value", "share")

    @cached_property
    def taken_for(self) -> Numbers:
        """The class that each row was taken for (n,)."""
        return scores.predicted(self.outputs)

    @cached_property
    def matrix(self) -> Numbers:
        """The confusion matrix (classes, classes): rows of the true class i, taken for class j."""
        return scores.confusion(self.y, self.taken_for, len(self.described.classes))

    @cached_property
    def labelled(self) -> Numbers:
        """Of many labels, the rows in each case of `CASES` (labels, 4)."""
        truth, said = self._labels()
        cases = (truth & said, truth & ~said, ~truth & said, ~truth & ~said)
        return np.stack([case.sum(axis=0) for case in cases], axis=1).astype(np.int64)

    def among(self, row: int, column: int) -> npt.NDArray[np.bool_]:
        """Return which rows (n,) a cell of `matrix`, or of `labelled`, counts."""
        if self.of_classes:
            return np.asarray((self.y == row) & (self.taken_for == column), np.bool_)
        truth, said = (part[:, row] for part in self._labels())
        return np.asarray((truth == (column in (0, 1))) & (said == (column in (0, 2))), np.bool_)

    def _labels(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        return self.y.reshape(self.outputs.shape) > 0.5, self.outputs > 0.5

    @property
    def metric(self) -> float:
        """The task's metric, `scores.METRIC`, over these rows."""
        return scores.metric(self.described.kind, self.y, self.outputs)

    def by_class(self) -> list[ClassScore]:
        """Return how well each class, or each of many labels, is found."""
        if self.of_classes:
            return scores.class_scores(self.matrix, self.described.classes)
        return scores.label_scores(self.y.reshape(self.outputs.shape), self.outputs, self.described.names)

    def most_confused(self, most: int) -> list[Confused]:
        """Return the pairs of classes that were mistaken, the most frequent first."""
        return scores.most_confused(self.matrix, most)

    def residuals(self) -> list[Residuals]:
        """Return the errors of each target."""
        return scores.residuals(self.y, self.outputs, self.described.names)

    def worst(self, among: npt.NDArray[np.bool_] | None = None) -> Numbers:
        """Return places by falling loss, of those rows alone that `among` (n,) names; what is no number is worst of all."""
        order = np.argsort(-np.nan_to_num(self.losses, nan=np.inf, posinf=np.inf), kind="stable")
        return np.asarray(order if among is None else order[among[order]], np.int64)

    def fact(self, place: int) -> dict[str, Any]:
        """Return row, loss, what is true and what was said: a class with its probability, labels, or values."""
        kind, names = self.described.kind, self.described.names
        fact: dict[str, Any] = {"row": int(self.rows[place]), "of": self.of, "loss": float(self.losses[place])}
        if self.of_classes:
            shares = scores.probabilities(self.outputs[place : place + 1])[0]
            right, guess = int(self.y[place]), int(self.taken_for[place])
            return fact | {
                "true": self.described.classes[right],
                "predicted": self.described.classes[guess],
                "probability": float(shares[guess]),
                "probability_of_true": float(shares[right]),
            }
        truth, said = np.ravel(self.y[place]), self.outputs[place]
        if kind == "many_of_n":
            return fact | {
                "true": [name for name, value in zip(names, truth, strict=True) if value > 0.5],
                "predicted": [name for name, value in zip(names, said, strict=True) if value > 0.5],
            }
        return fact | {"true": [float(value) for value in truth], "predicted": [float(value) for value in said]}


def told(value: Any, targets: Sequence[str]) -> str:
    """Return what is true or what was said of a row in words: a class, labels, or values by the names of their `targets`."""
    if not isinstance(value, list):
        return str(value)
    if value and isinstance(value[0], float):
        return ", ".join(f"{name} {one:.6g}".lstrip() for name, one in zip(targets or ("",), value, strict=True))
    return ", ".join(value) or "nothing"
