"""What is measured beside training is true of the network, and leaves no trace in it."""

import numpy as np
import pytest

from tuiml import recipe as recipes
from tuiml.records import Record
from tuiml.runs import confusions
from tuiml.tasks.recipes import build_recipe

pytestmark = pytest.mark.tf

SETS = (
    "train.epochs=6",
    "regularize.l2=0.01",
    "regularize.dropout=0.3",
    "augment.ops=rotate:10",
    "model.batch_norm=on",
)


def quiet(what: str) -> None:
    """Hear nothing."""


@pytest.fixture
def every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure after every epoch, not once a second."""
    from tuiml.train import measuring

    for name in ("_EVERY", "_SPARSER", "_SHARE"):
        monkeypatch.setattr(measuring, name, 0.0 if name == "_EVERY" else 1e9)


def test_a_run_tells_what_its_network_has(prepare, go, every_epoch) -> None:
    """Honest metrics, norms, near-zero shares and confusion are those of the network that the run leaves; so is its baseline."""
    from tuiml.train import measuring, reload, rows

    folder = prepare("digits", *SETS)
    state = go(folder)
    recipe = recipes.read(folder.recipe)
    last, trained = state.measured[-1], reload.load(folder, recipe, state, "final", quiet)
    source = rows.read(recipe, quiet)
    feeds = rows.feeds(source, source.train, source.validation, quiet)
    sample = measuring.training_sample(feeds)

    assert [one.epoch for one in state.measured] == [1, 2, 3, 4, 5, 6]
    assert last.rows == len(sample.rows) == state.rows["validation"]
    _, metrics = trained.judged(*sample.batch(sample.rows, 1))
    assert last.metrics == {name: pytest.approx(value, rel=1e-4) for name, value in metrics.items()}
    kernels = {layer.name: layer.kernel.numpy() for layer in trained.model.layers if hasattr(layer, "kernel")}
    assert last.norms == {name: pytest.approx(np.sqrt((k**2).sum()), rel=1e-4) for name, k in kernels.items()}
    assert last.near_zero == {name: pytest.approx((abs(k) < 1e-3).mean(), abs=1e-6) for name, k in kernels.items()}
    assert set(last.silent) == {"dense_1", "dense_2"}
    found = confusions.read(folder)
    assert list(found) == [1, 2, 3, 4, 5, 6]
    for epoch in state.history:
        counts = found[epoch.number]
        assert counts.sum() == state.rows["validation"]
        assert np.trace(counts) / counts.sum() == pytest.approx(epoch.metrics["val_accuracy"], abs=1e-6)
    assert list(state.history[-1].metrics)[-2:] == ["penalty", "val_penalty"]
    assert state.metric == "accuracy"
    assert state.baseline["accuracy"] == pytest.approx(0.1, abs=0.03)
    assert state.baseline["loss"] == pytest.approx(np.log(10), rel=0.01)
    feeds.close()


def test_measuring_changes_no_bit(prepare, go, monkeypatch) -> None:
    """Weights, generators, optimizer, metrics and history are those of a run that is never measured."""
    from tuiml.train import checkpoint, measuring

    states, saved = [], []
    for every in (0.0, 1e9):
        monkeypatch.setattr(measuring, "_EVERY", every)
        if every:
            monkeypatch.setattr(measuring.Measuring, "epoch_ended", lambda self, epoch, best, last: None)
        folder = prepare("digits", *SETS)
        states.append(go(folder))
        saved.append(checkpoint.load_newest(folder.checkpoints))

    measured, plain = states
    assert measured.measured
    assert not plain.measured
    assert [row.metrics for row in measured.history] == [row.metrics for row in plain.history]
    assert measured.test == plain.test
    one, other = saved
    assert one.arrays.keys() == other.arrays.keys()
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)


def test_the_best_and_the_last_epoch_are_counted_however_short(prepare, go) -> None:
    """In a run of less than a second others are left out; a resumed one goes on with what was counted up to there."""
    from tuiml import events
    from tuiml.runs import launch

    folder = prepare("digits", "train.epochs=400", "train.batch_size=256", "optimizer.learning_rate=0.05")

    def stop(record: Record) -> None:
        if isinstance(record.event, events.EpochEnded) and record.event.epoch == 8:
            launch.wish(folder, "stop", "cli")

    halfway = go(folder, stop)
    counted = confusions.read(folder)
    assert halfway.best_epoch in counted
    confusions.append(folder, 300, next(iter(counted.values())))
    launch.wish(folder, "stop", "cli")
    again = go(folder, lambda record: stop_at_once(record, folder))

    assert 300 not in confusions.read(folder)
    assert again.best_epoch in confusions.read(folder)


def stop_at_once(record: Record, folder) -> None:
    """Wish a stop at the first epoch."""
    from tuiml import events
    from tuiml.runs import launch

    if isinstance(record.event, events.EpochStarted):
        launch.wish(folder, "stop", "cli")


@pytest.mark.parametrize("mode", ["online", "offline"])
def test_the_sample_is_of_originals(mode: str) -> None:
    """No copy and no random change is in it; what all pictures go through is."""
    from tuiml.train import measuring, rows

    recipe = build_recipe("digits", sets=["augment.ops=flip@1,featurewise", f"augment.mode={mode}", "augment.copies=2"])
    loaded = rows.load(recipe, quiet)
    sample = measuring.training_sample(loaded)
    originals = loaded.train.rows if mode == "online" else loaded.train.rows[: len(loaded.train.rows) // 3]
    places = originals[np.linspace(0, len(originals) - 1, len(sample.rows)).astype(int)]
    raw = loaded.train.x[places]
    expected = raw if mode == "offline" else loaded.steady(raw, seed=0, epoch=0, index=np.arange(len(raw)))

    assert len(sample.rows) == min(1000, len(loaded.validation.rows))
    x, y = sample.batch(sample.rows, 1)
    np.testing.assert_allclose(x, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(y, loaded.train.y[places])
    loaded.close()


def test_a_unit_that_never_fires_is_found() -> None:
    """Dense units, channels of a convolution and activations of their own; a leaky relu and other activations are none."""
    import keras

    from tuiml.train.relus import Relus

    given = keras.Input((4, 4, 1))
    signal = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(given)
    signal = keras.layers.Dense(8, activation="relu", name="dense")(keras.layers.Flatten()(signal))
    signal = keras.layers.LeakyReLU(name="leaky")(keras.layers.Dense(8, activation="tanh", name="tanh")(signal))
    signal = keras.layers.Activation("relu", name="activation")(keras.layers.Dense(2, name="plain")(signal))
    model = keras.Model(given, keras.layers.ReLU(negative_slope=0.1, name="slope")(signal))
    for name, dead in (("conv", 1), ("dense", 2), ("plain", 1)):
        layer = model.get_layer(name)
        bias = np.full(layer.bias.shape, 50.0)
        bias[:dead] = -50.0
        layer.bias.assign(bias)
    rows = np.random.default_rng(0).random((9, 4, 4, 1), np.float32)

    assert Relus(model).silent([rows[:5], rows[5:]]) == {"conv": 0.25, "dense": 0.25, "activation": 0.5}
    assert Relus(keras.Model(given, keras.layers.Flatten()(given))).silent([rows]) == {}
    assert not [layer.name for layer in model.layers if "call" in vars(layer)]
    again = keras.Input((4, 4, 1))
    assert Relus(keras.Model(again, model.call(again))).silent([rows])["dense"] == 0.25  # its layers are in two graphs
