"""What the darkroom shows of rows that are no pictures: texts in words, cells as read and as the network sees them, numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from textual.content import Content

from tuiml.draw.numbers import figure
from tuiml.fields import Recipe
from tuiml.tasks import prepare, texts
from tuiml.tasks.base import Data
from tuiml.tasks.prepare import Preparation
from tuiml.text import clean

_NAME, _CELL = 20, 12  # cells of a name, and of a value
_TEXT_LINES = 5
_NUMBERS = 8


@dataclass(frozen=True, eq=False)
class Samples:
    """A task's data, the numbers of the rows that are trained on, and what becomes of them before the network sees them."""

    recipe: Recipe
    data: Data
    rows: npt.NDArray[np.int64]
    preparation: Preparation

    def room(self, width: int, height: int) -> int:
        """Return how many rows fit `width` by `height` cells; at least one."""
        if self.data.form == "table":
            return max((width - _NAME) // _CELL, 1)
        return max(height // (_TEXT_LINES if self.data.form == "text" else 2), 1)


def caption(samples: Samples) -> str:
    """Return what is shown."""
    seed = samples.recipe.train.seed
    if samples.data.form == "text":
        fields = samples.recipe.data
        order = samples.recipe.model.preset != "dense"
        read = (
            f"the network reads {'the last' if fields.truncating == 'pre' else 'the first'} {fields.maxlen} words in order"
            if order
            else "the network sees which words a text has, not their order"
        )
        return f"Training texts, seed {seed}; of the {fields.words:,} most frequent words, {read}. ? is any other word."
    if samples.data.form == "table":
        return (
            f"Training rows, seed {seed}: cells as read, and below them what the network sees: standardized, gaps as 0."
        )
    shape = "x".join(map(str, samples.data.shape))
    return f"Training rows, seed {seed}: {shape} number{'s' if shape != '1' else ''} each. There is nothing to draw."


def page(samples: Samples, first: int, width: int, height: int) -> Content:
    """Return the training rows from the `first`-th on, as many as fit, in lines of `width` cells."""
    rows = samples.rows[first : first + samples.room(width, height)]
    show = {"text": _texts, "table": _table}.get(samples.data.form, _numbers)
    return show(samples, rows, width)


def _texts(samples: Samples, rows: npt.NDArray[np.int64], width: int) -> Content:
    data, size = samples.data, samples.recipe.data.words
    blocks = []
    for row, text in zip(rows.tolist(), _each(samples, rows, size), strict=True):
        words = text[text != texts.START]
        known = int((words != texts.UNKNOWN).sum())
        share = f", {100 * known / len(words):.0f} % of them known" if len(words) else ""
        told = clean(texts.decode(words, data.vocabulary), width * (_TEXT_LINES - 2) - 1)
        head = f"row {row}  {_label(data, row)}  {len(words)} words{share}"
        blocks.append(Content.assemble((head, "bold"), "\n", told))
    return Content("\n\n").join(blocks)


def _each(samples: Samples, rows: npt.NDArray[np.int64], size: int) -> list[npt.NDArray[np.int32]]:
    limited = texts.known(samples.data.train_x[rows], size)
    return [limited.text(number) for number in range(len(rows))]


def _table(samples: Samples, rows: npt.NDArray[np.int64], width: int) -> Content:
    data = samples.data
    read = [
        (column.name, [_cell(value, column.categories) for value in data.train_x[rows, place]])
        for place, column in enumerate(data.columns)
    ]
    seen = samples.preparation(data.train_x[rows])
    prepared = [
        (name, [figure(float(value)) for value in seen[:, place]])
        for place, name in enumerate(samples.preparation.names)
    ]
    lines: list[Content] = [
        _line("", [f"row {row}" for row in rows.tolist()], "bold"),
        *(_line(name, cells) for name, cells in read),
        _line("to predict", [_label(data, row) for row in rows.tolist()], "bold"),
        Content(""),
        Content.styled("as the network sees them", "bold"),
        *(_line(name, cells) for name, cells in prepared),
    ]
    return Content("\n").join(lines)


def _numbers(samples: Samples, rows: npt.NDArray[np.int64], width: int) -> Content:
    data, lines = samples.data, []
    for row in rows.tolist():
        values = np.ravel(data.train_x[row])
        more = f" … {len(values):,} in all" if len(values) > _NUMBERS else ""
        told = "  ".join(figure(float(value)) for value in values[:_NUMBERS])
        lines.append(Content.assemble((f"row {row}  {_label(data, row)}  ", "bold"), told, more))
    return Content("\n").join(lines)


def _line(name: str, cells: Sequence[str], style: str = "") -> Content:
    shown = "".join(f"{clean(cell, _CELL - 1):>{_CELL}}" for cell in cells)
    return Content.assemble((f"{clean(name, _NAME - 1):<{_NAME}}", "dim"), (shown, style))


def _cell(value: float, categories: Sequence[str]) -> str:
    if np.isnan(value):
        return "missing"
    return categories[int(value)] if categories and int(value) < len(categories) else figure(float(value))


def _label(data: Data, row: int) -> str:
    """Return what is to be predicted of a row: its class, its labels or its values."""
    y: Any = data.train_y[row]
    if data.classes and np.ndim(y):
        return clean(", ".join(name for name, there in zip(data.classes, y, strict=True) if there) or "none", 40)
    if data.classes:
        return clean(data.classes[int(y)], 40)
    return ", ".join(figure(float(value)) for value in np.atleast_1d(y))


def load(recipe: Recipe, data: Data, rows: npt.NDArray[np.int64], progress: Callable[[str], None]) -> Samples:
    """Return what there is to show of training `rows`. Raises DataError when nothing is left to learn from."""
    progress("measuring the training rows")
    return Samples(recipe, data, rows, prepare.fit(recipe, data, rows))
