"""One task in full: `tuiml tasks show NAME`."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.text import Text

from tuiml.cli import console
from tuiml.draw import task_card
from tuiml.errors import DataError, StorageError, TuimlError
from tuiml.fields import Recipe
from tuiml.tasks import catalog, portrait, recipes
from tuiml.tasks.base import Data, Task
from tuiml.tasks.sets import download
from tuiml.text import clean
from tuiml.tui.setup import task_page


def show(name: str, fields: Mapping[str, Any], preset: str | None, sets: Sequence[str], fetch: bool, json: bool) -> int:
    """Print a task, its rows and how it is learned by default; without its rows where they are not on this machine.

    Raises UsageError for what is misspelt, DataError where there are no such files or rows are not what they should be;
    what can be told without rows is printed first.
    """
    recipe = recipes.build_recipe(name, preset, None, sets, fields)
    task = catalog.of(recipe)
    failure: TuimlError | None = None
    data, rows = None, None
    try:
        data = _load(task, recipe, fetch)
        rows = portrait.contents(data, recipe, task)
    except (DataError, StorageError) as error:
        failure = error
    about = portrait.portrait(task, recipe, data)
    if json:
        console.data_json(asdict(about) | {"contents": asdict(rows) if rows else None})
    else:
        width = min(shutil.get_terminal_size().columns, task_card.WIDEST)
        samples = _samples(data, rows, width) if data is not None and rows is not None else []
        console.render_data(
            Group(task_card.headline(about.name, about.title, width), task_page.facts(about, rows, width), *samples),
            soft_wrap=True,
        )
    if isinstance(failure, download.AbsentError):
        console.say(f"{failure} A run fetches them, and so does `tuiml tasks show {task.name} --fetch`.")
    elif failure is not None:
        raise failure
    return 0


def _load(task: Task, recipe: Recipe, fetch: bool) -> Data:
    with (
        console.rich_stderr().status(Text(f"reading {clean(task.name)}")) as status,
        nullcontext() if fetch else download.cache_only(),
    ):
        return task.load(recipe.data.model_dump(), lambda text: status.update(Text(clean(text))))


def _samples(data: Data, rows: portrait.Contents, width: int) -> list[Text]:
    plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))
    return task_page.samples(data, rows, width, plain, not console.utf8_data())
