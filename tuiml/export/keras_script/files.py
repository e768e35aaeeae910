"""The lines that read the user's own files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tuiml.errors import UsageError
from tuiml.export.keras_script import plain
from tuiml.export.keras_script.facts import Facts
from tuiml.export.keras_script.section import Section
from tuiml.tasks.files import csv_plan, csv_text, folder
from tuiml.text import clean


def reading(facts: Facts) -> Section | None:
    """Return the lines that read a task of files; None for other tasks. Raises UsageError for files read in a special way."""
    kind, colon, path = facts.recipe.task.partition(":")
    if not colon or kind not in _READERS:
        return None
    found = _READERS[kind](facts, Path(path))
    if found is None:
        raise UsageError(
            f"a script cannot read {clean(path)} as simply as it would have to. --format keras exports the network."
        )
    return found


def _csv(facts: Facts, path: Path) -> Section | None:
    """Return the lines that read a table, when they give the run's own rows; None when they do not."""
    table, delimiter = csv_plan.read(path), csv_text.read(path).delimiter
    columns = {column.name: list(column.categories) for column in facts.data.columns}
    targets = {name: list(table[name].column.categories) for name in facts.recipe.data.target}
    x, y = plain.read_table(str(path), delimiter, columns, targets)
    if not np.array_equal(x, facts.data.train_x, equal_nan=True):
        return None
    lines = [
        f"FILE = {str(path)!r}",
        "# The columns to learn from and to predict, with the categories of those that are texts.",
    ]
    lines += _written("COLUMNS_READ", columns) + _written("TARGETS", targets)
    lines.append(f"x, y = read_table(FILE, {delimiter!r}, COLUMNS_READ, TARGETS)")
    for line, made in _labels(y):
        if made.shape == facts.data.train_y.shape and np.array_equal(made, facts.data.train_y):
            return Section("data", (*lines, line), (plain.read_table,))
    return None


def _labels(y: Any) -> list[tuple[str, Any]]:
    """Return the ways in which cells to predict become y."""
    return [
        ("y = np.unique(y[:, 0], return_inverse=True)[1]  # class numbers", np.unique(y[:, 0], return_inverse=True)[1]),
        ('y = y[:, 0].astype("float32")', y[:, 0].astype("float32")),
        ('y = y.astype("float32")', y.astype("float32")),
    ]


def _written(name: str, columns: dict[str, list[str]]) -> list[str]:
    return [f"{name} = {{", *(f"    {column!r}: {categories!r}," for column, categories in columns.items()), "}"]


def _npz(facts: Facts, path: Path) -> Section | None:
    """Return the lines that read arrays, when they give the run's own rows; None when they do not."""
    data = facts.data
    with np.load(path, allow_pickle=False) as arrays:
        names = arrays.files
        parts = ("x_train", "y_train", "x_test", "y_test") if "x_train" in names else ("x", "y")
        if not set(parts) <= set(names):
            return None
        found = [arrays[name] for name in parts]
    lines = [f"FILE = {str(path)!r}", "arrays = np.load(FILE, allow_pickle=False)"]
    if len(parts) == 4:
        lines += [
            'x = np.concatenate([arrays["x_train"], arrays["x_test"]])',
            'y = np.concatenate([arrays["y_train"], arrays["y_test"]])',
        ]
        x, y = (np.concatenate(pair) for pair in (found[::2], found[1::2]))
    else:
        lines.append('x, y = arrays["x"], arrays["y"]')
        x, y = found
    return _matched(
        facts, lines, x, y, np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y])
    )


def _matched(facts: Facts, lines: list[str], x: Any, y: Any, wanted_x: Any, wanted_y: Any) -> Section | None:
    """Return the lines with what makes these arrays the run's own; None where no simple step does."""
    steps = {"": x, f'x = x.astype("{wanted_x.dtype}")': x, "x = x[..., np.newaxis]": x[..., None]}
    fitting = [step for step, made in steps.items() if _equal(made, wanted_x)]
    if not fitting:
        return None
    lines += [fitting[0]] if fitting[0] else []
    flat = y.reshape(len(y), -1)
    for label, values in [(f'y = y.astype("{wanted_y.dtype}")', y), *_labels(flat)]:
        if _equal(values, wanted_y):
            return Section("data", (*lines, label))
    return None


def _equal(made: Any, wanted: Any) -> bool:
    """Whether arrays have one shape and, as numbers of one type, one content."""
    missing = made.dtype.kind == "f"
    return made.shape == wanted.shape and np.array_equal(made.astype(wanted.dtype), wanted, equal_nan=missing)


def _folder(facts: Facts, root: Path) -> Section | None:
    """Return the lines that read pictures in class folders; Keras resizes them, so that pixels may differ a little."""
    data, listing = facts.recipe.data, folder.inspect(root)
    split = (root / "train").is_dir() and len(listing.parts) > 1
    names = ["train", *(name for name in ("validation", "test") if name in listing.parts)] if split else [""]
    whole = sum(map(len, listing.parts.values())) == facts.total
    there = all((root / name / label).is_dir() for name in names[:1] for label in listing.classes)
    if data.resize == "pad" or not whole or not there or not all((root / name).is_dir() for name in names):
        return None
    color = "grayscale" if data.color == "gray" else "rgb"
    lines = [
        "# Keras resizes these pictures: pixels may differ a little from those of the run.",
        f"FOLDER, CLASSES = {str(root)!r}, {list(listing.classes)!r}",
        f"SIZE, COLOR, CROP = {data.image_size}, {color!r}, {data.resize == 'crop'}",
    ]
    calls = [
        f"pictures({_below(name)}, CLASSES, SIZE, COLOR, CROP, {2020 if at == 0 else None})"
        for at, name in enumerate(names)
    ]
    if len(calls) == 1:
        return Section("data", (*lines, f"x, y = {calls[0]}"), (plain.pictures,))
    lines += ["parts = [", *(f"    {call}," for call in calls), "]"]
    return Section("data", (*lines, "x, y = (np.concatenate(together) for together in zip(*parts))"), (plain.pictures,))


def _below(name: str) -> str:
    return f"FOLDER + {'/' + name!r}" if name else "FOLDER"


_READERS = {"csv": _csv, "npz": _npz, "folder": _folder}
