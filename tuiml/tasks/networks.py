"""Whether a recipe's network can be built for the rows of a task, and what each of its hidden layers is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, TypeVar

from tuiml.errors import Problem
from tuiml.fields import Recipe
from tuiml.tasks.base import Task
from tuiml.text import clean

Layer = Literal["conv", "lstm", "gru", "dense"]
T = TypeVar("T")


def kinds(recipe: Recipe) -> tuple[Layer, ...]:
    """Return what each hidden layer of `recipe.hidden_sizes()` is."""
    preset, first = recipe.model.preset, len(recipe.model.layers)
    before: dict[str, Layer] = {"cnn": "conv", "lstm": "lstm", "gru": "gru"}
    dense: Layer = "dense"
    if preset in before:
        return (before[preset],) * first + (dense,) * len(recipe.model.dense)
    return (dense,) * first


def per_layer(values: tuple[T, ...], number: int, default: T) -> T:
    """Return the value for hidden layer `number` (from 0): a single value is meant for all layers, none is `default`."""
    if not values:
        return default
    return values[0] if len(values) == 1 else values[number]


def sequence(task: Task) -> bool:
    """Whether rows are steps in order, each of some features: (steps, features)."""
    return task.form == "features" and task.shape is not None and len(task.shape) == 2


def _stepless(task: Task) -> bool:
    """Whether rows are known to have no steps; where only the data tells the shape, tables have none."""
    return task.form == "table" or (task.form != "text" and task.shape is not None and not sequence(task))


def check(recipe: Recipe, task: Task, shape: tuple[int, int, int] | None) -> list[Problem]:
    """Return what keeps the network from being built; `shape` is (h, w, c) of pictures, None of other rows."""
    if recipe.model.file:
        return _check_file(recipe)
    return (
        _check_preset(recipe, task)
        + _check_pools(recipe, shape)
        + _check_layers(recipe)
        + _check_noise_shape(recipe, task)
    )


def _check_file(recipe: Recipe) -> list[Problem]:
    file = Path(os.path.expanduser(recipe.model.file))
    if file.is_file():
        return []
    what = "is a folder" if file.is_dir() else "is not there"
    return [
        Problem(
            "model.file",
            f"{clean(file)} {what}; expected a Python file with a function build(recipe, shapes) that returns a keras.Model.",
        )
    ]


def _check_preset(recipe: Recipe, task: Task) -> list[Problem]:
    preset, sentence = recipe.model.preset, ""
    if preset == "cnn" and not task.pictures:
        sentence = f"cnn needs pictures, and the rows of {task.name} are not pictures; expected {_fitting(task)}."
    elif preset == "embedding" and task.form != "text":
        sentence = f"embedding learns a vector for each word, and the rows of {task.name} are not texts; expected {_fitting(task)}."
    elif preset in ("lstm", "gru") and _stepless(task):
        sentence = (
            f"{preset} reads step after step, and the rows of {task.name} have no steps; it needs texts, or an npz of "
            f"sequences (rows, steps, features); expected {_fitting(task)}."
        )
    elif preset in ("lstm", "gru") and not recipe.model.layers:
        return [Problem("model.layers", f"{preset} needs at least one layer of its own, such as --layers 32.")]
    return [Problem("model.preset", sentence)] if sentence else []


def _fitting(task: Task) -> str:
    """Return the presets for a task's rows, in words."""
    if task.pictures:
        return "dense or cnn"
    if task.form == "text":
        return "dense, embedding, lstm or gru"
    return "dense, lstm or gru" if sequence(task) else "dense"


def _check_pools(recipe: Recipe, shape: tuple[int, int, int] | None) -> list[Problem]:
    if recipe.model.preset != "cnn" or shape is None:
        return []
    pools, side = len(recipe.model.layers), min(shape[:2])
    if side >> pools >= 1:
        return []
    most = side.bit_length() - 1  # pooling rounds odd sides down
    return [
        Problem(
            "model.layers",
            f"{pools} convolutions halve the picture {pools} times, and {shape[0]} x {shape[1]} pixels can be "
            f"halved {most} times; expected at most {most} layers.",
        )
    ]


def _check_layers(recipe: Recipe) -> list[Problem]:
    """A list holds one value for all hidden layers, or one for each; an empty one is none at all."""
    hidden, problems = len(recipe.hidden_sizes()), []
    inside = {
        "cnn": " (convolutions, then dense ones)",
        "lstm": " (recurrent, then dense ones)",
        "gru": " (recurrent, then dense ones)",
    }.get(recipe.model.preset, "")
    lists = {f"regularize.{name}": getattr(recipe.regularize, name) for name in ("dropout", "l1", "l2")}
    for path, values in (lists | {"model.activation": recipe.model.activation}).items():
        if len(values) not in (0, 1, hidden):
            problems.append(
                Problem(
                    path,
                    f"expected one value, or {hidden}: one for each hidden layer{inside}; received {len(values)}.",
                )
            )
    if not recipe.model.activation:
        problems.append(Problem("model.activation", "expected one for all layers, or one for each; linear is none."))
    return problems


def _check_noise_shape(recipe: Recipe, task: Task) -> list[Problem]:
    mask = recipe.regularize.noise_shape
    if not mask:
        return []
    ranks = dropped_ranks(recipe, task)
    if set(mask) - {0, 1}:
        sentence = "expected 0 for an axis that keeps its length, or 1 for one that is dropped as a whole"
    elif ranks and len(mask) not in ranks:
        sentence = f"expected {' or '.join(map(str, sorted(ranks)))} numbers, rows first, as the layers that are dropped from have axes"
    else:
        return []
    return [Problem("regularize.noise_shape", f"{sentence}; received {','.join(map(str, mask))}.")]


def dropped_ranks(recipe: Recipe, task: Task) -> set[int]:
    """Return the numbers of axes, that of the rows included, of what dropout layers are given; {} where there are none."""
    ranks = set()
    layers = kinds(recipe)
    for number, kind in enumerate(layers):
        if per_layer(recipe.regularize.dropout, number, 0.0) > 0:
            steps = kind in ("lstm", "gru") and layers[number + 1 : number + 2] == (kind,)
            ranks.add(4 if kind == "conv" else 3 if steps else 2)
    if recipe.regularize.input_dropout:
        if task.form == "text":
            ranks |= (
                {3} if recipe.model.preset != "dense" else set()
            )  # rows of zeros and ones are dropped from word by word
        else:
            ranks.add(2 if task.form == "table" else 1 + len(task.shape or (0, 0, 0)))
    return ranks
