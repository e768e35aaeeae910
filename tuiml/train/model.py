"""From a recipe and the shape of one row to a compiled Keras model."""

from __future__ import annotations

from typing import Any

from tuiml.fields import OptimizerFields, Recipe
from tuiml.tasks.heads import Head


def build(recipe: Recipe, shape: tuple[int, ...], head: Head, scale: float | None) -> Any:
    """Return a compiled `keras.Model` for rows of `shape`.

    `scale` multiplies the raw input inside the model (1/255 for pictures), so that a saved model takes raw pictures.
    Initial weights follow from `recipe.train.seed`.
    """
    import keras

    keras.utils.set_random_seed(recipe.train.seed)
    inputs = keras.Input(shape, dtype="float32", name="input")
    signal = keras.layers.Rescaling(scale, name="scale")(inputs) if scale is not None else inputs
    if recipe.regularize.input_dropout:
        signal = keras.layers.Dropout(recipe.regularize.input_dropout, name="input_dropout")(signal)
    signal = _hidden(recipe, shape, signal)
    outputs = keras.layers.Dense(head.units, activation=head.activation, dtype="float32", name="output")(signal)
    model = keras.Model(inputs, outputs, name="tuiml")
    # The loss of a step is computed by compiled loops of our own; XLA is slower than plain kernels on CPUs (measured up to 4x for a cnn).
    model.compile(optimizer=_optimizer(recipe.optimizer), loss=head.loss, metrics=list(head.metrics), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def describe(model: Any) -> list[str]:
    """Return one readable line per layer: name, output shape, parameters."""
    return [f"{layer.name} {tuple(layer.output.shape[1:])} {layer.count_params():,}" for layer in model.layers]


def _hidden(recipe: Recipe, shape: tuple[int, ...], signal: Any) -> Any:
    import keras

    convolutions = len(recipe.model.layers) if recipe.model.preset == "cnn" else 0
    for number, size in enumerate(recipe.hidden_sizes()):
        options: dict[str, Any] = {
            "activation": recipe.model.activation[0],
            "kernel_initializer": recipe.model.initializer,
            "kernel_regularizer": _penalty(recipe, number),
        }
        if number < convolutions:
            signal = keras.layers.Conv2D(size, 3, padding="same", name=f"conv_{number + 1}", **options)(signal)
        else:
            signal = _flat(signal)
            signal = keras.layers.Dense(size, name=f"dense_{number + 1}", **options)(signal)
        if recipe.model.batch_norm:
            signal = keras.layers.BatchNormalization(name=f"batch_norm_{number + 1}")(signal)
        if number < convolutions:
            signal = keras.layers.MaxPooling2D(2, name=f"pool_{number + 1}")(signal)
        rate = per_layer(recipe.regularize.dropout, number)
        if rate:
            signal = keras.layers.Dropout(rate, name=f"dropout_{number + 1}")(signal)
    return _flat(signal)


def per_layer(values: tuple[float, ...], number: int) -> float:
    """Return the value for hidden layer `number` (from 0): a single value is meant for all layers."""
    if not values:
        return 0.0
    return values[0] if len(values) == 1 else values[number]


def _penalty(recipe: Recipe, number: int) -> Any:
    import keras

    l1, l2 = per_layer(recipe.regularize.l1, number), per_layer(recipe.regularize.l2, number)
    return keras.regularizers.L1L2(l1=l1, l2=l2) if l1 or l2 else None


def _flat(signal: Any) -> Any:
    import keras

    return keras.layers.Flatten(name="flatten")(signal) if len(signal.shape) > 2 else signal


def _optimizer(fields: OptimizerFields) -> Any:
    import keras

    options: dict[str, Any] = {"learning_rate": fields.learning_rate, "clipnorm": fields.clip_norm or None}
    if fields.name in ("sgd", "rmsprop"):
        options["momentum"] = fields.momentum
    classes = {
        "sgd": keras.optimizers.SGD,
        "rmsprop": keras.optimizers.RMSprop,
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
    }
    return classes[fields.name](**options)
