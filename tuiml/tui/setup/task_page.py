"""A task on a page: what there is to know of it and some of its rows, for the terminal and for the screen alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.text import Text

from tuiml.draw import task_card
from tuiml.tasks import portrait, presets, texts
from tuiml.tasks.base import Data
from tuiml.tasks.columns import Column
from tuiml.tasks.sequences import Sequences

_SAMPLES = 8
_KINDS = {
    "binary": "one of two classes",
    "one_of_n": "one of several classes",
    "many_of_n": "any number of labels",
    "value": "any number",
    "share": "a number from 0 to 1",
}


def facts(about: portrait.Portrait, rows: portrait.Contents | None, width: int) -> Text:
    """Return what a task is, what is to be told, how it is learned and by which presets, as lines of `width` cells."""
    pairs = [
        *about_rows(about, rows),
        ("command", about.command),
        ("network", " > ".join(about.network)),
        ("", f"{about.parameters:,} parameters" if about.parameters is not None else ""),
        ("trained by", about.optimizer),
        ("loss", f"{about.loss}; {', '.join(about.metrics)}. {about.reason}"),
        *(("preset", _changes(one)) for one in about.presets),
        *findings(about, rows),
    ]
    return task_card.facts([pair for pair in pairs if pair[1]], width)


def about_rows(about: portrait.Portrait, rows: portrait.Contents | None) -> list[tuple[str, str]]:
    """Return labels and words about a task's rows: what they are, how many, from where, what others reached."""
    shape = " x ".join(map(str, about.shape or ()))
    unit = (" column" if about.shape == (1,) else " columns") if about.form == "table" else ""
    counts = rows.rows if rows else about.rows
    return [
        ("beware", about.warning),
        ("to tell", _KINDS[about.kind] + _classes(about.classes)),
        ("rows are", f"{about.form} of {shape}{unit}" if shape else about.form),
        ("rows", " + ".join(f"{count:,} {split}" for split, count in counts.items())),
        ("from", about.source),
        ("expected", about.published),
    ]


def findings(about: portrait.Portrait, rows: portrait.Contents | None) -> list[tuple[str, str]]:
    """Return labels and words about what reading the rows has shown."""
    if rows is None:
        return []
    spreads = rows.targets + (rows.columns if about.form == "text" else ())
    told = [(one.name, task_card.spread(one.least, one.mean, one.most)) for one in spreads]
    always = "the mean" if not rows.balance else "the most frequent"
    reached = ", ".join(f"{name} {task_card.number(value)}" for name, value in rows.baseline.items())
    if reached:
        told.append(("baseline", f"{reached}: common sense, which always says {always}"))
    return told + [("note", notice) for notice in rows.notices]


def samples(data: Data, rows: portrait.Contents, width: int, plain: bool = False, simple: bool = False) -> list[Text]:
    """Return balance, columns and a few rows, each below an empty line.

    Pictures are `plain` without colors; with `simple`, only ASCII characters are used.
    """
    chosen = portrait.samples(data, _SAMPLES)
    parts = [task_card.balance(rows.balance, width, simple)] if rows.balance else []
    captions = [_answer(data, row) for row in chosen]
    if data.pictures:
        pairs = [(data.train_x[row], caption) for row, caption in zip(chosen, captions, strict=True)]
        parts.append(task_card.pictures(pairs, width, plain, simple))
    elif isinstance(data.train_x, Sequences):
        words = [_text(data.train_x, row, data.vocabulary) for row in chosen[:3]]
        parts.append(task_card.texts(list(zip(captions, words, strict=False)), width))
    elif data.columns:
        parts.append(task_card.columns(_columns(data, rows, chosen[:3], captions), width))
    elif data.train_x.ndim == 2:
        cells = [", ".join(task_card.number(value) for value in data.train_x[row].tolist()[:8]) for row in chosen]
        parts.append(task_card.texts([(f"{x} -> {y}", "") for x, y in zip(cells, captions, strict=True)], width))
    return [part for one in parts for part in (Text(), one)]


def _classes(classes: Sequence[str]) -> str:
    return f": {', '.join(classes)}" if classes else ""


def _changes(preset: portrait.Preset) -> str:
    changes = ", ".join(f"{path}={value}" for path, value in preset.changes.items())
    return f"{preset.command}\n{presets.meaning(preset.name)}\n{f'with {changes}' if changes else 'as by default'}"


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


def _text(rows: Sequences, row: int, vocabulary: Sequence[str]) -> str:
    """Return a row in words, without the mark of its beginning, which is none."""
    numbers = rows.text(row)
    return texts.decode(numbers[numbers != texts.START], vocabulary)


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
