"""What there is to know of a task: before its data is read, and from its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.fields import Recipe
from tuiml.knobs import as_text, command, differences
from tuiml.tasks import baseline, check, networks, sizes, split
from tuiml.tasks.base import Data, Task
from tuiml.tasks.heads import Head
from tuiml.tasks.recipes import build_recipe, default_recipe, presets
from tuiml.tasks.sequences import Sequences


@dataclass(frozen=True)
class Preset:
    """A named recipe of a task: `changes` are its fields that differ from the default recipe, as a command line writes them."""

    name: str
    command: str
    changes: Mapping[str, str]


@dataclass(frozen=True)
class Portrait:
    """A task before its data is read. `rows` by split, {} where only the data tells; `network` are its layers in words.

    `shape` and `parameters` are None where only the data tells.
    """

    name: str
    title: str
    kind: str
    form: str
    source: str
    shape: tuple[int, ...] | None
    classes: tuple[str, ...]
    rows: Mapping[str, int]
    command: str
    network: tuple[str, ...]
    parameters: int | None
    loss: str
    metrics: tuple[str, ...]
    reason: str
    optimizer: str
    presets: tuple[Preset, ...]
    published: str
    warning: str


@dataclass(frozen=True)
class Spread:
    """The values of a column or target in the rows given for training: numbers from `least` to `most`, or `categories` with their counts."""

    name: str
    least: float | None = None
    mean: float | None = None
    most: float | None = None
    missing: int = 0
    categories: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Contents:
    """What reading the data adds: `rows` by split, `balance` rows of each class or label by split, and the spread of values.

    `baseline` are the metrics of common sense on the validation rows, without them on the test rows, as in `DataReady`; {}
    where there are neither.
    """

    rows: Mapping[str, int]
    balance: Mapping[str, Mapping[str, int]]
    targets: tuple[Spread, ...]
    columns: tuple[Spread, ...]
    notices: tuple[str, ...]
    baseline: Mapping[str, float]


def portrait(task: Task, recipe: Recipe, data: Data | None = None) -> Portrait:
    """Return what `task` says of itself, and how `recipe` learns it; `data` tells what only reading can."""
    head = check.head_of(recipe, task, data.outputs if data else None)
    return Portrait(
        task.name,
        task.title,
        task.kind,
        task.form,
        task.source,
        data.shape if data else task.shape,
        data.classes if data else task.classes or (),
        _expected_rows(task, recipe),
        command(recipe, default_recipe(recipe.task)),
        network(recipe, head),
        sizes.parameters(recipe, task),
        head.loss,
        head.metrics,
        head.reason,
        optimizer(recipe),
        tuple(_preset(recipe, name) for name in presets(recipe.task)),
        task.published,
        task.warning,
    )


def contents(data: Data, recipe: Recipe, task: Task) -> Contents:
    """Return what the rows show under the recipe's split. Raises DataError as `split` does."""
    parts = split.split(data, recipe.data.model_dump(), recipe.train.seed, recipe.folds.k > 0)
    labels = _labels(data, parts)
    counts = {name: _counts(y, len(data.classes)) for name, y in labels.items()} if data.classes else {}
    return Contents(
        {name: len(y) for name, y in labels.items()},
        {label: {name: counts[name][number] for name in counts} for number, label in enumerate(data.classes)},
        () if data.classes else _targets(data),
        _columns(data),
        (*data.notices, *parts.notices),
        _baseline(task, recipe, data, labels),
    )


def samples(data: Data, count: int) -> list[int]:
    """Return numbers of up to `count` training rows to look at: one of each class in turn, else the first ones."""
    if data.train_y.ndim == 2 or not data.classes:
        return list(range(min(count, len(data.train_y))))
    rows = [np.flatnonzero(data.train_y == number)[:count].tolist() for number in range(len(data.classes))]
    return [row for turn in zip_longest(*rows) for row in turn if row is not None][:count]


def network(recipe: Recipe, head: Head) -> tuple[str, ...]:
    """Return the layers of a recipe in words, first to last: "conv 16 relu", "dense 64 relu", "dense 10 softmax"."""
    model = recipe.model
    if model.file:
        return (f"built by {model.file}",)
    layers = [f"embedding {model.embedding}"] if model.preset in ("embedding", "lstm", "gru") else []
    for number, (kind, size) in enumerate(zip(networks.kinds(recipe), recipe.hidden_sizes(), strict=True)):
        activation = "tanh" if kind in ("lstm", "gru") else networks.per_layer(model.activation, number, "linear")
        layers.append(" ".join([f"{kind} {size} {activation}", *_restraints(recipe, number)]))
    return (*layers, f"dense {head.units} {head.activation}")


def optimizer(recipe: Recipe) -> str:
    """Return optimizer, batch size and epochs in words."""
    train, folds = recipe.train, recipe.folds
    words = [
        f"{recipe.optimizer.name}, learning rate {recipe.optimizer.learning_rate:g}",
        "all rows in one step" if train.full_batch else f"batches of {train.batch_size:,}",
        f"{train.epochs:,} epochs",
    ]
    if folds.k:
        words.append(f"{folds.k} folds" + (f", {folds.repeats} times" if folds.repeats > 1 else ""))
    return ", ".join(words)


def _restraints(recipe: Recipe, number: int) -> list[str]:
    """Return what holds hidden layer `number` back, in words."""
    regularize = recipe.regularize
    named = (("dropout", regularize.dropout), ("L1", regularize.l1), ("L2", regularize.l2))
    return [f"{name} {value:g}" for name, values in named if (value := networks.per_layer(values, number, 0.0))]


def _preset(recipe: Recipe, name: str) -> Preset:
    base = default_recipe(recipe.task)
    made = build_recipe(task=recipe.task, preset=name)
    changes = {path: as_text(value) for path, value in differences(made, base).items()}
    return Preset(name, f"tuiml --task {recipe.task} --preset {name}", changes)


def _expected_rows(task: Task, recipe: Recipe) -> dict[str, int]:
    if task.rows is None:
        return {}
    counts = split.counts(task.rows, recipe.data.model_dump(), recipe.folds.k > 0)
    return dict(zip(("train", "validation", "test"), counts, strict=True))


def _baseline(task: Task, recipe: Recipe, data: Data, labels: Mapping[str, npt.NDArray[Any]]) -> dict[str, float]:
    judged = labels.get("validation", labels.get("test"))
    if judged is None:
        return {}
    return baseline.baseline(task.kind, check.head_of(recipe, task, data.outputs), labels["train"], judged)


def _labels(data: Data, parts: split.Parts) -> dict[str, npt.NDArray[Any]]:
    """Return y of each split that has rows."""
    test = data.test_y if parts.test is None else data.train_y[parts.test]
    found = {"train": data.train_y[parts.train], "validation": data.train_y[parts.validation], "test": test}
    return {name: y for name, y in found.items() if len(y)}


def _counts(y: npt.NDArray[Any], classes: int) -> list[int]:
    counts: npt.NDArray[Any] = y.sum(0) if y.ndim == 2 else np.bincount(y, minlength=classes)
    return [round(count) for count in counts.tolist()]


def _columns(data: Data) -> tuple[Spread, ...]:
    if isinstance(data.train_x, Sequences):
        return (_spread("words each", np.diff(data.train_x.starts).astype(float)),)
    return tuple(
        _spread(column.name, data.train_x[:, place], column.categories) for place, column in enumerate(data.columns)
    )


def _targets(data: Data) -> tuple[Spread, ...]:
    values = data.train_y.reshape(len(data.train_y), -1).astype(float)
    names = data.targets or tuple(f"target {number + 1}" for number in range(values.shape[1]))
    return tuple(
        _spread(name if len(names) > 1 or data.targets else "target", values[:, n]) for n, name in enumerate(names)
    )


def _spread(name: str, values: npt.NDArray[Any], categories: Sequence[str] = ()) -> Spread:
    known = values[~np.isnan(values)]
    missing = len(values) - len(known)
    if categories:
        counts = np.bincount(known.astype(np.int64), minlength=len(categories)).tolist()
        return Spread(name, missing=missing, categories=dict(zip(categories, counts, strict=True)))
    if not len(known):
        return Spread(name, missing=missing)
    return Spread(name, float(known.min()), float(known.mean()), float(known.max()), missing)
