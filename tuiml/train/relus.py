"""Which relu units fire: one that gives 0 for every row has no gradient and learns nothing any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np


class Relus:
    """The relu layers of a Keras model whose 0 means silence; leaky ones are none. A unit of a convolution is a channel.

    Layers inside of nested models are left out.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._layers = [layer for layer in model.layers if _is_relu(layer)]
        self._compiled = _compiled(model, self._fired) if self._layers else None

    def silent(self, batches: Iterable[Any]) -> dict[str, float]:
        """Return, by layer, the share of units that fire for no row of these batches of the model's input."""
        if self._compiled is None:
            return {}
        fired = [[units.numpy() for units in self._compiled(batch)] for batch in batches]
        shares = [1 - np.any(units, axis=0).mean() for units in zip(*fired, strict=True)]
        return {layer.name: float(share) for layer, share in zip(self._layers, shares, strict=True)}

    def _fired(self, rows: Any) -> list[Any]:
        """Return, by layer, which units fire for any of the rows, (units,) bool."""
        import tensorflow as tf

        with ExitStack() as stack:
            seen = [stack.enter_context(_outputs(layer)) for layer in self._layers]
            self._model(rows, training=False)
        axes = [_positions(layer, given[0]) for layer, given in zip(self._layers, seen, strict=True)]
        # a layer may be applied in several places: it fires where it fires in one of them
        return [
            tf.reduce_any([tf.reduce_any(one > 0, axis) for one in given], 0)
            for given, axis in zip(seen, axes, strict=True)
        ]


def _compiled(model: Any, function: Any) -> Any:
    """Return a function of batches of any size of a model's input as one: layer by layer it would take ten times as long."""
    import tensorflow as tf

    [given] = model.inputs
    kind = tf.SparseTensorSpec if given.sparse else tf.TensorSpec
    spec = kind(given.shape, tf.as_dtype(given.dtype))
    return tf.function(function, input_signature=[spec], autograph=False)


@contextmanager
def _outputs(layer: Any) -> Iterator[list[Any]]:
    """Collect what a layer gives while the block runs.

    `layer.output` would be that of the graph in which a model file built it, which is not the run's.
    """
    own, call, given = "call" in vars(layer), layer.call, []

    def collecting(*args: Any, **options: Any) -> Any:
        given.append(call(*args, **options))
        return given[-1]

    layer.call = collecting
    try:
        yield given
    finally:
        if own:
            layer.call = call
        else:
            del layer.call


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


def _positions(layer: Any, signal: Any) -> Sequence[int]:
    """Return all axes of what a layer gives but that of its units."""
    units = 1 if getattr(layer, "data_format", "") == "channels_first" else len(signal.shape) - 1
    return [axis for axis in range(len(signal.shape)) if axis != units]
