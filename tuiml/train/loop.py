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
from tuiml.train.penalty import Penalty
from tuiml.train.steps import Steps, confusion

_TRIAL_SECONDS = 0.3  # of steps that are timed


class CompiledLoop:
    """Trains and evaluates a compiled Keras model on feeds.

    `epoch` (from 1) and `step` (batches done in it) say where training is; `train_seconds` is the last epoch's training
    part; `trained` the state of its metrics once that is complete, which validation then overwrites. `penalty` is that of
    the running epoch, None for a network without one: `loss` is the data's alone. Of a task with `classes`, `confusion`
    (classes, classes) counts the rows of the last validation by true class and by the one taken for it. `one_hot` and
    `class_weights` are those of `Steps`. `between` is called on the training thread after each chunk.
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
        classes: int = 0,
    ) -> None:
        self.model, self.train, self.validation = model, train, validation
        self.epoch, self.step, self.train_seconds = 1, 0, 0.0
        self.trained: list[Any] | None = None
        self.before_steps: Callable[[], None] = lambda: None
        self.between: Callable[[], None] = lambda: None
        self.penalty: Penalty | None = None
        self.confusion: npt.NDArray[np.int64] | None = None
        self._control, self._publish, self._classes = control, publish, classes
        self._steps = Steps(model, one_hot, class_weights)
        self._paces: dict[str, Pace] = {}
        self._functions: dict[tuple[Any, ...], Callable[..., Any]] = {}
        self._tensors: dict[int, Any] = {}
        inputs.quicken(model)

    def install(self) -> None:
        """Put the compiled loops where `fit` looks for its step functions."""
        self.model.make_train_function = self.model.make_test_function = lambda force=False: None
        self.model.train_function, self.model.test_function = self._train_epoch, self._validate

    def warm(self) -> None:
        """Let the metrics make their variables, so that a checkpoint can be put back into them; see what is penalized."""
        x, y = self.batch(self.train, self.train.rows[:1])
        self.model.compute_metrics(x, y, self.model(x, training=False))
        self.model.reset_metrics()
        self.penalty = Penalty() if self.model.losses else None

    def batch(self, feed: Feed, rows: npt.NDArray[np.int64]) -> tuple[Any, Any]:
        """Return some rows of a feed as the model takes them, and their targets as the loss does."""
        *parts, y = feed.parts(rows, 1)
        x = self._steps.given(inputs.take(parts, np.arange(len(rows)), feed.row_shape))
        return x, self._steps.target(y)

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
        """Return the model's metrics on all rows of a feed, dropout and augmentation off; the loss is the data's."""
        self.model.reset_metrics()
        for _ in self._run("test", feed, 0, 0):
            self._control.obey(self.epoch, self.step)
        return {name: float(value) for name, value in self.model.get_metrics_result().items()}

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
            for number, (steps, *_) in enumerate(chain(self._run(kind, feed, 1, 0), self._run(kind, feed, 1, 0))):
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
        if self.penalty is not None and not self.step:
            self.penalty.reset()
        self._control.obey(self.epoch, self.step)
        began = self._control.clock()
        for steps, healthy, losses, penalties in self._run("train", self.train, self.epoch, self.step):
            if self.penalty is not None:
                self.penalty.add(zip(penalties, self._rows(self.train, self.step), strict=False))
            self.step += int(steps)
            if not healthy:
                raise not_finite(self.epoch, self.step + 1)
            told = {name: float(value) for name, value in self._metrics(self.penalty).items()}
            self._publish(events.BatchEnded(self.epoch, self.step, self.train.steps, told, losses.tolist()))
            self._control.obey(self.epoch, self.step)
            self.between()
        self.train_seconds = self._control.clock() - began
        self.trained = [variable.numpy() for variable in self.model.metrics_variables]
        return self._metrics(self.penalty)

    def _validate(self, iterator: Iterator[Any]) -> dict[str, Any]:
        next(iterator)
        feed, done = self.validation or self.train, 0
        total = Penalty() if self.penalty is not None else None
        counted = np.zeros((self._classes, self._classes), np.int64)
        for steps, counts, penalties in self._run("test", feed, 0, 0):
            if total is not None:
                total.add(zip(penalties, self._rows(feed, done), strict=False))
            counted += counts
            done += int(steps)
            self._control.obey(self.epoch, self.step)
        self.confusion = counted if self._classes else None
        return self._metrics(total)

    def _metrics(self, penalty: Penalty | None) -> dict[str, Any]:
        """Return what the metrics' variables and, of a penalized network, `penalty` hold."""
        return dict(self.model.get_metrics_result()) | ({} if penalty is None else {penalty.name: penalty.mean})

    @staticmethod
    def _rows(feed: Feed, first: int) -> Iterator[int]:
        """Yield how many rows each step of a pass has, from the step `first` on, counted from 0."""
        for at in range(first * feed.batch_size, len(feed.rows), feed.batch_size):
            yield min(feed.batch_size, len(feed.rows) - at)

    def _run(self, kind: str, feed: Feed, epoch: int, first_step: int) -> Iterator[list[npt.NDArray[Any]]]:
        """Run a pass over a feed; yield, per chunk, what `_training`, `_testing` or `_outputs` return."""
        key = (kind, feed.batch_size, *(map(id, (feed.x, feed.y)) if feed.resident else (id(feed),)))
        pace = self._paces.setdefault(kind, Pace())
        if key not in self._functions:  # parts of the same rows share one, which keeps what it is known by alive
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
                x = self._steps.given(inputs.take(parts, mine, feed.row_shape))
                return x, self._steps.target(tf.gather(y, mine))

            steps = (tf.shape(rows)[0] + feed.batch_size - 1) // feed.batch_size
            if kind == "predict":
                return self._outputs(steps, fetch)
            return self._training(steps, fetch) if kind == "train" else self._testing(steps, fetch)

        return tf.function(chunk, input_signature=specs, autograph=False)  # type: ignore[no-any-return]

    def _resident(self, array: Any) -> Any:
        """Return the array as a tensor; splits of one data set share it."""
        import tensorflow as tf

        if id(array) not in self._tensors:
            self._tensors[id(array)] = tf.convert_to_tensor(array)
        return self._tensors[id(array)]

    def _training(self, steps: Any, fetch: Callable[[Any], Any]) -> Any:
        """Return the graph of a loop over steps that ends before one that is not finite.

        Gives how many were done, whether all were finite, the loss of each, the penalty of each.
        """
        import tensorflow as tf

        def body(at: Any, healthy: Any, losses: Any, penalties: Any) -> Any:
            step = self._steps.train(*fetch(at))
            if step.penalty is not None:
                penalties = penalties.write(at, step.penalty)
            return at + tf.cast(step.healthy, tf.int32), step.healthy, losses.write(at, step.loss), penalties

        arrays = [tf.TensorArray(tf.float32, steps, element_shape=[]) for _ in range(2)]
        done, healthy, losses, penalties = tf.while_loop(
            lambda at, healthy, *_: (at < steps) & healthy,
            body,
            (tf.constant(0), tf.constant(True), *arrays),
            parallel_iterations=1,
        )
        return done, healthy, losses.stack()[:done], penalties.stack()[:done]

    def _testing(self, steps: Any, fetch: Callable[[Any], Any]) -> Any:
        """Return the graph of a loop over steps: how many, the confusion (classes, classes), the penalty of each."""
        import tensorflow as tf

        def body(at: Any, counts: Any, penalties: Any) -> Any:
            x, y = fetch(at)
            step = self._steps.test(x, y)
            if step.penalty is not None:
                penalties = penalties.write(at, step.penalty)
            return at + 1, counts + confusion(y, step.predicted, self._classes), penalties

        counts = tf.zeros((self._classes, self._classes), tf.int32)
        first = (tf.constant(0), counts, tf.TensorArray(tf.float32, steps, element_shape=[]))
        done, counts, penalties = tf.while_loop(lambda at, *_: at < steps, body, first, parallel_iterations=1)
        return done, counts, penalties.stack()

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


def not_finite(epoch: int, batch: int) -> NotFiniteError:
    """Return the error of a step whose loss or gradient is not a finite number."""
    return NotFiniteError(
        f"the loss was no longer a finite number in epoch {epoch}, batch {batch}. "
        "A smaller learning rate usually helps; optimizer.clip_norm=1 bounds the steps."
    )
