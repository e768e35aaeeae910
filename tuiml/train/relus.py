"""Which relu units fire: one that gives 0 for every row has no gradient and learns nothing any more."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Relus:
    """The relu layers of a Keras model whose 0 means silence; leaky ones are none. A unit of a convolution is a channel.

    `highest` gives, for a batch of the model's input, the highest value of each unit, (n, units of all layers); it is None
    where there is no such layer. Layers inside of nested models are left out.
    """

    def __init__(self, model: Any) -> None:
        import keras

        found = {layer.name: _highest(layer) for layer in model.layers if _is_relu(layer)}
        self._names, parts = list(found), list(found.values())
        self._ends = np.cumsum([part.shape[-1] for part in parts])
        joined = parts[0] if len(parts) == 1 else keras.layers.concatenate(parts) if parts else None
        self.highest = None if joined is None else _compiled(keras.Model(model.inputs[0], joined))

    def silent(self, values: npt.NDArray[np.float32]) -> dict[str, float]:
        """Return, by layer, the share of units that fire for none of the rows whose `values` `highest` gave."""
        parts = np.split((values > 0).any(axis=0), self._ends[:-1])
        return {name: float(1 - part.mean()) for name, part in zip(self._names, parts, strict=True)}


def _compiled(model: Any) -> Any:
    """Return a model as one function of batches of any size: layer by layer a batch would take ten times as long."""
    import tensorflow as tf

    [given] = model.inputs
    kind = tf.SparseTensorSpec if given.sparse else tf.TensorSpec
    spec = kind(given.shape, tf.as_dtype(given.dtype))
    return tf.function(lambda rows: model(rows, training=False), input_signature=[spec], autograph=False)


def _is_relu(layer: Any) -> bool:
    import keras

    if isinstance(layer, keras.layers.ReLU):
        return not layer.negative_slope and not layer.threshold
    single = (
        keras.layers.Dense,
        keras.layers.Activation,
        keras.layers.Conv1D,
        keras.layers.Conv2D,
        keras.layers.Conv3D,
    )
    return isinstance(layer, single) and layer.activation in (keras.activations.relu, keras.activations.relu6)


def _highest(layer: Any) -> Any:
    """Return each unit's highest value over positions, (n, units)."""
    import keras

    signal = layer.output
    units = 1 if getattr(layer, "data_format", "") == "channels_first" else len(signal.shape) - 1
    axes = tuple(axis for axis in range(1, len(signal.shape)) if axis != units)
    return keras.ops.max(signal, axis=axes) if axes else signal
