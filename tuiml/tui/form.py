"""The form without its widgets: which fields it has, and what the texts typed into them mean as a recipe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tuiml import knobs
from tuiml.errors import Problem, RecipeError, TuimlError
from tuiml.fields import DataFields, EarlyStopping, Recipe
from tuiml.recipe import compose
from tuiml.tasks.base import Task

Values = Mapping[str, str]
"""The text of each field by its dotted path, as `knobs.as_text` writes it."""

EARLY_STOPPING = "early_stopping"
FOLDER = "task.folder"
"""The form's own field for DIR of `folder:DIR`; not a field of a recipe."""
FOLDER_CHOICE = "folder of pictures"
"""The word among the tasks that opens the folder field."""
_NONE = {f"{EARLY_STOPPING}.baseline"}
"""Fields that may be empty or "off", meaning None."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Data": ("data.",),
    "Network": ("model.",),
    "Regularization": ("regularize.", EARLY_STOPPING),
    "Augmentation": ("augment.",),
    "Training": ("train.", "optimizer."),
    "K-fold validation": ("folds.",),
}
"""Titles of the form's groups, each with the beginnings of the paths that belong to it."""


@dataclass(frozen=True)
class Examined:
    """What the form's texts amount to: a recipe with its command, or problems; `advice` does not hinder a run.

    `about` says what the task is, `head` why the last layer and the loss are what they are.
    """

    recipe: Recipe | None = None
    command: str = ""
    changed: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    parameters: int | None = None
    about: str = ""
    head: str = ""


def paths() -> dict[str, list[str]]:
    """Return the paths of each group's fields, in the order of declaration; the task is not among them."""
    return {
        title: [path for beginning in beginnings for path in knobs.KNOBS if path.startswith(beginning)]
        for title, beginnings in GROUPS.items()
    }


def parted(values: Values) -> dict[str, str]:
    """Return the values with `folder:DIR` parted into the two fields that the form shows."""
    folder = values["task"].startswith("folder:")
    return dict(values) | {
        "task": FOLDER_CHOICE if folder else values["task"],
        FOLDER: values["task"].removeprefix("folder:") if folder else "",
    }


def joined(shown_values: Values) -> dict[str, str]:
    """Return the values with the two fields joined again: the reverse of `parted`."""
    values = dict(shown_values)
    folder = values.pop(FOLDER, "").strip().removeprefix("folder:")  # typed as the command line wants it
    return values | {"task": f"folder:{folder}"} if values["task"] == FOLDER_CHOICE else values


def shown(values: Values) -> list[str]:
    """Return the paths of the form's fields that mean something for these values."""
    off = {
        FOLDER: not values["task"].startswith("folder:"),
        "data.image_size": not values["task"].startswith("folder:"),
        "model.dense": values["model.preset"] != "cnn",
        "augment.mode": values["augment.mode"] != "offline" and not values["augment.ops"].strip(),
        "augment.copies": values["augment.mode"] != "offline",
        "optimizer.momentum": values["optimizer.name"] not in ("sgd", "rmsprop"),
    }
    stopping = values[EARLY_STOPPING] == "on"
    return ["task", FOLDER][: 1 if off[FOLDER] else 2] + [
        path
        for group in paths().values()
        for path in group
        if not off.get(path, False) and (stopping or not path.startswith(f"{EARLY_STOPPING}."))
    ]


def place(path: str, values: Values) -> str:
    """Return the path of the field at which a problem with `path` is shown: always one of the form's."""
    if path == "task" and values["task"].startswith("folder:"):
        return FOLDER
    while path and path not in knobs.KNOBS:
        path = path.rpartition(".")[0]
    return path or "task"


def values_of(recipe: Recipe) -> dict[str, str]:
    """Return a recipe as the form's texts; early stopping that is off shows its usual arguments."""
    stopping = recipe.early_stopping or EarlyStopping()
    values = {path: knobs.as_text(knobs.get(recipe, path)) for path in knobs.KNOBS}
    values |= {
        path: knobs.as_text(getattr(stopping, path.removeprefix(f"{EARLY_STOPPING}.")))
        for path in knobs.KNOBS
        if path.startswith(f"{EARLY_STOPPING}.")
    }
    return values | {EARLY_STOPPING: "on" if recipe.early_stopping else "off"}


def default_values(task: str) -> dict[str, str]:
    """Return the form's texts for a task's default recipe; a folder need not be named yet. Raises UsageError or DataError."""
    from tuiml.tasks import recipes

    folder = task.startswith("folder:")
    return values_of(recipes.default_recipe("folder:." if folder else task)) | {"task": task}


def recipe_of(values: Values) -> Recipe:
    """Return the recipe the texts stand for. Raises RecipeError with every problem of shape or range."""
    fields: dict[str, object] = {}
    for path, text in values.items():
        *sections, name = path.split(".")
        if path == EARLY_STOPPING or (sections == [EARLY_STOPPING] and values[EARLY_STOPPING] != "on"):
            continue
        section = fields
        for part in sections:
            section = section.setdefault(part, {})  # type: ignore[assignment]
        section[name] = None if path in _NONE and text.strip().lower() in ("", "off") else text.strip()
    return compose([fields])


def examine(values: Values, known: dict[tuple[str, DataFields | None], Task] | None = None) -> Examined:
    """Return what the texts mean, with every problem found. May look into a folder of pictures: call it off the UI loop.

    `known` keeps what was found out about tasks between calls, so that a folder is not searched at every key.
    """
    from tuiml.tasks import catalog, check, recipes

    values = dict(values) | {"task": catalog.canonical(values["task"])}
    known = {} if known is None else known
    problems: list[Problem] = []
    base = recipe = task = None
    sound: object = None
    try:
        recipe = recipe_of(values)
    except RecipeError as error:
        problems, sound = [*error.problems], error.sound
    try:
        base = recipes.default_recipe(values["task"])
        asked = (values["task"], recipe.data if recipe else None)
        task = known[asked] if asked in known else catalog.find(*asked)
        known[asked] = task
    except RecipeError as error:
        problems += error.problems
    except TuimlError as error:
        named = values["task"] != "folder:"
        problems.append(Problem("task", str(error) if named else "name a folder that holds one folder per class."))
    changed = frozenset[str]() if base is None else _changed(recipe, base) if recipe else _typed_over(values, base)
    if task and isinstance(sound, Recipe):  # what else is wrong is told beside what has no meaning at all
        told = {problem.path for problem in problems}
        problems += [problem for problem in check.check(sound, task) if problem.path not in told]
    about = _about(task) if task else ""
    if recipe is None or base is None or task is None:
        return Examined(changed=changed, problems=tuple(dict.fromkeys(problems)), about=about)
    found = tuple(check.check(recipe, task))
    head = check.head_of(recipe, task)
    return Examined(
        recipe,
        knobs.command(recipe, base),
        changed,
        found,
        tuple(check.advice(recipe, task)),
        None if found else parameters(recipe, task),
        about,
        f"Now {head.activation} and {head.loss}. {head.reason}",
    )


def _about(task: Task) -> str:
    """Return a task's title, rows, shape and source in a few words."""
    parts = [
        task.title,
        f"{task.rows[0]:,} rows" if task.rows else "",
        "x".join(map(str, task.shape)) if task.shape else "",
        task.source,
    ]
    return " · ".join(part for part in parts if part)


def parameters(recipe: Recipe, task: Task) -> int | None:
    """Return how many numbers the network learns or keeps, or None where only the data tells."""
    from tuiml.tasks import check

    if task.classes is None or not (task.shape or task.pictures):
        return None
    size = recipe.data.image_size
    shape = task.shape or (size, size, 3)
    pools = recipe.model.layers if recipe.model.preset == "cnn" else ()
    dense = recipe.model.dense if recipe.model.preset == "cnn" else recipe.model.layers
    *sides, channels = shape
    inputs, total = channels, 0
    for filters in pools:
        total += (9 * inputs + 1) * filters
        inputs, sides = filters, [side // 2 for side in sides]
    inputs *= math.prod(sides)
    for units in (*dense, check.head_of(recipe, task).units):
        total += (inputs + 1) * units
        inputs = units
    return total + (4 * sum((*pools, *dense)) if recipe.model.batch_norm else 0)


def _changed(recipe: Recipe, base: Recipe) -> frozenset[str]:
    stopping = {
        path
        for path in knobs.KNOBS
        if path.startswith(f"{EARLY_STOPPING}.")
        and recipe.early_stopping
        and knobs.get(recipe, path)
        != getattr(base.early_stopping or EarlyStopping(), path.removeprefix(f"{EARLY_STOPPING}."))
    }
    return frozenset(knobs.differences(recipe, base).keys() | stopping)


def _typed_over(values: Values, base: Recipe) -> frozenset[str]:
    plain = values_of(base)
    return frozenset(path for path, text in values.items() if text.strip() != plain.get(path, ""))
