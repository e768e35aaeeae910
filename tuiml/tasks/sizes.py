"""How large a network will be, before Keras is there to ask: its layers, parameters and memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tuiml.fields import OptimizerFields, Recipe
from tuiml.tasks import augmentation, networks, optimizers
from tuiml.tasks.base import Task
from tuiml.tasks.check import head_of, picture_shape, training_rows

_FLOAT = 4  # bytes


class Layer(NamedTuple):
    """A layer by its name in the model: the shape of a row after it, its parameters, and how many of them are learned.

    `kept` are the numbers that it keeps of each row for the way back.
    """

    name: str
    shape: tuple[int, ...]
    parameters: int
    learned: int
    kept: int

    def __str__(self) -> str:
        return f"{self.name} {self.shape} {self.parameters:,}"


def layers(recipe: Recipe, task: Task) -> list[Layer] | None:
    """Return the layers of a recipe's network, or None where only the data, or a model file, tells them."""
    given = _given(recipe, task)
    outputs = len(task.classes) if task.classes else task.outputs
    if recipe.model.file or given is None or outputs == 0 or (task.classes is None and task.kind not in _NUMBERS):
        return None
    return list(_layers(recipe, task, given, head_of(recipe, task, outputs).units))


_NUMBERS = ("value", "share")


def parameters(recipe: Recipe, task: Task) -> int | None:
    """Return how many numbers the network learns or keeps, as Keras' `count_params` will; None as `layers`."""
    found = layers(recipe, task)
    return None if found is None else sum(layer.parameters for layer in found)


def memory(found: Iterable[Layer], optimizer: OptimizerFields, batch_size: int) -> int:
    """Return an estimate of the bytes that a network needs in training, beside its rows and the framework itself.

    These are weights, their gradients, what the optimizer remembers of each, and what every layer keeps of a batch.
    """
    found = list(found)
    learned, every = sum(layer.learned for layer in found), sum(layer.parameters for layer in found)
    kept = batch_size * sum(layer.kept for layer in found)
    return _FLOAT * (every + learned * (1 + optimizers.slots(optimizer)) + kept)


def training_memory(recipe: Recipe, task: Task) -> int | None:
    """Return `memory` of a recipe's network at its batch size; None where it cannot be known yet."""
    found, rows = layers(recipe, task), training_rows(recipe, task)
    if found is None or (recipe.train.full_batch and rows is None):
        return None
    return memory(found, recipe.optimizer, (rows or 0) if recipe.train.full_batch else recipe.train.batch_size)


def _given(recipe: Recipe, task: Task) -> tuple[int, ...] | None:
    """Return the shape of a row as the network is given it, or None where only the data tells."""
    if task.form == "text":
        return (recipe.data.words,) if recipe.model.preset == "dense" else (recipe.data.maxlen,)
    if task.form == "table":
        if not task.columns or recipe.data.indicators or any(column.categories for column in task.columns):
            return None  # a feature for each category, or gap, that the training rows have
        dropped = [column for column in task.columns if column.name in recipe.data.drop]
        features = len(task.columns) - len(dropped) + len(recipe.data.derive)
        return (features,) if features > 0 else None
    shape = picture_shape(recipe, task)
    problems, after = augmentation.check(recipe, task, shape, training_rows(recipe, task))
    return None if problems else after or task.shape


def _layers(recipe: Recipe, task: Task, shape: tuple[int, ...], units: int) -> Iterator[Layer]:
    model, hidden = recipe.model, networks.kinds(recipe)

    def layer(name: str, parameters: int = 0, learned: int | None = None, kept: int | None = None) -> Layer:
        kept = math.prod(shape) if kept is None else kept
        return Layer(name, shape, parameters, parameters if learned is None else learned, kept)

    sparse = task.form == "text" and model.preset == "dense"
    yield layer("input", kept=0)
    if _scaled(recipe, task):
        yield layer("scale")
    if task.form == "text" and not sparse:
        shape = (*shape, model.embedding)
        yield layer("embedding", recipe.data.words * model.embedding)
    if recipe.regularize.input_dropout:
        yield layer("input_dropout")
    if model.preset == "embedding":
        shape = shape[-1:]
        yield layer("mean")
    for number, (kind, size) in enumerate(zip(hidden, recipe.hidden_sizes(), strict=True)):
        if kind == "dense" and len(shape) > 1:
            shape = (math.prod(shape),)
            yield layer("flatten", kept=0)
        shape, weights, kept = _grown(kind, shape, size, last=hidden[number + 1 : number + 2] != (kind,))
        yield layer(f"{kind}_{number + 1}", weights, kept=kept)
        if kind in ("conv", "dense") and networks.per_layer(model.activation, number, "linear") == "leaky_relu":
            yield layer(f"leaky_relu_{number + 1}")
        if model.batch_norm:  # scale and offset are learned, mean and variance only kept
            yield layer(f"batch_norm_{number + 1}", 4 * size, 2 * size)
        if kind == "conv":
            shape = (shape[0] // 2, shape[1] // 2, shape[2])
            yield layer(f"pool_{number + 1}")
        if networks.per_layer(recipe.regularize.dropout, number, 0.0):
            yield layer(f"dropout_{number + 1}")
    if len(shape) > 1:
        shape = (math.prod(shape),)
        yield layer("flatten", kept=0)
    inputs, shape = shape[0], (units,)
    yield layer("output", (inputs + 1) * units)
    if recipe.data.scale_target and task.kind == "value" and head_of(recipe, task).activation == "linear":
        yield layer("target")


def _grown(
    kind: networks.Layer, shape: tuple[int, ...], size: int, last: bool
) -> tuple[tuple[int, ...], int, int | None]:
    """Return the shape after a layer of `size` units, its parameters, and what it keeps of a row where that is not its output."""
    inputs = shape[-1]
    if kind == "conv":
        return (*shape[:2], size), (9 * inputs + 1) * size, None
    if kind == "dense":
        return (size,), (inputs + 1) * size, None
    # Keras' LSTM has four gates of one bias, its GRU (reset after the product) three of two
    gates, biases = (4, 1) if kind == "lstm" else (3, 2)
    weights = gates * size * (inputs + size + biases)
    return ((size,) if last else (shape[0], size)), weights, shape[0] * size * (gates + 1)


def _scaled(recipe: Recipe, task: Task) -> bool:
    import augment

    return task.pictures and augmentation.scale(augment.parse(recipe.augment.ops).evaluation()) is not None
