"""What another patience would have come to: the rule is Keras', to the corner."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.coach.curves import run
from tuiml.coach.patience import Stopped, what_if


def test_it_stops_after_so_many_epochs_without_a_better_value() -> None:
    """Best at epoch 4, then three epochs that are not better."""
    history = run([1.0] * 8, [0.9, 0.5, 0.6, 0.4, 0.45, 0.41, 0.42, 0.3]).history

    assert what_if(history, 3) == Stopped(7, 4, 0.4)
    assert what_if(history, 2) == Stopped(6, 4, 0.4)
    assert what_if(history, 4) == Stopped(None, 8, 0.3)


def test_a_metric_that_was_never_told_stops_nothing() -> None:
    """As Keras, which warns and goes on."""
    assert what_if(run([1.0, 0.9]).history, 0) == Stopped(None, None, None)
    assert what_if([], 3) == Stopped(None, None, None)


def test_accuracy_is_better_the_higher_it_is() -> None:
    """Without a mode, by the metric's name."""
    state = run([1.0] * 5)
    for epoch, value in zip(state.history, [0.5, 0.8, 0.7, 0.75, 0.79], strict=True):
        epoch.metrics["val_accuracy"] = value

    assert what_if(state.history, 3, "val_accuracy") == Stopped(5, 2, 0.8)


def _keras(
    values: list[float], patience: int, mode: str, min_delta: float, baseline: float | None, start: int
) -> Stopped:
    """What the callback itself does with these values."""
    import keras

    callback: Any = keras.callbacks.EarlyStopping(
        "val_loss", min_delta, patience, 0, mode, baseline, restore_best_weights=False, start_from_epoch=start
    )
    callback.set_model(SimpleNamespace(stop_training=False, metrics=[]))
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_end(epoch, {"val_loss": value})
        if callback.model.stop_training:
            return Stopped(epoch + 1, callback.best_epoch + 1, float(callback.best))
    known = callback.best is not None
    return Stopped(None, callback.best_epoch + 1 if known else None, float(callback.best) if known else None)


@pytest.mark.tf
@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 12).map(lambda value: value / 4), max_size=10),
    st.integers(0, 4),
    st.sampled_from(["min", "max"]),
    st.sampled_from([0.0, 0.25, 1.0]),
    st.none() | st.sampled_from([0.5, 1.5]),
    st.integers(0, 3),
)
def test_it_is_keras_own_rule(
    values: list[float], patience: int, mode: Any, min_delta: float, baseline: float | None, start: int
) -> None:
    """The callback is asked itself: epoch, best epoch and value are the same for any history and any arguments."""
    history = run([1.0] * len(values), values).history

    assert what_if(history, patience, "val_loss", mode, min_delta, baseline, start) == _keras(
        values, patience, mode, min_delta, baseline, start
    )
