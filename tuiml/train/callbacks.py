"""Keras callbacks: those of a recipe, early stopping that survives a resume, and the reporter that turns epochs into events."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from tuiml import events
from tuiml.fields import EarlyStopping as Fields
from tuiml.fields import Recipe
from tuiml.tasks import metrics
from tuiml.train import penalty
from tuiml.train.control import Control, Publish
from tuiml.train.feed import layer_seed
from tuiml.train.limits import Limits
from tuiml.train.loop import CompiledLoop
from tuiml.train.schedule import Schedule

_WEIGHT = "early_stopping/"


def observers(recipe: Recipe, epochs: int, clock: Callable[[], float]) -> list[Any]:
    """Return the callbacks that a recipe asks for, in the order in which `fit` must call them; the reporter comes after.

    `epochs` are those of the whole run; `clock` tells the seconds that a limit counts. Each has a `name`, `memory()` ->
    (counters, arrays) for a checkpoint, and `remember(counters, arrays)`, which takes them back.
    """
    early = [EarlyStopping(recipe.early_stopping)] if recipe.early_stopping else []
    return [Schedule(recipe.optimizer, epochs), *early, Limits(recipe.train, clock)]


class EarlyStopping(keras.callbacks.EarlyStopping):  # type: ignore[misc]
    """Keras' early stopping whose memory can be saved, and whose best weights are restored only when the run asks.

    Keras forgets everything when `fit` begins and restores when it ends; a run may be resumed, or given more epochs. Where
    weights are penalized, `loss` and `val_loss` are the data's alone, while Keras' own would watch the sum: a penalty
    that shrinks is no better generalization.
    """

    name = "early_stopping"

    def __init__(self, fields: Fields) -> None:
        mode = fields.mode
        if mode == "auto":  # Keras refuses metrics whose direction it does not know
            mode = "max" if metrics.rises(fields.monitor) else "min"
        super().__init__(**fields.model_dump(exclude={"verbose", "mode"}), mode=mode)
        self.tells = bool(fields.verbose)
        self.best = None
        self.best_epoch = 0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Keep what is remembered."""

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Restore nothing yet."""

    @property
    def stopped(self) -> bool:
        """Whether patience ran out."""
        return bool(self.stopped_epoch > 0)

    @property
    def patience_left(self) -> int:
        """Epochs without improvement still allowed."""
        return max(int(self.patience) - int(self.wait), 0)

    def restore_best(self) -> int | None:
        """Give the model the best epoch's weights, if the recipe wants that; return that epoch, counted from 1."""
        if not self.restore_best_weights or self.best_weights is None:
            return None
        self.model.set_weights(self.best_weights)
        return int(self.best_epoch) + 1

    def memory(self) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        """Return counters and arrays for a checkpoint."""
        best = None if self.best is None else float(self.best)
        counters = {"wait": self.wait, "best": best, "best_epoch": self.best_epoch, "stopped_epoch": self.stopped_epoch}
        weights = {f"{_WEIGHT}{at}": np.asarray(weight) for at, weight in enumerate(self.best_weights or [])}
        return counters, weights

    def remember(self, counters: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> None:
        """Take back what `memory` returned. A run that had been stopped early gets its whole patience again."""
        self.best, self.best_epoch = counters["best"], counters["best_epoch"]
        self.wait = 0 if counters["stopped_epoch"] else counters["wait"]
        weights = [
            arrays[name]
            for name in sorted(
                (name for name in arrays if name.startswith(_WEIGHT)), key=lambda name: int(name.removeprefix(_WEIGHT))
            )
        ]
        self.best_weights = weights or None


class Reporter(keras.callbacks.Callback):  # type: ignore[misc]
    """Tells the beginning and end of each epoch, between which a step may end, and seeds dropout by (seed, epoch, layer).

    Must come after early stopping in the list of callbacks: it reports the patience left.
    """

    def __init__(
        self,
        loop: CompiledLoop,
        control: Control,
        publish: Publish,
        seed: int,
        early: EarlyStopping | None,
        epoch_done: Callable[[int, dict[str, float]], None],
    ) -> None:
        super().__init__()
        self._loop, self._control, self._publish = loop, control, publish
        self._seed, self._early, self._epoch_done = seed, early, epoch_done

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keras counts epochs from 0; everyone else here from 1."""
        self._control.epoch_begins(epoch, self._loop.train.steps)
        self._loop.epoch, self._loop.step = epoch + 1, 0
        seed_layers(self.model, self._seed, epoch + 1)
        self._publish(events.EpochStarted(epoch + 1, float(self.model.optimizer.learning_rate)))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Tell the metrics, then let the run save."""
        metrics = penalty.penalties_last(logs or {})
        left = self._early.patience_left if self._early else None
        self._publish(
            events.EpochEnded(
                epoch + 1, metrics, self._loop.train_seconds, float(self.model.optimizer.learning_rate), left
            )
        )
        if not math.isfinite(metrics.get("val_loss", 0.0)):
            self._publish(
                events.Noticed(
                    "warning",
                    "validation-not-finite",
                    f"the validation loss of epoch {epoch + 1} is not a finite number.",
                )
            )
        self._control.epoch_ended()
        self._epoch_done(epoch + 1, metrics)


def seed_layers(model: Any, seed: int, epoch: int) -> None:
    """Set the random generator of each dropout layer, so that an epoch draws the same whatever came before it."""
    layers = [layer for layer in _nested(model) if getattr(layer, "seed_generator", None) is not None]
    for number, layer in enumerate(layers):
        layer.seed_generator.state.assign(layer_seed(seed, epoch, number))


def dropout_seed(recipe: Recipe) -> int:
    """Return the seed that dropout follows: its own, or the run's."""
    own = recipe.regularize.dropout_seed
    return recipe.train.seed if own is None else own


def _nested(model: Any) -> Iterator[Any]:
    """Yield a model's layers in order, and those inside of them: a model file's may be models themselves."""
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _nested(layer)
