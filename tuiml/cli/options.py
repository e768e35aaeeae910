"""The recipe's flags as plain keyword-only parameters, generated from the table of fields."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Group, Parameter

from tuiml.knobs import KNOBS, Knob

_GROUPS = {
    "task": "Data",
    "data": "Data",
    "model": "Network",
    "optimizer": "Optimizer",
    "regularize": "Regularization",
    "early_stopping": "Regularization",
    "augment": "Augmentation",
    "train": "Training",
    "folds": "K-fold validation",
}
_ORDER = {title: Group.create_ordered(title) for title in dict.fromkeys(_GROUPS.values())}


def with_recipe_flags(function: Callable[..., int]) -> Callable[..., int]:
    """Give `function(fields, **others)` one keyword-only parameter per field that has a flag, in front of its own.

    What was typed arrives as `fields`, {path: text}. Values stay text here: the recipe alone knows types and ranges.
    """
    paths = {_parameter_name(knob): knob.path for knob in KNOBS.values() if knob.flag}

    def bound(**values: Any) -> int:
        fields = {path: value for name, path in paths.items() if (value := values.pop(name, None)) is not None}
        return function(fields, **values)

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    bound.__signature__ = inspect.Signature([*(_parameter(knob) for knob in KNOBS.values() if knob.flag), *own])  # type: ignore[attr-defined]
    bound.__doc__ = function.__doc__
    return bound


def _parameter_name(knob: Knob) -> str:
    return knob.path.replace(".", "__")


def _parameter(knob: Knob) -> inspect.Parameter:
    described = f"{knob.help} ({knob.range})" if knob.range and knob.kind != "switch" else knob.help
    kind: Any = bool | None if knob.kind == "switch" else str | None
    annotation = Annotated[
        kind,
        Parameter(name=knob.flag, help=described, group=_ORDER[_GROUPS[knob.path.split(".")[0]]], show_default=False),
    ]
    return inspect.Parameter(_parameter_name(knob), inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
