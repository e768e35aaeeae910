"""Which fields of the form mean something beside the values of the others, and why the rest is hidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tuiml.tasks.base import Form, Task
from tuiml.tasks.optimizers import USED_BY
from tuiml.tui.setup import form
from tuiml.tui.setup.form import EARLY_STOPPING, PRESET, Values

Holds = Callable[[Values, Task | None], bool]


class Rule(NamedTuple):
    """When a field means something: in words that follow "is shown when", and as a function of the values and the task."""

    reason: str
    holds: Holds


_ASSUMED: dict[str, Form] = {"folder:": "pictures", "csv:": "table", "npz:": "features"}
"""What the user's files are taken for until they could be looked into."""


def _form(values: Values, task: Task | None) -> Form:
    field = form.file_field(values["task"])
    return task.form if task else _ASSUMED[field.beginning] if field else "pictures"


def _rows(*forms: Form) -> Holds:
    return lambda values, task: _form(values, task) in forms


def _files(*beginnings: str) -> Holds:
    return lambda values, task: values["task"].startswith(beginnings)


def _is(path: str, *words: str) -> Holds:
    return lambda values, task: values[path] in words


def _classes(values: Values, task: Task | None) -> bool:
    return task is None or task.kind in ("binary", "one_of_n")


def _some(path: str, values: Values) -> bool:
    """Whether one of the numbers in a field is not zero."""
    return any(word.strip().strip("0.") for word in values[path].split(","))


def _dropping(values: Values, task: Task | None) -> bool:
    return _some("regularize.dropout", values) or _some("regularize.input_dropout", values)


def _folding(values: Values, task: Task | None) -> bool:
    return _some("folds.k", values)


def _sequences(values: Values, task: Task | None) -> bool:
    return _rows("text")(values, task) and values["model.preset"] in ("embedding", "lstm", "gru")


def _optimizer(name: str) -> Rule:
    return Rule(f"the optimizer is {' or '.join(USED_BY[name])}", _is("optimizer.name", *USED_BY[name]))


_TABLE = Rule("the rows are those of a table", _rows("table"))
_FOLDER = Rule("the task is a folder of pictures", _files("folder:"))
_SEQUENCES = Rule("the rows are texts and the network is embedding, lstm or gru", _sequences)
_DROPPING = Rule("there is dropout", _dropping)
_DECAY = Rule(
    "the schedule is step, exponential or plateau", _is("optimizer.schedule", "step", "exponential", "plateau")
)
_FOLDS = Rule("there are folds", _folding)
_CLASSES = Rule("the task is to tell classes apart", _classes)

RULES: dict[str, Rule] = {
    **{field.path: Rule(f"the task is {field.choice}", _files(field.beginning)) for field in form.FILES},
    "data.validation": Rule("there are no folds", lambda values, task: not _folding(values, task)),
    "data.test": Rule(
        "the task brings no test rows of its own",
        lambda values, task: task is None or task.rows is None or not task.rows[1],
    ),
    **{f"data.{name}": _TABLE for name in ("mask", "indicators", "drop", "derive")},
    "data.target": Rule("the task is a csv table", _files("csv:")),
    "data.kind": Rule("the task is a csv table or npz arrays", _files("csv:", "npz:")),
    "data.scale_target": Rule(
        "the task is to predict any number", lambda values, task: task is None or task.kind == "value"
    ),
    "data.words": Rule("the rows are texts", _rows("text")),
    **{f"data.{name}": _SEQUENCES for name in ("maxlen", "padding", "truncating")},
    **{f"data.{name}": _CLASSES for name in ("labels", "class_weights")},
    **{f"data.{name}": _FOLDER for name in ("image_size", "resize", "color")},
    "model.dense": Rule("the network is cnn, lstm or gru", _is("model.preset", "cnn", "lstm", "gru")),
    "model.embedding": _SEQUENCES,
    "model.slope": Rule("an activation is leaky_relu", lambda values, task: "leaky_relu" in values["model.activation"]),
    "regularize.noise_shape": _DROPPING,
    "regularize.dropout_seed": _DROPPING,
    "augment.ops": Rule("the rows are pictures", _rows("pictures")),
    "augment.mode": Rule(
        "there is augmentation",
        lambda values, task: values["augment.mode"] == "offline" or bool(values["augment.ops"].strip()),
    ),
    "augment.copies": Rule("augmentation is offline", _is("augment.mode", "offline")),
    "train.batch_size": Rule("a step does not take all rows", _is("train.full_batch", "off")),
    **{f"optimizer.{name}": _optimizer(name) for name in USED_BY},
    "optimizer.decay": _DECAY,
    "optimizer.decay_epochs": _DECAY,
    **{f"folds.{name}": _FOLDS for name in ("repeats", "shuffled", "smoothing", "skip", "refit")},
}
"""Fields that do not always mean something. Those of early stopping are not listed one by one."""

_STOPPING = Rule("early stopping is on", _is(EARLY_STOPPING, "on"))


def shown(values: Values, task: Task | None) -> list[str]:
    """Return the paths of the form's fields that mean something; `task` is None while it is not known."""
    own = ["task", *(field.path for field in form.FILES), PRESET]
    every = [*own, *(path for group in form.paths().values() for path in group)]
    return [path for path in every if (rule := _rule(path)) is None or rule.holds(values, task)]


def why_hidden(path: str) -> str:
    """Return when a field is shown, as the end of a sentence."""
    rule = _rule(path)
    return rule.reason if rule else ""


def _rule(path: str) -> Rule | None:
    return _STOPPING if path.startswith(f"{EARLY_STOPPING}.") else RULES.get(path)
