"""Recipes of tasks: the default one, the one that a command line asks for, and the command that repeats one."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tuiml.errors import DataError, Problem, RecipeError, UsageError, did_you_mean
from tuiml.fields import Recipe
from tuiml.knobs import KNOBS, command
from tuiml.recipe import compose, from_toml, nested, read
from tuiml.tasks import catalog
from tuiml.tasks.catalog import canonical, forms, recipe_fields
from tuiml.tasks.presets import general
from tuiml.text import clean


def default_recipe(name: str) -> Recipe:
    """Return the default recipe of a task. Raises UsageError or DataError, as `find` does."""
    return compose([recipe_fields(name)[0], {"task": canonical(name)}])


def presets(name: str) -> dict[str, Mapping[str, Any]]:
    """Return the fields of every preset of a task by name, on top of its default recipe: its own, then those of every task.

    The user's files are not looked into. Raises UsageError or DataError, as `find` does.
    """
    own = recipe_fields(name)[1]
    task = None if catalog.beginning_of(name) else catalog.find(name)
    return {
        **own,
        **{title: fields for title, fields in general(default_recipe(name), task).items() if title not in own},
    }


def build_recipe(
    task: str | None = None,
    preset: str | None = None,
    file: str | Path | None = None,
    sets: Sequence[str] = (),
    flags: Mapping[str, Any] | None = None,
) -> Recipe:
    """Return the recipe that a command line asks for.

    `task` is --task, `preset` a name of the task's presets, `file` a TOML file of recipe fields, `sets` are texts such
    as "data.fraction=0.1", `flags` values by dotted path ({"train.epochs": 5}; only those given: None means off). A flag beats a set beats the file beats
    the preset beats the task's defaults. A task may also be named by the file, or set; the defaults are the winner's.

    Raises RecipeError with every problem found, unknown task included; DataError for a task's plug-in that fails.
    """
    problems: list[Problem] = []
    written = _read(file, problems)
    unread = bool(problems)  # a file that cannot be read may name the task
    wishes = [written, *_parse(sets, problems), *(nested(path, value) for path, value in (flags or {}).items())]
    if task is not None:
        wishes.append({"task": task})
    name = next((wish["task"] for wish in reversed(wishes) if "task" in wish), None)
    below: list[Mapping[str, Any]] = []
    if isinstance(name, str) and name:
        below = _below(name, preset, problems)
        wishes.append({"task": canonical(name)})
    elif name is None:
        if not unread:
            problems.append(Problem("task", f"is needed. Tasks: {forms()}."))
        wishes.append({"task": "digits"})  # said already; lets the other fields be checked
    try:
        recipe = compose([*below, *wishes])
    except RecipeError as error:
        raise RecipeError([*problems, *error.problems], error.sound) from None
    if problems:
        raise RecipeError(problems, recipe)
    return recipe


def repeat(file: Path, epochs: int = 0) -> str:
    """Return the command that runs the recipe in a file again: its flags, or `--recipe` where another version wrote it.

    `epochs` is how many the run was meant to have in the end, where some were added.
    """
    try:
        recipe = read(file)
        wanted = compose([recipe.model_dump(), nested("train.epochs", epochs or recipe.train.epochs)])
        return command(wanted, default_recipe(recipe.task))
    except (UsageError, DataError):  # its task may be gone, its fields may be of another version
        return shlex.join(["tuiml", "--recipe", str(file)])


def _below(name: str, preset: str | None, problems: list[Problem]) -> list[Mapping[str, Any]]:
    """Return the layers that the task gives: its defaults and the preset asked for."""
    try:
        defaults, named = recipe_fields(name)[0], presets(name) if preset is not None else {}
    except UsageError as error:
        problems.append(Problem("task", str(error)))
        return []
    if preset is None:
        return [defaults]
    if preset not in named:
        known = f" Presets of {clean(name)}: {', '.join(named)}."
        problems.append(Problem("preset", f"there is no preset {clean(preset)!r}.{did_you_mean(preset, named)}{known}"))
        return [defaults]
    return [defaults, named[preset]]


def _read(file: str | Path | None, problems: list[Problem]) -> Mapping[str, Any]:
    if file is None:
        return {}
    try:
        return from_toml(Path(os.path.expanduser(file)).read_text(encoding="utf-8"), clean(file))
    except RecipeError as error:
        problems += error.problems
    except UnicodeDecodeError:
        problems.append(
            Problem(
                "", f"{clean(file)} is not UTF-8 text; a recipe is a TOML file such as recipe.toml of a run folder."
            )
        )
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        problems.append(
            Problem("", f"the recipe {clean(file)} cannot be read: {getattr(error, 'strerror', None) or error}.")
        )
    return {}


def _parse(sets: Sequence[str], problems: list[Problem]) -> list[Mapping[str, Any]]:
    """Return one layer for each "path=value" whose path is a field."""
    layers: list[Mapping[str, Any]] = []
    for text in sets:
        path, equals, value = (part.strip() for part in text.partition("="))
        if path not in KNOBS:
            problems.append(Problem(clean(path), f"there is no such field.{_nearest_field(path)}"))
        elif not equals:
            problems.append(Problem(path, f"expected {path}=VALUE after --set; received no '='."))
        else:
            layers.append(nested(path, value))
    return layers


def _nearest_field(path: str) -> str:
    """Return the nearest field; `epochs` alone means `train.epochs`, of a section its fields are listed."""
    inside = [known for known in KNOBS if known.startswith(f"{path}.")]
    if inside:
        return f" {clean(path)!r} is a group of fields: {', '.join(inside)}."
    last = [known for known in KNOBS if known.rpartition(".")[2] == path]
    return f" Did you mean {last[0]!r}?" if last else did_you_mean(path, KNOBS)
