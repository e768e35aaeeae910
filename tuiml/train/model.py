"""From a recipe and what a network is given to a compiled Keras model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import Any

from tuiml.fields import Recipe
from tuiml.tasks.heads import Head
from tuiml.tasks.sizes import Layer, memory
from tuiml.train import layers, model_file, optimizer
from tuiml.train.inputs import Input


def build(recipe: Recipe, given: Input, head: Head) -> Any:
    """Return a compiled `keras.Model` for rows as `given` says, with the last layer of `head`.

    `given.scale` multiplies the raw input inside the model (1/255 for pictures), so that a saved model takes raw pictures.
    Initial weights follow from `recipe.train.seed`. Whatever layers compute with, what they give is float32 in the end.
    Raises RecipeError for a model file that cannot be used.
    """
    import keras

    keras.utils.set_random_seed(recipe.train.seed)
    with _policy(recipe.train.precision):
        inputs = given.layer()
        signal = keras.layers.Rescaling(given.scale, name="scale")(inputs) if given.scale is not None else inputs
        if recipe.model.file:
            outputs = model_file.applied(recipe, given, head, signal)
        else:
            signal = layers.hidden(recipe, given, signal)
            last = keras.layers.Dense(head.units, activation=head.activation, dtype="float32", name="output")
            outputs = last(signal)
        if head.spread:
            outputs = keras.layers.Rescaling(head.spread, head.center, dtype="float32", name="target")(outputs)
        model = keras.Model(inputs, outputs, name="tuiml")
    # The loss of a step is computed by compiled loops of our own; XLA is slower than plain kernels on CPUs (measured up to 4x for a cnn).
    model.compile(
        optimizer=optimizer.build(recipe.optimizer, recipe.train.precision),
        loss=head.loss,
        metrics=[_metric(name) for name in head.metrics],
        auto_scale_loss=False,  # the optimizer is wrapped already where it has to be
        jit_compile=False,
    )
    model.optimizer.build(model.trainable_variables)
    return model


def describe(model: Any, recipe: Recipe, batch_size: int) -> list[str]:
    """Return one readable line per layer, name, output shape, parameters, and what training needs of memory."""
    found = sizes(model)
    needed = memory(found, recipe.optimizer, batch_size) / 1e6
    return [
        *map(str, found),
        f"about {needed:,.1f} MB in training, {batch_size:,} row{'s' if batch_size != 1 else ''} a step",
    ]


def sizes(model: Any) -> list[Layer]:
    """Return the model's layers as `tasks.sizes` has them, nested ones as one."""
    return [_size(layer) for layer in model.layers]


def _size(layer: Any) -> Layer:
    import keras

    shape = tuple(keras.tree.flatten(layer.output)[0].shape[1:])
    kept = prod(length or 1 for length in shape)
    if isinstance(layer, keras.layers.RNN):  # every step of every gate is needed on the way back
        steps = keras.tree.flatten(layer.input)[0].shape[1]
        kept = steps * layer.units * (5 if isinstance(layer, keras.layers.LSTM) else 4)
    elif isinstance(layer, (keras.layers.InputLayer, keras.layers.Flatten)):
        kept = 0
    learned = sum(prod(weight.shape) for weight in layer.trainable_weights)
    return Layer(layer.name, shape, layer.count_params(), learned, kept)


def _metric(name: str) -> Any:
    """Return the metric under the name that it was asked for by; "accuracy" is left to Keras, which looks at the labels."""
    import keras

    if name == "accuracy":
        return name
    metric = keras.metrics.get(name)
    metric.name = name
    return metric


@contextmanager
def _policy(precision: str) -> Iterator[None]:
    """Let layers that are made meanwhile compute with `precision`, as layers of a model file do, too."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
