"""One table of every field of a Recipe (path, flag, title, range, help), and a recipe's equivalent command line."""

from __future__ import annotations

import shlex
import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tuiml.fields import EarlyStopping, Recipe
from tuiml.fields.knob import AMOUNT_RANGE, read_amount

Kind = Literal["int", "float", "choice", "switch", "numbers", "text", "group"]


@dataclass(frozen=True)
class Knob:
    """One field as the faces need it: `range` is words such as "a number from 0 to 1, below 1"."""

    path: str
    flag: str | None
    title: str
    help: str
    unit: str
    kind: Kind
    choices: tuple[str, ...]
    range: str
    default: Any


def get(recipe: Recipe, path: str) -> Any:
    """Return the value at a dotted path of the recipe; fields of an absent group are None."""
    value: Any = recipe
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def as_text(value: Any) -> str:
    """Return a field's value as its flag and its form input write it."""
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ",".join(as_text(item) for item in value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    if isinstance(value, EarlyStopping):
        plain = EarlyStopping()
        changed = [
            f"{name}={as_text(given)}" for name, given in value if given != getattr(plain, name) and name != "patience"
        ]
        return ",".join([str(value.patience) if not changed else f"patience={value.patience}", *changed])
    return str(value)


def differences(recipe: Recipe, base: Recipe) -> dict[str, Any]:
    """Return {path: value} of the fields in which `recipe` differs from `base`; early stopping is one field."""
    return {
        path: get(recipe, path)
        for path in KNOBS
        if not path.startswith("early_stopping.") and get(recipe, path) != get(base, path)
    }


def flags(recipe: Recipe, base: Recipe) -> list[str]:
    """Return the arguments that turn `base` (a task's default recipe) into `recipe`, `--task` first."""
    arguments = ["--task", recipe.task]
    for path, value in differences(recipe, base).items():
        knob = KNOBS[path]
        if path == "task":
            continue
        if knob.flag and knob.kind == "switch":
            arguments.append(knob.flag if value else knob.flag.replace("--", "--no-", 1))
        elif knob.flag:
            arguments += [knob.flag, as_text(value)]
        else:
            arguments += ["--set", f"{path}={as_text(value)}"]
    return arguments


def command(recipe: Recipe, base: Recipe) -> str:
    """Return the command that runs `recipe`, quoted for a shell."""
    return shlex.join(["tuiml", *flags(recipe, base)])


def _knobs(section: type[BaseModel], prefix: str = "") -> dict[str, Knob]:
    found: dict[str, Knob] = {}
    for name, field in section.model_fields.items():
        path = f"{prefix}{name}"
        inner = _inner_section(field)
        if isinstance(field.json_schema_extra, dict):
            found[path] = _knob(path, field)
        if inner is not None:
            found |= _knobs(inner, f"{path}.")
    return found


def _inner_section(field: FieldInfo) -> type[BaseModel] | None:
    for candidate in (field.annotation, *get_args(field.annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _knob(path: str, field: FieldInfo) -> Knob:
    extra: Any = field.json_schema_extra
    kind, choices = _kind(field.annotation)
    return Knob(
        path,
        extra["flag"],
        extra["title"],
        field.description or "",
        extra["unit"],
        kind,
        choices,
        _words(kind, choices, field),
        field.default,
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", tuple(str(choice) for choice in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        return _kind(get_args(annotation)[0])
    if get_origin(annotation) is tuple:
        item = get_args(annotation)[0]
        inner = get_args(item)[0] if get_origin(item) is Annotated else item
        return ("numbers" if inner in (int, float) else "text"), ()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "group", ()
    kinds: dict[Any, Kind] = {bool: "switch", int: "int", float: "float"}
    return kinds.get(annotation, "text"), ()


def _words(kind: Kind, choices: tuple[str, ...], field: FieldInfo) -> str:
    if any(getattr(item, "func", None) is read_amount for item in field.metadata):
        return AMOUNT_RANGE
    if get_origin(field.annotation) is tuple and get_origin(get_args(field.annotation)[0]) is Literal:
        return ", ".join(get_args(get_args(field.annotation)[0]))
    if kind == "choice":
        return ", ".join(choices)
    if kind == "switch":
        return "on or off"
    noun = {"int": "a whole number", "float": "a number", "numbers": "numbers"}.get(kind)
    return f"{noun} {_bounds(field)}".strip() if noun else ""


def _bounds(field: FieldInfo) -> str:
    metadata = list(field.metadata)
    if get_origin(field.annotation) is tuple:
        metadata += getattr(get_args(get_args(field.annotation)[0])[1], "metadata", [])
    words = {Ge: "from {}", Gt: "above {}", Le: "to {}", Lt: "below {}"}
    limits = {
        kind: getattr(item, kind.__name__.lower()) for item in metadata for kind in words if isinstance(item, kind)
    }
    return ", ".join(words[kind].format(f"{limits[kind]:,}") for kind in words if kind in limits).replace(", to", " to")


KNOBS: dict[str, Knob] = _knobs(Recipe)
"""Every field by its dotted path, in the order of declaration."""
