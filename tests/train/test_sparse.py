"""Texts as sparse rows: trained as their dense matrix would be, which nobody ever holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuiml.tasks.sequences import Sequences
from tuiml.train import inputs
from tuiml.train.control import Control
from tuiml.train.feed import Feed
from tuiml.train.loop import CompiledLoop

pytestmark = pytest.mark.tf

WORDS = 40
RANDOM = np.random.default_rng(0)
DENSE = (RANDOM.random((300, WORDS)) < 0.15).astype("float32")
DENSE[7] = 0  # a text without a word
TEXTS = Sequences.of((np.flatnonzero(row) for row in DENSE), WORDS)
LABELS = (DENSE[:, :5].sum(axis=1) > 0).astype(np.int64)


def network(sparse: bool, dropout: float = 0.0) -> Any:
    """A network with penalties, compiled; the same weights each time."""
    import keras

    keras.utils.set_random_seed(1)
    given = inputs.Input((WORDS,), sparse=sparse).layer()
    signal = keras.layers.Dropout(dropout)(given) if dropout else given
    signal = keras.layers.Dense(6, "tanh", kernel_regularizer=keras.regularizers.L1L2(0.001, 0.01))(signal)
    model = keras.Model(given, keras.layers.Dense(1, "sigmoid")(signal))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"], jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def made(x: Any, resident: bool = True, dropout: float = 0.0) -> tuple[Any, CompiledLoop]:
    """A model and its loop over 200 training and 100 validation rows."""
    model = network(isinstance(x, Sequences), dropout)
    train = Feed(x, LABELS, np.arange(200), 32, 3, shuffle=True)
    validation = Feed(x, LABELS, np.arange(200, 300), 64, 3)
    train.resident = validation.resident = resident
    loop = CompiledLoop(model, train, validation, False, Control(lambda event: None), lambda event: None)
    loop.install()
    loop.warm()
    return model, loop


@pytest.mark.parametrize("resident", [True, False], ids=["resident", "streamed"])
def test_sparse_steps_equal_dense_ones(resident: bool) -> None:
    """Two epochs leave the same weights, loss and accuracy behind, but for the order of float additions."""
    results = []
    for x in (TEXTS, DENSE):
        model, loop = made(x, resident)
        history = []
        for epoch in (1, 2):
            loop.epoch, loop.step = epoch, 0
            loop.fit(epoch, epoch, [])
            history.append({name: float(value) for name, value in model.get_metrics_result().items()})
        results.append((model.get_weights(), history, loop.evaluate(loop.validation)))
    (weights, history, tested), (dense_weights, dense_history, dense_tested) = results

    assert all(np.allclose(ours, dense, atol=1e-5) for ours, dense in zip(weights, dense_weights, strict=True))
    assert [pytest.approx(epoch, rel=1e-4) for epoch in dense_history] == history
    assert tested == pytest.approx(dense_tested, rel=1e-4)


def test_streamed_rows_are_the_resident_ones() -> None:
    """Not a bit differs when the data is too large to stay."""
    weights = []
    for resident in (True, False):
        model, loop = made(TEXTS, resident, dropout=0.3)
        loop.fit(1, 1, [])
        weights.append(model.get_weights())

    assert all(np.array_equal(ours, other) for ours, other in zip(*weights, strict=True))


@pytest.mark.parametrize("resident", [True, False], ids=["resident", "streamed"])
@pytest.mark.parametrize("x", [TEXTS, DENSE], ids=["sparse", "dense"])
def test_predictions_come_row_by_row_in_order(x: Any, resident: bool) -> None:
    """Those of Keras' own `predict`, as float32, one row for each of the feed's, also of the last, smaller batch."""
    model, loop = made(x, resident)
    rows = np.array([250, 7, 7, 3, *range(80)])
    feed = Feed(x, LABELS, rows, 16, 0)
    feed.resident = resident
    plain = network(sparse=False)
    plain.set_weights(model.get_weights())
    outputs = loop.predict(feed)

    assert (outputs.shape, outputs.dtype) == ((84, 1), np.float32)
    np.testing.assert_allclose(outputs, plain.predict(DENSE[rows], verbose=0), atol=1e-6)


def test_the_saved_model_is_keras_own(tmp_path: Path) -> None:
    """It names nothing of ours, and takes dense rows as well as sparse ones."""
    import keras

    model, loop = made(TEXTS, dropout=0.5)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")

    assert "tuiml" not in json.dumps(json.loads(model.to_json()))
    np.testing.assert_allclose(loaded.predict(DENSE[200:], verbose=0), loop.predict(loop.validation), atol=1e-6)


def test_dropout_of_sparse_rows_drops_words() -> None:
    """About the share asked for, the rest scaled up; none when nothing is trained."""
    import keras

    given = inputs.Input((WORDS,), sparse=True).layer()
    layer = keras.layers.Dropout(0.25)
    model = keras.Model(given, keras.layers.Dense(1)(layer(given)))
    inputs.quicken(model)
    rows = inputs.take(inputs.arrays(TEXTS), np.arange(300), (WORDS,))
    dropped, kept = layer(rows, training=True).values.numpy(), layer(rows, training=False).values.numpy()

    assert set(np.round(dropped, 5)) == {0, np.float32(1.33333)}
    assert (dropped == 0).mean() == pytest.approx(0.25, abs=0.05)
    assert (kept == 1).all()


def test_word_numbers_stay_whole() -> None:
    """An embedding finds its rows: numbers that float16 or float32 could not tell apart are not rounded."""
    import keras

    given = inputs.Input((1,), words=2**24 + 3).layer()
    model = keras.Model(given, keras.layers.Lambda(lambda ids: keras.ops.cast(ids % 8, "float32"))(given))
    model.compile(loss="mse")
    feed = Feed(np.array([[2**24 + 1], [2**24 + 2]], np.int32), np.zeros(2), np.arange(2), 2, 0)
    loop = CompiledLoop(model, feed, None, False, Control(lambda event: None), lambda event: None)

    assert given.dtype == "int32"
    assert loop.predict(feed).tolist() == [[1], [2]]


@pytest.mark.slow
def test_imdb_fits_into_little_memory(keras_home: Path, clean_env: dict[str, str], tmp_path: Path) -> None:
    """The notes' run, but for its number of epochs, as a process of its own: at most 1.6 GB at its peak."""
    command = [sys.executable, "-m", "tuiml", "--task", "imdb", "--preset", "notes", "--epochs", "2", "--json"]
    # A process begins with the peak of the one that started it: a small one in between starts the run.
    code = f"""
import resource, subprocess
subprocess.run({command!r}, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=clean_env | {"KERAS_HOME": str(keras_home)},
        check=True,
    )
    lines = done.stdout.splitlines()
    found = json.loads(done.stdout[: done.stdout.rindex("}") + 1])

    assert int(lines[-1]) < 1.6e9
    assert found["metrics"]["val_accuracy"] > 0.8
