"""What the darkroom shows of rows that are no pictures: texts in words, cells as read and as the network sees them, numbers."""

from __future__ import annotations

import textwrap
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
_DROPPED = 5
"""A constant beside the seed: the example of dropped inputs draws numbers of its own."""


@dataclass(frozen=True, eq=False)
class Samples:
    """A task's data, the numbers of the rows that are trained on, and what becomes of them before the network sees them.

    `taught` is y as training rows are taught it, some labels wrong where that is asked for; `masked` is x of a table with
    the cells missing that `data.mask` blanks, both drawn as training draws them; `masked` is `data.train_x` otherwise.
    """

    recipe: Recipe
    data: Data
    rows: npt.NDArray[np.int64]
    preparation: Preparation
    taught: npt.NDArray[Any]
    masked: Any

    @property
    def rate(self) -> float:
        """The share of inputs that are dropped where whole inputs are: an embedding's numbers are not shown."""
        return 0.0 if self._ordered else self.recipe.regularize.input_dropout

    @property
    def _ordered(self) -> bool:
        return self.data.form == "text" and self.recipe.model.preset != "dense"

    def dropped(self, row: int, inputs: int, draw: int) -> npt.NDArray[np.bool_]:
        """Return (inputs,): which are dropped in an example draw; Keras draws its own mask, for each batch anew."""
        random = np.random.default_rng((self.recipe.train.seed, _DROPPED, row, draw))
        return random.random(inputs) < self.rate

    def room(self, width: int, height: int) -> int:
        """Return how many rows fit `width` by `height` cells; at least one."""
        if self.data.form == "table":
            return max((width - _NAME) // _CELL, 1)
        lines = _TEXT_LINES if self.data.form == "text" else 2
        return max(height // (2 * lines - 1 if self.rate else lines), 1)


def caption(samples: Samples, draw: int = 1) -> str:
    """Return what is shown."""
    recipe, seed = samples.recipe, samples.recipe.train.seed
    if samples.data.form == "text":
        fields = recipe.data
        order = recipe.model.preset != "dense"
        read = (
            f"the network reads {'the last' if fields.truncating == 'pre' else 'the first'} {fields.maxlen} words in order"
            if order
            else "the network sees which words a text has, not their order"
        )
        said = f"Training texts, seed {seed}; of the {fields.words:,} most frequent words, {read}. ? is any other word."
    elif samples.data.form == "table":
        said = (
            f"Training rows, seed {seed}: cells as read, and below them what the network sees: standardized, gaps as 0."
        )
    else:
        shape = "x".join(map(str, samples.data.shape))
        said = f"Training rows, seed {seed}: {shape} number{'s' if shape != '1' else ''} each."
        said += "" if samples.rate else " There is nothing to draw."
    return " ".join([said, *noises(samples, draw)])


def noises(samples: Samples, draw: int) -> list[str]:
    """Return a sentence for each kind of noise that the recipe puts on training rows: what is shown of it, and how real it is."""
    recipe, found = samples.recipe, []
    if recipe.data.mask and samples.data.form == "table":
        found.append(f"Mask {recipe.data.mask:g}: cells marked × are blanked, the very ones of the run.")
    if recipe.data.label_noise:
        found.append(f"Label noise {recipe.data.label_noise:g}: → is what a row is taught, as in the run.")
    rate = recipe.regularize.input_dropout
    if rate and not samples.rate:
        found.append(
            f"Input dropout {rate:g} drops numbers of word vectors, not words: there is nothing to show of it."
        )
    elif rate:
        found.append(
            f"Input dropout {rate:g}, example {draw} (n: another; the run draws its own at each step): what stays is "
            f"multiplied by {1 / (1 - rate):.3g}."
        )
    return [*found, *(["Validation and test rows are never changed."] if found else [])]


def page(samples: Samples, first: int, width: int, height: int, draw: int = 1) -> Content:
    """Return the training rows from the `first`-th on, as many as fit, in lines of `width` cells; `draw` is that of dropout."""
    rows = samples.rows[first : first + samples.room(width, height)]
    show = {"text": _texts, "table": _table}.get(samples.data.form, _numbers)
    return show(samples, rows, width, draw)


def _texts(samples: Samples, rows: npt.NDArray[np.int64], width: int, draw: int) -> Content:
    data, size = samples.data, samples.recipe.data.words
    blocks = []
    for row, text in zip(rows.tolist(), _each(samples, rows, size), strict=True):
        words = text[text != texts.START]
        known = int((words != texts.UNKNOWN).sum())
        share = f", {100 * known / len(words):.0f} % of them known" if len(words) else ""
        head = f"row {row}  {label(samples, row)}  {len(words)} words{share}"
        block: list[str | tuple[str, str]] = [(head, "bold"), "\n", _lines(texts.decode(words, data.vocabulary), width)]
        if samples.rate:
            gone = samples.dropped(row, size, draw)
            shown = texts.decode(words, data.vocabulary).split(" ")
            left = ["_" * len(word) if gone[number] else word for word, number in zip(shown, words, strict=True)]
            kinds = np.unique(words)
            told = f"after input dropout: {int(gone[kinds].sum())} of its {len(kinds)} different words are gone"
            block += ["\n", (told, "bold"), "\n", _lines(" ".join(left), width)]
        blocks.append(Content.assemble(*block))
    return Content("\n\n").join(blocks)


def _lines(text: str, width: int) -> str:
    """Return the beginning of a text, cut between words, in as many lines as it has beside its heading."""
    width = max(width, _CELL)
    most = _TEXT_LINES - 2
    return textwrap.fill(clean(text, (most + 1) * width), width, max_lines=most, placeholder=" …")


def _each(samples: Samples, rows: npt.NDArray[np.int64], size: int) -> list[npt.NDArray[np.int32]]:
    limited = texts.known(samples.data.train_x[rows], size)
    return [limited.text(number) for number in range(len(rows))]


def _table(samples: Samples, rows: npt.NDArray[np.int64], width: int, draw: int) -> Content:
    data = samples.data
    blanked = np.isnan(samples.masked[rows]) & ~np.isnan(data.train_x[rows])
    read = [
        (
            column.name,
            [
                f"×{_cell(value, column.categories)}" if gone else _cell(value, column.categories)
                for value, gone in zip(data.train_x[rows, place], blanked[:, place], strict=True)
            ],
        )
        for place, column in enumerate(data.columns)
    ]
    seen = samples.preparation(samples.masked[rows])
    gone = np.array([samples.dropped(row, seen.shape[1], draw) for row in rows.tolist()])
    prepared = [
        (
            name,
            [
                "dropped" if lost else figure(float(value))
                for value, lost in zip(seen[:, place], gone[:, place], strict=True)
            ],
        )
        for place, name in enumerate(samples.preparation.names)
    ]
    after = " after this draw of input dropout" if samples.rate else ""
    lines: list[Content] = [
        _line("", [f"row {row}" for row in rows.tolist()], "bold"),
        *(_line(name, cells) for name, cells in read),
        _line("to predict", [name(data.train_y[row], data.classes) for row in rows.tolist()], "bold"),
        *_taught(samples, rows),
        Content(""),
        Content.styled(f"as the network sees them{after}", "bold"),
        *(_line(_short(name), cells) for name, cells in prepared),
    ]
    return Content("\n").join(lines)


def _taught(samples: Samples, rows: npt.NDArray[np.int64]) -> list[Content]:
    """Return a line with the wrong labels that rows are taught; none where that is not asked for."""
    if not samples.recipe.data.label_noise:
        return []
    pairs = [[name(y[row], samples.data.classes) for y in (samples.data.train_y, samples.taught)] for row in rows]
    return [_line("→ taught", [taught if taught != true else "the same" for true, taught in pairs], "bold")]


def _numbers(samples: Samples, rows: npt.NDArray[np.int64], width: int, draw: int) -> Content:
    lines = []
    for row in rows.tolist():
        values = np.ravel(samples.data.train_x[row])
        more = f" … {len(values):,} in all" if len(values) > _NUMBERS else ""
        told = "  ".join(figure(float(value)) for value in values[:_NUMBERS])
        lines.append(Content.assemble((f"row {row}  to predict {label(samples, row)}  ", "bold"), f"from {told}", more))
        if samples.rate:
            gone = samples.dropped(row, len(values), draw)
            seen = np.ravel(samples.preparation(samples.data.train_x[[row]]))[:_NUMBERS]
            left = ["dropped" if lost else figure(float(value)) for value, lost in zip(seen, gone, strict=False)]
            lines.append(Content(f"     after input dropout, {int(gone.sum())} gone: {'  '.join(left)}"))
    return Content("\n").join(lines)


def _line(name: str, cells: Sequence[str], style: str = "") -> Content:
    shown = "".join(f"{clean(cell, _CELL - 1):>{_CELL}}" for cell in cells)
    return Content.assemble((f"{clean(name, _NAME - 1):<{_NAME}}", "dim"), (shown, style))


def _short(name: str) -> str:
    """Return the name of what the network sees, cut so that the category, which tells it from its neighbors, stays."""
    column, equals, category = clean(name, 200).rpartition("=")
    category = clean(category, (_NAME - 1) // (2 if equals else 1))
    return f"{clean(column, _NAME - 2 - len(category))}={category}" if equals else category


def _cell(value: float, categories: Sequence[str]) -> str:
    if np.isnan(value):
        return "missing"
    return categories[int(value)] if categories and int(value) < len(categories) else figure(float(value))


def label(samples: Samples, row: int) -> str:
    """Return what is to be predicted of a row, and the wrong label that it is taught where that is asked for."""
    true, taught = (name(y[row], samples.data.classes) for y in (samples.data.train_y, samples.taught))
    return true if true == taught else f"{true} → {taught}"


def name(y: Any, classes: Sequence[str]) -> str:
    """Return one label in words: a class, several of them, or values."""
    if classes and np.ndim(y):
        return clean(", ".join(word for word, there in zip(classes, y, strict=True) if there) or "none", 40)
    if classes:
        return clean(classes[int(y)], 40)
    return ", ".join(figure(float(value)) for value in np.atleast_1d(y))


def load(
    recipe: Recipe,
    data: Data,
    rows: npt.NDArray[np.int64],
    taught: npt.NDArray[Any],
    progress: Callable[[str], None],
) -> Samples:
    """Return what there is to show of training `rows`. Raises DataError when nothing is left to learn from."""
    progress("measuring the training rows")
    preparation = prepare.fit(recipe, data, rows)
    masked: Any = preparation.blanked(data.train_x, rows, recipe.data.mask, recipe.train.seed)
    return Samples(recipe, data, rows, preparation, taught, masked)
