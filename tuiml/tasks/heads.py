"""The last layer, its loss and its metrics, as they follow from what a task asks for."""

from __future__ import annotations

from dataclasses import dataclass

from tuiml.fields import ModelFields
from tuiml.tasks import metrics
from tuiml.tasks.base import Kind


@dataclass(frozen=True)
class Head:
    """The end of a network. `metrics` are Keras names; with `one_hot`, class numbers must become rows of 0 and 1.

    `reason` explains the table's choice in a sentence. `conflict` says why an override contradicts the table, and
    `impossible` why it cannot be trained at all; both are empty where there is nothing to say. Where `spread` is not empty,
    what each unit gives is multiplied by it and shifted by `center`: the training targets' standard deviation and mean.
    """

    activation: str
    loss: str
    units: int
    metrics: tuple[str, ...]
    reason: str
    one_hot: bool = False
    conflict: str = ""
    impossible: str = ""
    center: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()


# kind -> (activation, loss, metric, reason). Source: the Keras notes' table of last-layer activations and losses.
_TABLE: dict[Kind, tuple[str, str, str, str]] = {
    "binary": (
        "sigmoid",
        "binary_crossentropy",
        "accuracy",
        "Two classes: one sigmoid unit gives the probability of the second class, and binary_crossentropy compares it with the label.",
    ),
    "one_of_n": (
        "softmax",
        "sparse_categorical_crossentropy",
        "accuracy",
        "One of several classes: softmax gives probabilities that sum to 1, and categorical crossentropy looks at that of the right class.",
    ),
    # Keras would read "accuracy" of several columns as "the largest is right", which is not what many labels mean
    "many_of_n": (
        "sigmoid",
        "binary_crossentropy",
        "binary_accuracy",
        "Any number of labels at once: one sigmoid unit per label, each judged by itself with binary_crossentropy.",
    ),
    "value": (
        "linear",
        "mse",
        "mae",
        "Any real number: a linear unit leaves the output unbounded, and mse is the mean squared distance from the value.",
    ),
    "share": (
        "sigmoid",
        "mse",
        "mae",
        "A number from 0 to 1: a sigmoid unit cannot leave that range, and mse is the mean squared distance from the value.",
    ),
}

_MIXED = (
    "Mixed pictures have mixed labels: softmax gives a share of each class, and categorical_crossentropy compares them."
)

_LOSSES = {"softmax": "sparse_categorical_crossentropy", "sigmoid": "binary_crossentropy"}
"""The loss that goes with an overriding activation when classes are told apart; mse with all others."""

_CATEGORICAL = ("sparse_categorical_crossentropy", "categorical_crossentropy")
_CLASSES: tuple[Kind, ...] = ("binary", "one_of_n")


def choose(
    kind: Kind,
    outputs: int,
    model_fields: ModelFields,
    *,
    labels: str = "auto",
    extra: tuple[str, ...] = (),
    mixed: bool = False,
) -> Head:
    """Return the head for a task of `kind` with `outputs` classes, labels or targets.

    `model_fields.output` and `model_fields.loss` override the table unless they are "auto"; when only one is given,
    the other follows it where the table's would not fit. `labels` are the recipe's `data.labels`, `extra` the metrics
    to record beside the kind's own: where nothing else decides, class numbers become rows of zeros with a one if one of
    the two needs them. With `mixed`, labels are shares of several classes (mixup, cutmix): they are rows of numbers, and
    so is what the network gives.
    """
    activation, loss, metric, reason = _TABLE[kind]
    output, wanted = model_fields.output, model_fields.loss
    rows = labels == "one_hot" or (labels == "auto" and kind == "one_of_n" and metrics.need_rows(extra))
    if (mixed or rows) and kind in _CLASSES and wanted == "auto" and output in ("auto", "softmax"):
        wanted, reason = "categorical_crossentropy", _MIXED if mixed else reason
    if output != "auto":
        if output != activation and kind in _CLASSES:
            loss = _LOSSES.get(output, "mse")
        activation = output
    elif kind == "binary" and wanted in _CATEGORICAL:
        activation = "softmax"
    if wanted != "auto":
        loss = wanted
    units = max(1, outputs)
    if kind == "binary":  # one unit is enough, unless what is asked for weighs the two classes against each other
        units = 2 if activation == "softmax" or loss in _CATEGORICAL else 1
    one_hot = kind in _CLASSES and units > 1 and loss != "sparse_categorical_crossentropy"
    return Head(
        activation,
        loss,
        units,
        (metric, *(name for name in dict.fromkeys(extra) if name != metric)),
        reason,
        one_hot,
        _conflict(kind, activation, loss),
        _impossible(kind, activation, loss, units) or (_impossible_mixed(loss) if mixed and not one_hot else ""),
    )


def _impossible_mixed(loss: str) -> str:
    return f"{loss} needs one class per row, and mixed labels are shares of several; expected categorical_crossentropy."


def _impossible(kind: Kind, activation: str, loss: str, units: int) -> str:
    if loss in _CATEGORICAL and kind not in _CLASSES:
        what = "rows with any number of labels" if kind == "many_of_n" else "a number"
        return f"{loss} needs exactly one class per row, but this task asks for {what}; expected {_TABLE[kind][1]}."
    if loss == "binary_crossentropy" and kind == "value":
        return "binary_crossentropy needs a target from 0 to 1, but this task's values are any real numbers; expected mse or mae."
    if activation == "softmax" and kind in ("value", "share") and units == 1:
        return f"softmax over a single unit is always 1, so nothing could be learned; expected {_TABLE[kind][0]}."
    if activation in _RANGES and loss.endswith("crossentropy"):
        return f"{loss} needs probabilities, but a {activation} last layer gives {_RANGES[activation]}; expected softmax or sigmoid, or the loss mse."
    return ""


_RANGES = {"linear": "any number", "relu": "any number from 0 up", "tanh": "numbers from -1 to 1"}

_EXPLAINED = {
    "softmax": "softmax gives numbers that sum to 1: where one grows, the others must fall.",
    "sigmoid": "sigmoid gives numbers from 0 to 1 alone.",
    "tanh": "tanh gives numbers from -1 to 1 alone: what lies outside can never be reached.",
    "relu": "relu gives no number below 0, and a unit that is below 0 for every row gives 0 without a gradient, "
    "from which it never recovers (a dead relu).",
    "linear": "linear gives any number.",
}


def _conflict(kind: Kind, activation: str, loss: str) -> str:
    usual, usual_loss, _, reason = _TABLE[kind]
    same = activation == usual or (
        kind == "binary" and activation == "softmax"
    )  # a softmax of two is a sigmoid of the difference
    fitting = {usual_loss}
    if kind == "one_of_n" or (kind == "binary" and activation == "softmax"):
        fitting = set(_CATEGORICAL)
    elif kind == "share":
        fitting = {"mse", "mae", "binary_crossentropy"}
    elif kind == "value":
        fitting = {"mse", "mae"}
    if same and loss in fitting:
        return ""
    why = "" if same else f" {_EXPLAINED[activation].capitalize()}"
    return f"{activation} with {loss} is unusual here; {usual} with {usual_loss} is the usual choice.{why} {reason}"
