"""The one table of tasks by name: built in, plugged in, and the user's own files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from tuiml.errors import DataError, UsageError, did_you_mean
from tuiml.fields import DataFields, Recipe
from tuiml.tasks.base import Task
from tuiml.tasks.files import csv_file, csv_plan, folder, npz_arrays, npz_file
from tuiml.tasks.sets import drawn, echoes, embedded, housing, keras_sets, keras_text
from tuiml.text import clean

PLUGINS = "tuiml.tasks"
"""Entry point group of plug-ins: each entry is a `Task`."""


@dataclass(frozen=True)
class Files:
    """A kind of files of the user's that can be learned from: `task(name, path, data_fields)` looks into one."""

    title: str
    layout: str
    defaults: Mapping[str, Any]
    task: Callable[[str, Path, DataFields], Task]


FILES: dict[str, Files] = {
    "folder:": Files(
        "Your own pictures", "DIR/CLASS/*.jpg, or DIR/train/CLASS and DIR/test/CLASS", folder.DEFAULTS, folder.task
    ),
    "csv:": Files(
        "Your own table",
        "a file of comma-separated values with a header; --target COLUMN",
        csv_file.DEFAULTS,
        csv_file.task,
    ),
    "npz:": Files(
        "Your own arrays",
        "a NumPy file with x and y, or x_train, y_train, x_test, y_test",
        npz_file.DEFAULTS,
        npz_file.task,
    ),
}
"""What the names of tasks begin with that are the user's own files; a path follows."""

_MODULES = (embedded, keras_sets, keras_text, housing, echoes, drawn)

TASKS: dict[str, Task] = {task.name: task for module in _MODULES for task in module.TASKS}
"""The built-in tasks by name."""


def names() -> list[str]:
    """Return the names of all tasks that can be listed: built in ones, then plug-ins; the user's files are not among them."""
    return [*TASKS, *sorted(_plugins().keys() - TASKS.keys())]


def forms() -> str:
    """Return every name a task can have, in words for an error message."""
    return f"{', '.join(names())}, folder:DIR, csv:FILE, npz:FILE"


def of(recipe: Recipe) -> Task:
    """Return the task of a recipe. Raises as `find` does."""
    return find(recipe.task, recipe.data)


def find(name: str, data: DataFields | None = None) -> Task:
    """Return the task called `name`; what it says of the user's files is as found now, read as `data` asks.

    Raises UsageError for an unknown name, DataError for files that cannot be learned from, or a plug-in that fails.
    """
    if name in TASKS:
        return TASKS[name]
    if beginning := beginning_of(name):
        whole = canonical(name)
        return FILES[beginning].task(whole, Path(whole.removeprefix(beginning)), data or DataFields())
    if name in _plugins():
        return _load(_plugins()[name])
    word, colon, path = name.strip().partition(":")
    if colon and f"{word.lower()}:" in FILES:
        raise UsageError(f"There is no task {clean(name)!r}. Did you mean '{word.lower()}:{clean(path)}'?")
    hint = did_you_mean(name, [*names(), *(beginning for beginning in FILES if beginning == f"{name}:")])
    if not hint and Path(name).is_dir():
        hint = f" Did you mean 'folder:{clean(name)}'?"
    elif not hint and Path(name).suffix in (".csv", ".npz"):
        hint = f" Did you mean '{Path(name).suffix[1:]}:{clean(name)}'?"
    raise UsageError(f"There is no task {clean(name)!r}.{hint} Tasks: {forms()}.")


def beginning_of(name: str) -> str:
    """Return "folder:", "csv:" or "npz:" when `name` begins with it, else "". Raises UsageError when no path follows."""
    beginning = next((word for word in FILES if name.strip().startswith(word)), "")
    if beginning and name.strip() == beginning:
        raise UsageError(f"{beginning} must be followed by a path: {FILES[beginning].layout}.")
    return beginning


def canonical(name: str) -> str:
    """Return `name`, of a file or folder with its absolute path: a run must find its rows from any directory."""
    beginning = next((word for word in FILES if name.lstrip().startswith(word)), "")
    path = name.lstrip().removeprefix(beginning)
    return beginning + str(Path(os.path.expanduser(path)).absolute()) if beginning and path else name


def forget() -> None:
    """Let go of what was read of the user's files and kept for the next look: who has a task's `Data` looks no more."""
    csv_plan.forget()
    npz_arrays.forget()


def recipe_fields(name: str) -> tuple[Mapping[str, Any], Mapping[str, Mapping[str, Any]]]:
    """Return (fields of the default recipe, presets) of a task; the user's files are not looked into and need not exist any more.

    Raises UsageError or DataError, as `find` does.
    """
    if beginning := beginning_of(name):
        return FILES[beginning].defaults, {}
    task = find(name)
    return task.defaults, task.presets


@cache
def _plugins() -> dict[str, EntryPoint]:
    """Return the plug-ins by name, unloaded: a broken one harms nobody who does not ask for it."""
    return {entry.name: entry for entry in entry_points(group=PLUGINS)}


def _load(entry: EntryPoint) -> Task:
    package = entry.dist.name if entry.dist else entry.value
    try:
        task = entry.load()
    except Exception as error:  # whatever a stranger's module raises while it is imported
        raise DataError(
            f"The task {entry.name!r} comes from the plug-in {package}, which cannot be loaded: {type(error).__name__}: {clean(error)}. "
            f"Update or uninstall {package}."
        ) from error
    if not isinstance(task, Task):
        raise DataError(
            f"The plug-in {package} is to give a tuiml.tasks.base.Task for {entry.name!r}; it gives a {type(task).__name__}."
        )
    return task
