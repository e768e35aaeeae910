"""The form without its widgets: which fields it has, and what the texts typed into them mean as a recipe."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

import augment
from tuiml import knobs
from tuiml.errors import TuimlError
from tuiml.fields import EarlyStopping, Recipe
from tuiml.recipe import compose

Values = Mapping[str, str]
"""The text of each field by its dotted path, as `knobs.as_text` writes it."""

EARLY_STOPPING = "early_stopping"
OPS = "augment.ops"
PRESET = "task.preset"
"""The form's own field for a named recipe of the task; not a field of a recipe."""
DEFAULT = "default"
"""The preset that is the task's default recipe."""
TYPED = {"data.target", "data.drop", "data.derive", "data.split", "model.file", "train.init_from"}
"""Fields that hold names of the user's own: every character may be part of one."""
_NONE = {f"{EARLY_STOPPING}.baseline", "regularize.dropout_seed"}
"""Fields that may be empty or "off", meaning None."""


class FileField(NamedTuple):
    """The form's own field for the path of a task that is the user's files: `choice` is the word among the tasks that opens it."""

    beginning: str
    choice: str
    path: str
    title: str
    unit: str
    help: str


FILES: tuple[FileField, ...] = (
    FileField(
        "folder:",
        "folder of pictures",
        "task.folder",
        "Folder",
        "one folder per class inside",
        "a folder with one folder of pictures for each class; absolute, or from where tuiml was started",
    ),
    FileField(
        "csv:",
        "csv table",
        "task.csv",
        "CSV file",
        "with a header",
        "a file of comma-separated values with a header; Target names the columns to predict",
    ),
    FileField(
        "npz:",
        "npz arrays",
        "task.npz",
        "npz file",
        "x and y inside",
        "a NumPy file with the arrays x and y, or x_train, y_train, x_test and y_test",
    ),
)

ESSENTIAL = (
    "data.target",
    "data.kind",
    "model.preset",
    "model.layers",
    "model.size",
    "regularize.dropout",
    "regularize.l2",
    EARLY_STOPPING,
    f"{EARLY_STOPPING}.patience",
    "augment.ops",
    "optimizer.name",
    "optimizer.learning_rate",
    "train.epochs",
    "train.batch_size",
)
"""What most experiments change, below the task, in this order: it fits a screen of 24 lines."""

GROUPS: dict[str, tuple[str, ...]] = {
    "Essentials": (),
    "Data": ("data.",),
    "Network": ("model.",),
    "Regularization": ("regularize.", EARLY_STOPPING),
    "Augmentation": ("augment.",),
    "Training": ("train.",),
    "Optimizer": ("optimizer.",),
    "K-fold validation": ("folds.",),
}
"""Titles of the form's groups, each with the beginnings of the paths that belong to it; the first has the essential ones."""


def paths() -> dict[str, list[str]]:
    """Return the paths of each group's fields; the task and the form's own are not among them.

    The essential ones come first, the others by group in the order of declaration.
    """
    found: dict[str, list[str]] = {title: [] for title in GROUPS} | {next(iter(GROUPS)): list(ESSENTIAL)}
    for path in (path for path in knobs.KNOBS if path not in ESSENTIAL):
        title = next((title for title, beginnings in GROUPS.items() if path.startswith(beginnings)), None)
        if title is not None:
            found[title].append(path)
    return found


def file_field(task: str) -> FileField | None:
    """Return the field for the path of a task that is the user's files, by its name or by its choice; None for others."""
    return next((field for field in FILES if task.startswith(field.beginning) or task == field.choice), None)


def parted(values: Values) -> dict[str, str]:
    """Return the values with a task such as `folder:DIR` parted into the two fields that the form shows."""
    field = file_field(values["task"])
    if field is None:
        return {PRESET: DEFAULT} | dict(values)
    return {PRESET: DEFAULT} | dict(values) | {"task": field.choice, field.path: values["task"][len(field.beginning) :]}


def joined(shown_values: Values) -> dict[str, str]:
    """Return the values with the two fields joined again: the reverse of `parted`."""
    values = dict(shown_values)
    typed = {field.path: values.pop(field.path, "").strip() for field in FILES}
    field = file_field(values["task"])
    if field is None:
        return values
    path = typed[field.path].removeprefix(field.beginning)  # typed as the command line wants it
    return values | {"task": f"{field.beginning}{path}"}


def place(path: str, values: Values) -> str:
    """Return the path of the field at which a problem with `path` is shown: always one of the form's."""
    if path == "task" and (field := file_field(values["task"])):
        return field.path
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


@lru_cache(maxsize=64)
def preset_names(task: str) -> tuple[str, ...]:
    """Return the presets of a task, the default recipe first; only that of a task that cannot be found, or is not named yet."""
    from tuiml.tasks import recipes

    try:
        return (DEFAULT, *recipes.presets(_named(task)))
    except TuimlError:
        return (DEFAULT,)


def base_recipe(task: str, preset: str = DEFAULT) -> Recipe:
    """Return a task's default recipe, or one of its presets; files need not be named yet. Raises UsageError or DataError."""
    from tuiml.tasks import recipes

    return recipes.build_recipe(_named(task), None if preset == DEFAULT else preset)


def _named(task: str) -> str:
    field = file_field(task)
    return f"{field.beginning}." if field and task == field.beginning else task


def default_values(task: str, preset: str = DEFAULT) -> dict[str, str]:
    """Return the form's texts for a task's default recipe, or one of its presets. Raises UsageError or DataError."""
    return values_of(base_recipe(task, preset)) | {"task": task, PRESET: preset}


class Change(NamedTuple):
    """A field that another recipe has otherwise: its title, what it is, what it would be."""

    title: str
    now: str
    then: str


def changes(now: Values, then: Values) -> list[Change]:
    """Return the fields of `now` that `then` has otherwise, in the form's order; arguments of what is off are none."""
    every = ["task", *(path for group in paths().values() for path in group)]
    stops = then[EARLY_STOPPING] == "on"
    return [
        Change(knobs.KNOBS[path].title, now[path], then[path])
        for path in every
        if now[path].strip() != then[path].strip() and (stops or not path.startswith(f"{EARLY_STOPPING}."))
    ]


def without(values: Values, wrong: Collection[str]) -> Recipe | None:
    """Return the recipe in which the fields in `wrong` have the task's default; None where they say which data is read.

    Operations stay where they can be read at all. Raises UsageError, DataError or RecipeError where nothing is left.
    """
    if any(path.startswith(("task", "data.")) for path in wrong):
        return None
    usual = default_values(values["task"], values.get(PRESET, DEFAULT))
    kept = {**values, **{path: usual[path] for path in wrong if path != OPS}}
    try:
        augment.parse(kept[OPS])
    except augment.AugmentError:
        kept[OPS] = ""
    return recipe_of(kept)


def recipe_of(values: Values) -> Recipe:
    """Return the recipe the texts stand for. Raises RecipeError with every problem of shape or range."""
    fields: dict[str, object] = {}
    for path, text in values.items():
        *sections, name = path.split(".")
        stopping = path == EARLY_STOPPING or (sections == [EARLY_STOPPING] and values[EARLY_STOPPING] != "on")
        if stopping or path not in knobs.KNOBS:
            continue
        section = fields
        for part in sections:
            section = section.setdefault(part, {})  # type: ignore[assignment]
        section[name] = None if path in _NONE and text.strip().lower() in ("", "off") else text.strip()
    return compose([fields])
