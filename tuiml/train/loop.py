"""Compiled training: many steps per call into TensorFlow, hooked into Keras' `fit` in place of its own step functions.

`fit` sees one step per epoch. Inside it, chunks of steps run as one compiled loop that gathers rows and steps;
between chunks wishes are obeyed and progress is told. On a dense network this takes about
half the time of plain `fit`, whose cost is a Python round trip per batch.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml import events
from tuiml.errors import NotFiniteError
from tuiml.train import inputs
from tuiml.train.control import Control, Publish
from tuiml.train.feed import Feed, Pace

_TRIAL_SECONDS = 0.3  # of steps that are timed


class CompiledLoop:
    """Trains and evaluates a compiled Keras model on feeds.

    `epoch` (from 1) and `step` (batches done in it) say where training is; `train_seconds` is the last epoch's training
    part; `trained` the state of its metrics once that is complete, which validation then overwrites. With `one_hot`,
    class numbers become rows of zeros with a one before the loss sees them; `class_weights` (classes,) say how much rows
    of each class count in training. `between` is called on the training thread after each chunk.
    """

    def __init__(
        self,
        model: Any,
        train: Feed,
        validation: Feed | None,
        one_hot: bool,
        control: Control,
        publish: Publish,
        class_weights: npt.NDArray[np.float32] | None = None,
    ) -> None:
        self.model, self.train, self.validation = model, train, validation
        self.epoch, self.step, self.train_seconds = 1, 0, 0.0
        self.trained: list[Any] | None = None
        self.before_steps: Callable[[], None] = lambda: None
        self.between: Callable[[], None] = lambda: None
        self._control, self._publish = control, publish
        self._one_hot, self._class_weights = one_hot, class_weights
        self._paces: dict[str, Pace] = {}
        self._functions: dict[tuple[int, str], Callable[..., Any]] = {}
        self._tensors: dict[int, Any] = {}
        inputs.quicken(model)

    def install(self) -> None:
        """Put the compiled loops where `fit` looks for its step functions."""
        self.model.make_train_function = self.model.make_test_function = lambda force=False: None
        self.model.train_function, self.model.test_function = self._train_epoch, self._validate

    def warm(self) -> None:
        """Let the metrics make their variables, so that a checkpoint can be put back into them."""
        *parts, y = self.train.parts(self.train.rows[:1], 1)
        x = self._given(inputs.take(parts, np.arange(1), self.train.row_shape))
        self.model.compute_metrics(x, self._target(y), self.model(x, training=False))
        self.model.reset_metrics()

    def fit(self, first_epoch: int, last_epoch: int, callbacks: list[Any]) -> None:
        """Train epochs first..last (counted from 1) through Keras' own `fit`."""
        import tensorflow as tf

        once = tf.data.Dataset.range(1)
        options = tf.data.Options()
        options.autotune.enabled = False  # tuning an iterator of one element costs as much as a small epoch
        once = once.with_options(options)
        self.model.fit(
            once,
            epochs=last_epoch,
            initial_epoch=first_epoch - 1,
            verbose=0,
            shuffle=False,
            callbacks=callbacks,
            validation_data=once if self.validation is not None else None,
        )

    def evaluate(self, feed: Feed) -> dict[str, float]:
        """Return the model's metrics on all rows of a feed, dropout and augmentation off."""
        self.model.reset_metrics()
        for _ in self._run("test", feed, 0, 0):
            self._control.obey(self.epoch, self.step)
        return self._metrics()

    def predict(self, feed: Feed) -> npt.NDArray[np.float32]:
        """Return what the model makes of all rows of a feed, (n, outputs), in the order of `feed.order(0)`."""
        outputs = []
        for (chunk,) in self._run("predict", feed, 0, 0):
            outputs.append(chunk)
            self._control.obey(self.epoch, self.step)
        return np.concatenate(outputs)

    def time_epoch(self) -> float:
        """Return the seconds that an epoch with its validation takes, by real steps: the caller puts the model back."""
        seconds = 0.0
        for kind, feed in (("train", self.train), ("test", self.validation)):
            if feed is None:
                continue
            done, began = 0, 0.0
            for number, (steps, _) in enumerate(chain(self._run(kind, feed, 1, 0), self._run(kind, feed, 1, 0))):
                self._control.obey(0, 0)
                done += int(steps) if number else 0
                began = began or self._control.clock()  # the first chunk is traced
                if self._control.clock() - began > _TRIAL_SECONDS:
                    break
            seconds += (self._control.clock() - began) / max(done, 1) * feed.steps
        return seconds

    def _train_epoch(self, iterator: Iterator[Any]) -> dict[str, Any]:
        next(iterator)
        self.trained = None
        self.before_steps()
        self._control.obey(self.epoch, self.step)
        began = self._control.clock()
        for steps, healthy in self._run("train", self.train, self.epoch, self.step):
            self.step += int(steps)
            if not healthy:
                raise not_finite(self.epoch, self.step + 1)
            self._publish(events.BatchEnded(self.epoch, self.step, self.train.steps, self._metrics()))
            self._control.obey(self.epoch, self.step)
            self.between()
        self.train_seconds = self._control.clock() - began
        self.trained = [variable.numpy() for variable in self.model.metrics_variables]
        return dict(self.model.get_metrics_result())

    def _validate(self, iterator: Iterator[Any]) -> dict[str, Any]:
        next(iterator)
        for _ in self._run("test", self.validation or self.train, 0, 0):
            self._control.obey(self.epoch, self.step)
        return dict(self.model.get_metrics_result())

    def _metrics(self) -> dict[str, float]:
        return {name: float(value) for name, value in self.model.get_metrics_result().items()}

    def _run(self, kind: str, feed: Feed, epoch: int, first_step: int) -> Iterator[list[npt.NDArray[Any]]]:
        """Run a pass over a feed; yield, per chunk, (steps done, whether all were finite), or (outputs,) of "predict"."""
        key = (id(feed), kind)
        pace = self._paces.setdefault(kind, Pace())
        if key not in self._functions:
            self._functions[key] = self._compile(kind, feed)
        began = time.perf_counter()
        for chunk in feed.chunks(epoch, first_step, pace):
            results = [part.numpy() for part in self._functions[key](*chunk)]
            steps = -(-len(chunk[-1]) // feed.batch_size)
            pace.measured(steps, time.perf_counter() - began)  # waiting for augmented pictures included
            yield results
            began = time.perf_counter()

    def _compile(self, kind: str, feed: Feed) -> Callable[..., Any]:
        """Return the compiled loop over one chunk of a feed: (rows,) or (x, y) -> what `_run` yields."""
        import tensorflow as tf

        if feed.resident:
            held = [self._resident(part) for part in (*inputs.arrays(feed.x), feed.y)]
            specs = [tf.TensorSpec([None], tf.int64)]
        else:
            held = []
            specs = [
                tf.TensorSpec([None, *part.shape[1:]], tf.as_dtype(part.dtype)) for part in feed.parts(feed.rows[:1], 1)
            ]

        def chunk(*given: Any) -> Any:
            *parts, y = held or given
            rows = given[0] if held else tf.range(tf.shape(y)[0])

            def fetch(at: Any) -> Any:
                mine = rows[at * feed.batch_size : (at + 1) * feed.batch_size]
                return self._given(inputs.take(parts, mine, feed.row_shape)), self._target(tf.gather(y, mine))

            steps = (tf.shape(rows)[0] + feed.batch_size - 1) // feed.batch_size
            if kind == "predict":
                return self._outputs(steps, fetch)
            return self._loop(steps, fetch, self._train_step if kind == "train" else self._test_step)

        return tf.function(chunk, input_signature=specs, autograph=False)  # type: ignore[no-any-return]

    def _resident(self, array: Any) -> Any:
        """Return the array as a tensor; splits of one data set share it."""
        import tensorflow as tf

        if id(array) not in self._tensors:
            self._tensors[id(array)] = tf.convert_to_tensor(array)
        return self._tensors[id(array)]

    def _loop(self, steps: Any, fetch: Callable[[Any], Any], step: Callable[..., Any]) -> Any:
        """Return the graph of a loop over steps that ends early when one is not finite."""
        import tensorflow as tf

        def body(at: Any, healthy: Any) -> Any:
            healthy = step(*fetch(at))
            return at + tf.cast(healthy, tf.int32), healthy

        first = (tf.constant(0), tf.constant(True))
        return tf.while_loop(lambda at, healthy: (at < steps) & healthy, body, first, parallel_iterations=1)

    def _outputs(self, steps: Any, fetch: Callable[[Any], Any]) -> Any:
        """Return the graph of a loop over steps that collects what the model makes of their rows."""
        import tensorflow as tf

        def body(at: Any, collected: Any) -> Any:
            x, _ = fetch(at)
            return at + 1, collected.write(at, tf.cast(self.model(x, training=False), tf.float32))

        collected = tf.TensorArray(
            tf.float32, steps, infer_shape=False, element_shape=[None, *self.model.output_shape[1:]]
        )
        _, collected = tf.while_loop(lambda at, _: at < steps, body, (tf.constant(0), collected), parallel_iterations=1)
        return (collected.concat(),)

    def _given(self, x: Any) -> Any:
        """Return a batch as the numbers that the model's input asks for."""
        import tensorflow as tf

        return tf.cast(x, self.model.inputs[0].dtype)

    def _target(self, y: Any) -> Any:
        import tensorflow as tf

        if len(y.shape) > 1:  # mixed labels are rows of shares already
            return y
        units = self.model.output_shape[-1]
        return tf.one_hot(y, units) if self._one_hot else y[:, tf.newaxis] if units == 1 else y

    def _train_step(self, x: Any, y: Any) -> Any:
        """One optimizer step; skipped, weights and metrics untouched, when loss or gradient is not finite."""
        import tensorflow as tf

        model, weights = self.model, self.model.trainable_variables
        moving = model.non_trainable_variables  # batch normalization assigns its statistics in the forward pass
        before = [tf.identity(variable) for variable in moving]
        with tf.GradientTape() as tape:
            predicted = model(x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=predicted, sample_weight=self._weights(y), training=True)
            scaled = model.optimizer.scale_loss(loss)
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
        healthy &= tf.math.is_finite(tf.cast(loss, tf.float32))

        def update() -> Any:
            model.optimizer.apply_gradients(zip(gradients, weights, strict=True))
            self._count(x, y, predicted, loss)
            return tf.constant(True)

        def skip() -> Any:
            for variable, value in zip(moving, before, strict=True):
                variable.assign(value)
            return tf.constant(False)

        return tf.cond(healthy, update, skip)

    def _weights(self, y: Any) -> Any:
        """Return how much each row counts in training, (n,), from its class, or from its shares of several; None for alike."""
        import tensorflow as tf

        if self._class_weights is None:
            return None
        weights = tf.constant(self._class_weights, tf.float32)
        if y.shape[1:] == (weights.shape[0],):
            return tf.linalg.matvec(tf.cast(y, tf.float32), weights)
        return tf.gather(weights, tf.reshape(y, [-1]))

    def _test_step(self, x: Any, y: Any) -> Any:
        import tensorflow as tf

        predicted = self.model(x, training=False)
        loss = self.model.compute_loss(x=x, y=y, y_pred=predicted, training=False)
        self._count(x, y, predicted, loss)
        return tf.constant(True)

    def _count(self, x: Any, y: Any, predicted: Any, loss: Any) -> None:
        import tensorflow as tf

        self.model.metrics[0].update_state(loss, sample_weight=tf.cast(tf.shape(x)[0], tf.float32))
        self.model.compute_metrics(x, y, predicted)


def not_finite(epoch: int, batch: int) -> NotFiniteError:
    """Return the error of a step whose loss or gradient is not a finite number."""
    return NotFiniteError(
        f"the loss was no longer a finite number in epoch {epoch}, batch {batch}. "
        "A smaller learning rate usually helps; optimizer.clip_norm=1 bounds the steps."
    )
