"""What a network takes in, and how rows become it inside a compiled loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy.typing as npt

from tuiml.tasks.base import Rows
from tuiml.tasks.sequences import Sequences


@dataclass(frozen=True)
class Input:
    """What the first layer of a network is given.

    `shape` is that of one row; `scale` what the network multiplies it with first, or None. A `sparse` row is one of zeros
    with a few ones, given as a `tf.SparseTensor`. With `words`, a row is word numbers below it, which stay whole numbers.
    """

    shape: tuple[int, ...]
    scale: float | None = None
    sparse: bool = False
    words: int = 0

    @property
    def dtype(self) -> str:
        """The type of a row's numbers."""
        return "int32" if self.words else "float32"

    def layer(self) -> Any:
        """Return the `keras.Input` of a network."""
        import keras

        return keras.Input(self.shape, dtype=self.dtype, sparse=self.sparse, name="input")


def arrays(x: Rows) -> tuple[npt.NDArray[Any], ...]:
    """Return the arrays that rows consist of: (x,), or (words, starts) of texts."""
    return (x.words, x.starts) if isinstance(x, Sequences) else (x,)


def take(parts: Sequence[Any], rows: Any, row_shape: Sequence[int]) -> Any:
    """Return the `rows` (n,) of what `arrays` gave as a tensor, (n, *row_shape); texts as a sparse one, with ones at their words."""
    import tensorflow as tf

    if len(parts) == 1:
        return tf.gather(parts[0], rows)
    words, starts = parts
    places = tf.ragged.range(tf.gather(starts, rows), tf.gather(starts, rows + 1))
    columns = tf.cast(tf.gather(words, places.values), tf.int64)
    shape = tf.stack([tf.shape(rows, tf.int64)[0], tf.constant(row_shape[0], tf.int64)])
    ones = tf.ones_like(columns, tf.float32)
    return tf.SparseTensor(tf.stack([places.value_rowids(), columns], axis=1), ones, shape)


def quicken(model: Any) -> None:
    """Let layers that are given sparse rows compute on their ones alone; what is saved of the model stays Keras' own.

    Keras' dense layer looks sparse rows up as embeddings, and a step takes three times as long as with TensorFlow's product
    of a sparse and a dense matrix (measured on IMDB); its dropout knows dense rows only.
    """
    import keras

    calls = {keras.layers.Dense: _dense, keras.layers.Dropout: _dropout}
    if any(getattr(given, "sparse", False) for given in model.inputs):
        for layer in model.layers:
            if type(layer) in calls:
                layer.call = partial(calls[type(layer)], layer)


def _dense(layer: Any, rows: Any, training: bool | None = None) -> Any:
    import tensorflow as tf

    if not isinstance(rows, tf.SparseTensor):
        return type(layer).call(layer, rows, training=training)
    kernel = tf.convert_to_tensor(layer.kernel)
    product = tf.sparse.sparse_dense_matmul(tf.cast(rows, kernel.dtype), kernel)
    return layer.activation(product if layer.bias is None else product + layer.bias)


def _dropout(layer: Any, rows: Any, training: bool | None = None) -> Any:
    """Drop ones of the rows, each by itself: a `noise_shape` would have to be as large as the dense rows are."""
    import keras
    import tensorflow as tf

    if not isinstance(rows, tf.SparseTensor):
        return type(layer).call(layer, rows, training=training)
    if not training:
        return rows
    return rows.with_values(keras.random.dropout(rows.values, layer.rate, seed=layer.seed_generator))
