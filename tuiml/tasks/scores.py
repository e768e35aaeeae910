"""What a network's outputs are worth against the truth: losses of rows, confusion of classes, errors of values. NumPy alone.

Outputs are (n, units) as a head gives them; truth is as `Data` holds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.tasks.base import Kind

Array = npt.NDArray[Any]

_EPSILON = 1e-7  # keras.backend.epsilon(): crossentropies keep probabilities that far from 0 and 1
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

METRIC: dict[Kind, str] = {
    "binary": "accuracy",
    "one_of_n": "accuracy",
    "many_of_n": "binary_accuracy",
    "value": "mae",
    "share": "mae",
}
"""The metric that `metric` computes, by its Keras name."""


@dataclass(frozen=True)
class ClassScore:
    """How well one class or label is found: NaN where nothing can be said, as the precision of a class never predicted."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Confused:
    """`count` rows of the class `truth` were taken for `predicted`: `share` of that class' rows."""

    truth: int
    predicted: int
    count: int
    share: float


@dataclass(frozen=True)
class Residuals:
    """Errors of one target, output minus truth: in the target's unit."""

    name: str
    mean: float
    std: float
    mae: float
    quantiles: tuple[float, ...]
    """At `QUANTILES`."""


def row_losses(loss: str, y: Array, outputs: Array) -> Array:
    """Return the loss (n,) float32 of each row, without penalties on weights: as Keras computes it, mean over labels or targets.

    Class numbers beside more than one output count as rows of zeros with a one. Raises ValueError for another loss than
    those of `model.loss`.
    """
    given = outputs.astype(np.float64)
    truth = y.astype(np.float64).reshape(len(y), -1)
    if y.ndim == 1 and given.shape[1] > 1:
        truth = np.eye(given.shape[1])[y.astype(np.int64)]
    if loss in ("mse", "mae"):
        errors = given - truth
        return np.asarray(np.mean(errors**2 if loss == "mse" else np.abs(errors), axis=1), np.float32)
    if loss == "binary_crossentropy":
        sure = np.clip(given, _EPSILON, 1 - _EPSILON)
        each = -(truth * np.log(sure) + (1 - truth) * np.log1p(-sure))
        return np.asarray(each.mean(axis=1), np.float32)
    if loss in ("categorical_crossentropy", "sparse_categorical_crossentropy"):
        shares = given / np.maximum(given.sum(axis=1, keepdims=True), _EPSILON)
        return np.asarray(-(truth * np.log(np.clip(shares, _EPSILON, 1 - _EPSILON))).sum(axis=1), np.float32)
    raise ValueError(f"there is no loss {loss!r} here")


def metric(kind: Kind, y: Array, outputs: Array) -> float:
    """Return the metric of `METRIC` over all rows."""
    if kind in ("binary", "one_of_n"):
        return float(np.mean(predicted(outputs) == y))
    if kind == "many_of_n":
        return float(np.mean((outputs > 0.5) == (y > 0.5)))
    return float(np.mean(np.abs(outputs.astype(np.float64) - y.reshape(outputs.shape))))


def better(kind: Kind) -> int:
    """Return 1 where a higher `metric` is better, -1 where a lower one is."""
    return -1 if kind in ("value", "share") else 1


def predicted(outputs: Array) -> Array:
    """Return class numbers (n,) int64: of one output, whether it is above a half; of several, the largest."""
    if outputs.shape[1] == 1:
        return np.asarray(outputs[:, 0] > 0.5, np.int64)
    return np.asarray(outputs.argmax(axis=1), np.int64)


def probabilities(outputs: Array) -> Array:
    """Return (n, classes): one sigmoid output is the probability of the second of two classes."""
    return np.concatenate([1 - outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs


def confusion(y: Array, taken_for: Array, classes: int) -> Array:
    """Return (classes, classes) int64: rows of the true class i, taken for class j."""
    places = y.astype(np.int64) * classes + taken_for
    return np.asarray(np.bincount(places, minlength=classes * classes).reshape(classes, classes), np.int64)


def class_scores(matrix: Array, names: Sequence[str]) -> list[ClassScore]:
    """Return precision, recall, F1 and support of each class of a confusion matrix."""
    right, support, taken = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    return [_score(*each) for each in zip(names, right, support, taken, strict=True)]


def label_scores(y: Array, outputs: Array, names: Sequence[str]) -> list[ClassScore]:
    """Return the same of each label by itself, where a row may have any number of labels."""
    truth, found = y > 0.5, outputs > 0.5
    right, support, taken = (truth & found).sum(axis=0), truth.sum(axis=0), found.sum(axis=0)
    return [_score(*each) for each in zip(names, right, support, taken, strict=True)]


def most_confused(matrix: Array, most: int) -> list[Confused]:
    """Return up to `most` pairs of classes that were mistaken, the most frequent first."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    pairs = [divmod(int(place), len(matrix)) for place in order]
    support = matrix.sum(axis=1)
    return [Confused(i, j, int(wrong[i, j]), float(wrong[i, j] / support[i])) for i, j in pairs if wrong[i, j]]


def residuals(y: Array, outputs: Array, names: Sequence[str]) -> list[Residuals]:
    """Return the errors of each target."""
    errors = outputs.astype(np.float64) - y.reshape(outputs.shape)
    return [
        Residuals(
            name,
            float(error.mean()),
            float(error.std()),
            float(np.abs(error).mean()),
            tuple(float(value) for value in np.quantile(error, QUANTILES)),
        )
        for name, error in zip(names, errors.T, strict=True)
    ]


def _score(name: str, right: int, support: int, taken: int) -> ClassScore:
    precision = float(right / taken) if taken else float("nan")
    recall = float(right / support) if support else float("nan")
    f1 = float(2 * right / (support + taken)) if support + taken else float("nan")
    return ClassScore(name, precision, recall, f1, int(support))
