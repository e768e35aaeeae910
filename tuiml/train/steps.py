"""One step of training or of testing a compiled Keras model, as a graph: forward, loss, penalty, update, metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class Step(NamedTuple):
    """What a step gives: whether loss and gradient were finite, the data's loss, the penalty, what was predicted.

    Penalty is what L1, L2 and activity regularization add to the loss, None without any. A step that is not finite is skipped.
    """

    healthy: Any
    loss: Any
    penalty: Any
    predicted: Any


class Steps:
    """Steps of `model`. With `one_hot`, class numbers become rows of zeros with a one before the loss sees them.

    `class_weights` (classes,) say how much rows of each class count in training. Metrics count the data's loss alone.
    """

    def __init__(self, model: Any, one_hot: bool, class_weights: npt.NDArray[np.float32] | None) -> None:
        import keras

        self._model, self._one_hot, self._class_weights = model, one_hot, class_weights
        self._row_losses: Callable[[Any, Any], Any] = keras.losses.get(model.loss)

    def given(self, x: Any) -> Any:
        """Return a batch as the numbers that the model's input asks for."""
        import tensorflow as tf

        return tf.cast(x, self._model.inputs[0].dtype)

    def target(self, y: Any) -> Any:
        """Return labels or values of a batch as the loss takes them."""
        import tensorflow as tf

        if len(y.shape) > 1:  # mixed labels are rows of shares already
            return y
        units = self._model.output_shape[-1]
        return tf.one_hot(y, units) if self._one_hot else y[:, tf.newaxis] if units == 1 else y

    def train(self, x: Any, y: Any) -> Step:
        """One optimizer step; skipped, weights and metrics untouched, when loss or gradient is not finite."""
        import tensorflow as tf

        model, weights = self._model, self._model.trainable_variables
        moving = model.non_trainable_variables  # batch normalization assigns its statistics in the forward pass
        before = [tf.identity(variable) for variable in moving]
        with tf.GradientTape() as tape:
            predicted = model(x, training=True)
            loss, penalty = self.loss(y, predicted, self._weights(y)), self._penalty()
            total = loss if penalty is None else loss + penalty
            scaled = model.optimizer.scale_loss(total)
        gradients = tape.gradient(scaled, weights)
        # A sum is finite only where all its terms are: one cheap pass over each gradient; an embedding's has few rows.
        sums = [
            tf.cast(tf.reduce_sum(getattr(gradient, "values", gradient)), tf.float32)
            for gradient in gradients
            if gradient is not None
        ]
        healthy = tf.reduce_all(tf.math.is_finite(tf.stack(sums))) if sums else True
        if (scale := getattr(model.optimizer, "dynamic_scale", None)) is not None:
            healthy |= scale > 1  # too large a scale does that, too: the optimizer skips the step and halves it
        healthy &= tf.math.is_finite(total)

        def update() -> Any:
            model.optimizer.apply_gradients(zip(gradients, weights, strict=True))
            self._count(x, y, predicted, loss)
            return tf.constant(True)

        def skip() -> Any:
            for variable, value in zip(moving, before, strict=True):
                variable.assign(value)
            return tf.constant(False)

        return Step(tf.cond(healthy, update, skip), loss, penalty, predicted)

    def test(self, x: Any, y: Any) -> Step:
        """Count loss and metrics of a batch, dropout and augmentation off."""
        import tensorflow as tf

        predicted = self._model(x, training=False)
        loss = self.loss(y, predicted)
        self._count(x, y, predicted, loss)
        return Step(tf.constant(True), loss, self._penalty(), predicted)

    def loss(self, y: Any, predicted: Any, weights: Any = None) -> Any:
        """Return the mean loss of a batch's rows, each times its weight: Keras' "sum_over_batch_size"."""
        import tensorflow as tf

        losses = tf.cast(self._row_losses(y, predicted), tf.float32)
        return tf.reduce_mean(losses if weights is None else losses * weights)

    def _penalty(self) -> Any:
        """Return the sum of what the layers add to the loss, None for nothing; of activities, that of the last forward pass."""
        import tensorflow as tf

        parts = [tf.reduce_sum(tf.cast(part, tf.float32)) for part in self._model.losses]
        return tf.add_n(parts) if parts else None

    def _weights(self, y: Any) -> Any:
        """Return how much each row counts in training, (n,), from its class, or from its shares of several; None for alike."""
        import tensorflow as tf

        if self._class_weights is None:
            return None
        weights = tf.constant(self._class_weights, tf.float32)
        if y.shape[1:] == (weights.shape[0],):
            return tf.linalg.matvec(tf.cast(y, tf.float32), weights)
        return tf.gather(weights, tf.reshape(y, [-1]))

    def _count(self, x: Any, y: Any, predicted: Any, loss: Any) -> None:
        import tensorflow as tf

        self._model.metrics[0].update_state(loss, sample_weight=tf.cast(tf.shape(x)[0], tf.float32))
        self._model.compute_metrics(x, y, predicted)


def confusion(y: Any, predicted: Any, classes: int) -> Any:
    """Return how many rows (classes, classes) int32 of each true class were taken for each class.

    `y` is as `Steps.target` gives it. As everywhere, one output above a half means the second of two classes.
    """
    import tensorflow as tf

    if not classes:
        return tf.zeros((0, 0), tf.int32)
    rows = len(y.shape) > 1 and y.shape[1] > 1
    truth = tf.argmax(y, 1, tf.int32) if rows else tf.cast(tf.reshape(y, [-1]), tf.int32)
    several = predicted.shape[1] > 1
    guess = tf.argmax(predicted, 1, tf.int32) if several else tf.cast(predicted[:, 0] > 0.5, tf.int32)
    counts = tf.math.unsorted_segment_sum(tf.ones_like(truth), truth * classes + guess, classes * classes)
    return tf.reshape(counts, (classes, classes))
