"""The hidden layers of a recipe's network, as Keras layers."""

from __future__ import annotations

from typing import Any

from tuiml.fields import Recipe
from tuiml.tasks import networks
from tuiml.train.inputs import Input


def hidden(recipe: Recipe, given: Input, signal: Any) -> Any:
    """Return what the last hidden layer gives, flat, of the network's input `signal` (already scaled).

    Word numbers pass an embedding first, which hides the 0 of padding from what follows where that can skip it: a mean
    always, a recurrent layer when padding comes last, as cuDNN wants it. Each layer has its number in its name (dense_1,
    dropout_1), so that another network's weights find their place.
    """
    import keras

    preset = recipe.model.preset
    if given.words:
        mask = preset == "embedding" or recipe.data.padding == "post"
        signal = keras.layers.Embedding(given.words, recipe.model.embedding, mask_zero=mask, name="embedding")(signal)
    signal = _dropout(recipe, recipe.regularize.input_dropout, "input_dropout", signal)
    if preset == "embedding":
        signal = keras.layers.GlobalAveragePooling1D(name="mean")(signal)
    kinds = networks.kinds(recipe)
    for number, (kind, size) in enumerate(zip(kinds, recipe.hidden_sizes(), strict=True)):
        last = kinds[number + 1 : number + 2] != (kind,)
        signal = _layer(recipe, number, kind, size, last, _flat(signal) if kind == "dense" else signal)
        if recipe.model.batch_norm:
            signal = keras.layers.BatchNormalization(name=f"batch_norm_{number + 1}")(signal)
        if kind == "conv":
            signal = keras.layers.MaxPooling2D(2, name=f"pool_{number + 1}")(signal)
        rate = networks.per_layer(recipe.regularize.dropout, number, 0.0)
        signal = _dropout(recipe, rate, f"dropout_{number + 1}", signal)
    return _flat(signal)


def _layer(recipe: Recipe, number: int, kind: networks.Layer, size: int, last: bool, signal: Any) -> Any:
    import keras

    name, penalty = f"{kind}_{number + 1}", _penalty(recipe, number)
    options: dict[str, Any] = {
        "name": name,
        "kernel_initializer": recipe.model.initializer,
        "kernel_regularizer": penalty,
    }
    if kind in ("lstm", "gru"):
        layer = keras.layers.LSTM if kind == "lstm" else keras.layers.GRU
        return layer(size, return_sequences=not last, recurrent_regularizer=penalty, **options)(signal)
    activation = networks.per_layer(recipe.model.activation, number, "linear")
    leaky = activation == "leaky_relu"
    options["activation"] = "linear" if leaky else activation
    conv = kind == "conv"
    signal = (keras.layers.Conv2D(size, 3, padding="same", **options) if conv else keras.layers.Dense(size, **options))(
        signal
    )
    if leaky:  # a layer of its own keeps its slope in a saved model
        signal = keras.layers.LeakyReLU(recipe.model.slope, name=f"leaky_relu_{number + 1}")(signal)
    return signal


def _dropout(recipe: Recipe, rate: float, name: str, signal: Any) -> Any:
    """Return the signal with a share of its units dropped; the mask's shape applies where it has as many axes."""
    import keras

    if not rate:
        return signal
    regularize = recipe.regularize
    mask = tuple(length or None for length in regularize.noise_shape)
    return keras.layers.Dropout(
        rate,
        noise_shape=mask if len(mask) == len(signal.shape) and not signal.sparse else None,
        seed=regularize.dropout_seed,
        name=name,
    )(signal)


def _penalty(recipe: Recipe, number: int) -> Any:
    import keras

    l1, l2 = (networks.per_layer(values, number, 0.0) for values in (recipe.regularize.l1, recipe.regularize.l2))
    return keras.regularizers.L1L2(l1=l1, l2=l2) if l1 or l2 else None


def _flat(signal: Any) -> Any:
    import keras

    return keras.layers.Flatten(name="flatten")(signal) if len(signal.shape) > 2 else signal
