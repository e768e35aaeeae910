"""Dense networks of one build stacked by a leading axis: a step of all of them is one batched product per layer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from tuiml.fields import OptimizerFields, Recipe
from tuiml.tasks.heads import Head
from tuiml.train import optimizer
from tuiml.train.rows import Rows

_MOST_WORK = 1_000_000
"""Weights times rows of a step. Beyond it a step is arithmetic, and side by side is no faster than one after another."""
_MOST_BYTES = 32 * 2**20
"""Of the features of all rows: each fold has its own, and an epoch's order is a copy of them."""

_LOSSES: dict[str, Any] = {
    "mse": keras.losses.mean_squared_error,
    "mae": keras.losses.mean_absolute_error,
    "binary_crossentropy": keras.losses.binary_crossentropy,
    "categorical_crossentropy": keras.losses.categorical_crossentropy,
    "sparse_categorical_crossentropy": keras.losses.sparse_categorical_crossentropy,
}
_METRICS: dict[str, Any] = {
    "mae": keras.metrics.mean_absolute_error,
    "mse": keras.metrics.mean_squared_error,
    "binary_accuracy": keras.metrics.binary_accuracy,
}
_ELEMENTWISE = (keras.layers.Rescaling, keras.layers.Activation, keras.layers.LeakyReLU)


def stackable(model: Any, recipe: Recipe, rows: Rows) -> bool:
    """Whether networks such as `model` can be stacked, and gain by it: small and dense, each row and each fold by itself."""
    head, train = rows.head, recipe.train
    alone = recipe.early_stopping is None and not train.stop_when.strip() and not train.max_minutes
    return (
        alone
        and not recipe.model.file
        and recipe.optimizer.clip_norm == 0
        and recipe.optimizer.schedule != "plateau"
        and train.precision == "float32"
        and rows.train.pipeline is None
        and rows.class_weights is None
        and head.loss in _LOSSES
        and not head.spread  # of each fold's own targets
        and {*_METRICS, "accuracy"}.issuperset(head.metrics)
        and model.count_params() * rows.train.batch_size <= _MOST_WORK
        and rows.train.x.nbytes <= _MOST_BYTES
        and all(_plain(layer) for layer in model.layers)
    )


def _plain(layer: Any) -> bool:
    if isinstance(layer, keras.layers.Dense):
        return layer.bias_regularizer is None and isinstance(
            layer.kernel_regularizer, (keras.regularizers.L1L2, type(None))
        )
    if isinstance(layer, keras.layers.Dropout):
        return layer.noise_shape is None
    if isinstance(layer, keras.layers.InputLayer):
        return not layer.sparse and layer.dtype == "float32"
    return isinstance(layer, (keras.layers.Flatten, *_ELEMENTWISE))


class Stack:
    """The networks of k equal models, in one variable of shape (k, weights), trained by one elementwise Keras optimizer.

    Rows come as blocks: x (steps, k, batch, *row), y (steps, k, batch, ...), float32. Steps are compiled with XLA, which
    takes a fifth of the time of op after op at these sizes. `variables`, `optimizer` and `metrics_variables` are named as
    a model's, so that checkpoints hold a stack as they hold a model.
    """

    def __init__(self, models: Sequence[Any], fields: OptimizerFields, head: Head) -> None:
        self.models = list(models)
        self.head = head
        self._layers = [layer for layer in models[0].layers if not isinstance(layer, keras.layers.InputLayer)]
        self._shapes = [tuple(weight.shape) for weight in models[0].trainable_variables]
        flat = [np.concatenate([weight.numpy().ravel() for weight in model.trainable_variables]) for model in models]
        self._weights = keras.Variable(np.stack(flat), name="weights")
        self._names = ("loss", *head.metrics, *(("penalty",) if models[0].losses else ()))
        self._sums = keras.Variable(np.zeros((len(models), len(self._names)), np.float32), trainable=False)
        self.optimizer = optimizer.build(fields, "float32")
        self.optimizer.build([self._weights])
        self._measures = [_METRICS.get(name) or _accuracy(head) for name in head.metrics]

    @property
    def variables(self) -> list[Any]:
        """All weights."""
        return [self._weights]

    @property
    def metrics_variables(self) -> list[Any]:
        """Sums of loss, metrics and penalty over the rows of the running epoch."""
        return [self._sums]

    @cached_property
    def dropped(self) -> list[Any]:
        """The dropout layers of one network."""
        return [layer for layer in self._layers if isinstance(layer, keras.layers.Dropout) and layer.rate > 0]

    def weights(self, number: int) -> list[npt.NDArray[np.float32]]:
        """Return the weights of network `number` (from 0), as `model.trainable_variables` has them."""
        flat = self._weights.numpy()[number]
        ends = np.cumsum([int(np.prod(shape)) for shape in self._shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), self._shapes, strict=True)]

    def reset(self) -> None:
        """Begin to count anew."""
        self._sums.assign(tf.zeros_like(self._sums.value))

    def train(self, x: Any, y: Any, masks: Any, first: int, count: int) -> npt.NDArray[np.bool_]:
        """Train steps first..first+count-1 of a block; return which networks are still finite, (k,).

        `masks` are those of `draw`. A network that is not finite harms no other.
        """
        finite: npt.NDArray[np.bool_] = self._train(x, y, masks, tf.constant(first), tf.constant(first + count)).numpy()
        return finite

    def metrics(self, rows: int) -> list[dict[str, float]]:
        """Return loss, metrics and, where there is one, penalty of each network: means over the `rows` since `reset`."""
        return self._named(self._sums.numpy() / max(rows, 1))

    def evaluate(self, x: Any, y: Any) -> list[dict[str, float]]:
        """Return the same of each network on rows x (k, n, *row), y (k, n, ...), dropout off."""
        return self._named(self._evaluate(x, y).numpy())

    def draw(self, seeds: npt.NDArray[np.int64], steps: int, batch: int) -> list[Any]:
        """Return what each dropout layer keeps in `steps` steps, (steps, k, batch, units) bool, as Keras' layers would.

        `seeds` (k, layers, 2) are the states of the layers' generators before the first step; Keras adds one to the
        second word at each.
        """
        words = np.mod(seeds, 2**31 - 2).astype(np.int32)  # as Keras does for kernels that take 32 bits
        return [
            _kept(tf.constant(words[:, number]), tf.range(steps), batch, tuple(layer.input.shape[1:]), layer.rate)
            for number, layer in enumerate(self.dropped)
        ]

    def _named(self, values: npt.NDArray[np.float32]) -> list[dict[str, float]]:
        return [dict(zip(self._names, map(float, row), strict=True)) for row in values]

    @cached_property
    def _train(self) -> Any:
        @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
        def loop(x: Any, y: Any, masks: Any, first: Any, end: Any) -> Any:
            def body(at: Any, sums: Any) -> Any:
                with tf.GradientTape(watch_accessed_variables=False) as tape:
                    tape.watch(self._weights.value)
                    predicted, penalty = self._forward(x[at], [mask[at] for mask in masks])
                    loss = tf.reduce_mean(self._loss(y[at], predicted), axis=1)
                    total = tf.reduce_sum(loss + penalty)
                gradient = tape.gradient(total, self._weights.value)
                self.optimizer.apply_gradients([(gradient, self._weights)])
                return at + 1, sums + self._measured(y[at], predicted, loss, penalty)

            state = (first, self._sums.value)
            _, sums = tf.while_loop(lambda at, _: at < end, body, state, parallel_iterations=1)
            self._sums.assign(sums)
            finite = tf.reduce_all(tf.math.is_finite(self._weights.value), axis=1)
            return finite & tf.math.is_finite(sums[:, 0])

        return loop

    @cached_property
    def _evaluate(self) -> Any:
        @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
        def evaluate(x: Any, y: Any) -> Any:
            predicted, penalty = self._forward(x, None)
            loss = tf.reduce_mean(self._loss(y, predicted), axis=1)
            return self._measured(y, predicted, loss, penalty) / tf.cast(tf.shape(x)[1], tf.float32)

        return evaluate

    def _forward(self, x: Any, masks: list[Any] | None) -> tuple[Any, Any]:
        """Return the outputs (k, batch, units) and the penalties (k,) of a batch; without masks nothing is dropped."""
        sizes = [int(np.prod(shape)) for shape in self._shapes]
        parts = iter(tf.split(self._weights.value, sizes, axis=1))
        shapes = iter(self._shapes)
        kept = iter(masks or [])
        signal, penalty = x, tf.zeros(len(self.models))
        for layer in self._layers:
            if isinstance(layer, keras.layers.Dense):
                kernel = tf.reshape(next(parts), (-1, *next(shapes)))
                signal = tf.matmul(signal, kernel)
                if layer.use_bias:
                    signal += tf.reshape(next(parts), (-1, 1, *next(shapes)))
                signal = layer.activation(signal)
                penalty += _penalty(layer.kernel_regularizer, kernel)
            elif isinstance(layer, keras.layers.Flatten):
                signal = tf.reshape(signal, (*signal.shape[:2], -1))
            elif not isinstance(layer, keras.layers.Dropout):
                signal = layer(signal)
            elif masks is not None and layer.rate > 0:
                signal = tf.where(next(kept), signal * (1.0 / (1.0 - layer.rate)), 0.0)
        return signal, penalty

    def _loss(self, y: Any, predicted: Any) -> Any:
        """Return the loss of each row, (k, batch)."""
        return _LOSSES[self.head.loss](self._target(y, predicted), predicted)

    def _measured(self, y: Any, predicted: Any, loss: Any, penalty: Any) -> Any:
        """Return the sums of loss, metrics and penalty over a batch's rows, (k, names)."""
        rows = tf.cast(tf.shape(predicted)[1], tf.float32)
        target = self._target(y, predicted)
        found = [tf.cast(measure(target, predicted), tf.float32) for measure in self._measures]
        means = [tf.reduce_mean(value, range(1, len(value.shape))) for value in found]  # of rows, or of each label
        return tf.stack([loss, *means, penalty][: len(self._names)], axis=1) * rows

    def _target(self, y: Any, predicted: Any) -> Any:
        single = len(y.shape) < len(predicted.shape) and self.head.loss != "sparse_categorical_crossentropy"
        return y[..., tf.newaxis] if single else y


def _accuracy(head: Head) -> Any:
    """Return what Keras takes "accuracy" for, which depends on the shapes of labels and outputs, not on the loss."""
    if head.units == 1:
        return keras.metrics.binary_accuracy
    if head.loss == "sparse_categorical_crossentropy":
        return keras.metrics.sparse_categorical_accuracy
    return keras.metrics.categorical_accuracy


def _penalty(regularizer: Any, kernel: Any) -> Any:
    """Return what L1 and L2 add to the loss of each network, (k,)."""
    if regularizer is None:
        return 0.0
    size = tf.reduce_sum(tf.abs(kernel), axis=(1, 2)), tf.reduce_sum(tf.square(kernel), axis=(1, 2))
    return float(regularizer.l1) * size[0] + float(regularizer.l2) * size[1]


@tf.function(autograph=False)  # type: ignore[untyped-decorator]
def _kept(words: Any, steps: Any, batch: int, row: Sequence[int], rate: float) -> Any:
    """Return which units Keras' dropout keeps at each of `steps`, for generators of state `words` (k, 2)."""

    def one(step: Any) -> Any:
        seeds = words + tf.stack([0, step])
        return tf.stack([tf.random.stateless_uniform((batch, *row), seed) >= rate for seed in tf.unstack(seeds)])

    return tf.map_fn(one, steps, fn_output_signature=tf.bool)
