"""A Recipe from layers of plain dictionaries or TOML text, with every problem told at once, and back to text."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tuiml.errors import Problem, RecipeError, did_you_mean
from tuiml.fields import EarlyStopping, Recipe, read_early_stopping
from tuiml.knobs import KNOBS

Fields = Mapping[str, Any]


def compose(layers: Iterable[Fields]) -> Recipe:
    """Merge nested dictionaries, later ones winning, and validate the result.

    Raises RecipeError with every problem found.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = _merge(merged, layer)
    try:
        return Recipe.model_validate(merged)
    except ValidationError as error:
        details = error.errors()
        raise RecipeError(
            [_problem(item) for item in details], _sound(merged, [item["loc"] for item in details])
        ) from None


def nested(path: str, value: Any) -> dict[str, Any]:
    """Return `{"train": {"epochs": value}}` for `train.epochs`."""
    for name in reversed(path.split(".")):
        value = {name: value}
    return value  # type: ignore[no-any-return]


def to_toml(recipe: Recipe) -> str:
    """Return the whole recipe as TOML; early stopping is "off" where it is, so that no default can switch it on."""
    import tomlkit

    fields = recipe.model_dump(mode="json", exclude_none=True)
    first = {"task": fields.pop("task")} | ({} if "early_stopping" in fields else {"early_stopping": "off"})
    return tomlkit.dumps(first | fields)


def from_toml(text: str, source: str) -> dict[str, Any]:
    """Return the fields of TOML text; `source` names it in the RecipeError raised when it is not TOML."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError([Problem("", f"{source} is not valid TOML: {error}.")]) from None


def read(file: Path) -> Recipe:
    """Return the recipe in a TOML file. Raises RecipeError, also when the file cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError([Problem("", f"{file} cannot be read: {error}.")]) from None
    return compose([from_toml(text, str(file))])


def _merge(base: Fields, top: Fields) -> dict[str, Any]:
    merged = dict(base)
    for name, value in top.items():
        if name == "early_stopping":
            value = read_early_stopping(value)
        below = merged.get(name)
        merged[name] = _merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged


def _sound(merged: dict[str, Any], faults: list[tuple[int | str, ...]]) -> Recipe | None:
    """Return the recipe without its faulty fields, or None when not even the task is known."""
    merged = copy.deepcopy(merged)  # its parts may be a task's own defaults
    for location in faults:
        *parents, name = [part for part in location if isinstance(part, str)] or [""]
        section: Any = merged
        for parent in parents:
            section = section.get(parent) if isinstance(section, dict) else None
        if isinstance(section, dict):
            section.pop(name, None)
    try:
        return Recipe.model_validate(merged)
    except ValidationError:
        return None


def _problem(details: Any) -> Problem:
    """Turn one of pydantic's errors into a sentence that names the range and what was received."""
    location = [str(part) for part in details["loc"] if not isinstance(part, int)]
    path, received, context = ".".join(location), details["input"], details.get("ctx", {})
    kind = details["type"]
    if kind == "extra_forbidden":
        section = _section(location[:-1])
        known = list(section.model_fields) if section else []
        return Problem(
            path,
            f"there is no such field.{did_you_mean(location[-1], known)}"
            + (f" Known here: {', '.join(known)}." if known else ""),
        )
    if kind == "literal_error":
        choices = [word.strip().strip("'") for word in context["expected"].replace(" or ", ", ").split(",")]
        return Problem(
            path,
            f"expected {context['expected'].replace(chr(39), '')}; received {received!r}.{did_you_mean(str(received), choices)}",
        )
    if kind == "missing":
        return Problem(path, "is needed.")
    knob = KNOBS.get(path)
    if knob and kind == "string_pattern_mismatch":
        return Problem(path, f"expected {knob.help}; received {received!r}.")
    expected = (knob.range if knob else "") or details["msg"].removeprefix("Input should be ").removeprefix(
        "Value error, "
    )
    return Problem(path, f"expected {expected}; received {received!r}.")


def _section(location: list[str]) -> type[BaseModel] | None:
    section: type[BaseModel] = Recipe
    for name in location:
        if name == "early_stopping":
            section = EarlyStopping
            continue
        field = section.model_fields.get(name)
        if field is None or not isinstance(field.annotation, type):
            return None
        section = field.annotation
    return section
