"""Which of Keras' metrics have a meaning for which kind of task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tuiml.tasks.base import Kind


@dataclass(frozen=True)
class Metric:
    """For which kinds of task a metric has a meaning; whether classes must be `rows` of zeros with a one, or `numbers`; whether more is better."""

    kinds: tuple[Kind, ...]
    labels: Literal["", "rows", "numbers"] = ""
    rises: bool = False


_ONE: tuple[Kind, ...] = ("one_of_n",)
_SIGMOIDS: tuple[Kind, ...] = ("binary", "many_of_n")
_NUMBERS: tuple[Kind, ...] = ("value", "share")

METRICS: dict[str, Metric] = {
    "accuracy": Metric(("binary", "one_of_n"), rises=True),
    "binary_accuracy": Metric(_SIGMOIDS, rises=True),
    "categorical_accuracy": Metric(_ONE, "rows", rises=True),
    "sparse_categorical_accuracy": Metric(_ONE, "numbers", rises=True),
    "top_k_categorical_accuracy": Metric(_ONE, "rows", rises=True),
    "sparse_top_k_categorical_accuracy": Metric(_ONE, "numbers", rises=True),
    "categorical_crossentropy": Metric(_ONE, "rows"),
    "sparse_categorical_crossentropy": Metric(_ONE, "numbers"),
    "kl_divergence": Metric(_ONE, "rows"),
    "binary_crossentropy": Metric(_SIGMOIDS),
    "auc": Metric(_SIGMOIDS, rises=True),
    "precision": Metric(_SIGMOIDS, rises=True),
    "recall": Metric(_SIGMOIDS, rises=True),
    "mae": Metric((*_ONE, *_SIGMOIDS, *_NUMBERS), "rows"),
    "mse": Metric((*_ONE, *_SIGMOIDS, *_NUMBERS), "rows"),
    "mean_absolute_error": Metric((*_ONE, *_SIGMOIDS, *_NUMBERS), "rows"),
    "mean_squared_error": Metric((*_ONE, *_SIGMOIDS, *_NUMBERS), "rows"),
    "root_mean_squared_error": Metric(_NUMBERS),
    "mean_absolute_percentage_error": Metric(_NUMBERS),
    "mean_squared_logarithmic_error": Metric(_NUMBERS),
    "mape": Metric(_NUMBERS),
    "msle": Metric(_NUMBERS),
    "r2_score": Metric(_NUMBERS, rises=True),
}
"""Keras' metrics by name, top_k with its k of 5. Whoever wants another writes it here; a test trains with each."""


def need_rows(names: Iterable[str]) -> bool:
    """Whether one of the metrics needs classes as rows of zeros with a one."""
    return any(name in METRICS and METRICS[name].labels == "rows" for name in names)


def rises(name: str) -> bool:
    """Whether more is better of a metric, of training or, with val_, of validation; a loss is better the lower it is."""
    name = name.removeprefix("val_")
    return name in METRICS and METRICS[name].rises
