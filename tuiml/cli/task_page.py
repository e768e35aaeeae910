"""One task in full: `tuiml tasks show NAME`."""

from __future__ import annotations

import math
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
from tuiml.tasks import catalog, portrait, recipes, texts
from tuiml.tasks.base import Data, Task
from tuiml.tasks.columns import Column
from tuiml.tasks.sequences import Sequences
from tuiml.tasks.sets import download
from tuiml.text import clean

_SAMPLES = 8
_KINDS = {
    "binary": "one of two classes",
    "one_of_n": "one of several classes",
    "many_of_n": "any number of labels",
    "value": "any number",
    "share": "a number from 0 to 1",
}


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
        rows = portrait.contents(data, recipe)
    except (DataError, StorageError) as error:
        failure = error
    about = portrait.portrait(task, recipe, data)
    if json:
        console.data_json(asdict(about) | {"contents": asdict(rows) if rows else None})
    else:
        width = min(shutil.get_terminal_size().columns, task_card.WIDEST)
        samples = _rows(data, rows, width) if data is not None and rows is not None else []
        console.render_data(
            Group(task_card.headline(about.name, about.title, width), _facts(about, rows, width), *samples),
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


def _facts(about: portrait.Portrait, rows: portrait.Contents | None, width: int) -> Text:
    shape = " x ".join(map(str, about.shape or ()))
    unit = (" column" if about.shape == (1,) else " columns") if about.form == "table" else ""
    counts = rows.rows if rows else about.rows
    pairs = [
        ("beware", about.warning),
        ("to tell", _KINDS[about.kind] + _classes(about.classes)),
        ("rows are", f"{about.form} of {shape}{unit}" if shape else about.form),
        ("rows", " + ".join(f"{count:,} {split}" for split, count in counts.items())),
        ("from", about.source),
        ("expected", about.published),
        ("command", about.command),
        ("network", " > ".join(about.network)),
        ("", f"{about.parameters:,} parameters" if about.parameters is not None else ""),
        ("trained by", about.optimizer),
        ("loss", f"{about.loss}; {', '.join(about.metrics)}. {about.reason}"),
        *(("preset", _changes(one)) for one in about.presets),
    ]
    if rows:
        spreads = rows.targets + (rows.columns if about.form == "text" else ())
        pairs += [(one.name, task_card.spread(one.least, one.mean, one.most)) for one in spreads]
        pairs += [("note", notice) for notice in rows.notices]
    return task_card.facts([pair for pair in pairs if pair[1]], width)


def _classes(classes: Sequence[str]) -> str:
    return f": {', '.join(classes)}" if classes else ""


def _changes(preset: portrait.Preset) -> str:
    changes = ", ".join(f"{path}={value}" for path, value in preset.changes.items())
    return f"{preset.command}\nwith {changes}"


def _rows(data: Data, rows: portrait.Contents, width: int) -> list[Text]:
    """Return balance, columns and a few rows, each below an empty line."""
    simple, chosen = not console.utf8_data(), portrait.samples(data, _SAMPLES)
    parts = [task_card.balance(rows.balance, width, simple)] if rows.balance else []
    captions = [_answer(data, row) for row in chosen]
    if data.pictures:
        plain = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))
        pairs = [(data.train_x[row], caption) for row, caption in zip(chosen, captions, strict=True)]
        parts.append(task_card.pictures(pairs, width, plain, simple))
    elif isinstance(data.train_x, Sequences):
        words = [texts.decode(data.train_x.text(row), data.vocabulary) for row in chosen[:3]]
        parts.append(task_card.texts(list(zip(captions, words, strict=False)), width))
    elif data.columns:
        parts.append(task_card.columns(_columns(data, rows, chosen[:3], captions), width))
    elif data.train_x.ndim == 2:
        cells = [", ".join(task_card.number(value) for value in data.train_x[row].tolist()[:8]) for row in chosen]
        parts.append(task_card.texts([(f"{x} -> {y}", "") for x, y in zip(cells, captions, strict=True)], width))
    return [part for one in parts for part in (Text(), one)]


def _columns(
    data: Data, rows: portrait.Contents, chosen: Sequence[int], captions: Sequence[str]
) -> list[tuple[str, str, int, Sequence[str]]]:
    """Return what `task_card.columns` draws: what is to be told, then the columns."""
    lines: list[tuple[str, str, int, Sequence[str]]] = [("to tell", "", 0, captions[: len(chosen)])]
    for place, (column, spread) in enumerate(zip(data.columns, rows.columns, strict=True)):
        cells = [_cell(column, float(data.train_x[row, place])) for row in chosen]
        values = (
            task_card.kinds(spread.categories)
            if spread.categories is not None
            else task_card.spread(spread.least, spread.mean, spread.most)
        )
        lines.append((spread.name, values, spread.missing, cells))
    return lines


def _cell(column: Column, value: float) -> str:
    known = column.categories and not math.isnan(value)
    return column.categories[int(value)] if known else task_card.number(value)


def _answer(data: Data, row: int) -> str:
    """Return what a training row is, in a few words."""
    y = data.train_y[row]
    if not data.classes:
        return ", ".join(task_card.number(float(value)) for value in y.reshape(-1))
    if y.ndim:
        return ", ".join(name for name, there in zip(data.classes, y, strict=True) if there) or "none"
    return data.classes[int(y)]
