"""Networks are what their recipes say, and train in the compiled loop as Keras trains them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuiml.tasks import catalog, check
from tuiml.tasks.metrics import METRICS
from tuiml.tasks.recipes import build_recipe
from tuiml.train.feed import Feed
from tuiml.train.inputs import Input

pytestmark = pytest.mark.tf

WORDS, MAXLEN, ROWS = 30, 9, 48
RANDOM = np.random.default_rng(3)
TEXTS = RANDOM.integers(1, WORDS, (ROWS, MAXLEN)).astype(np.int32)
TEXTS[np.arange(MAXLEN) < RANDOM.integers(0, MAXLEN, (ROWS, 1))] = 0  # padded in front, at least one word left
STEPS = RANDOM.normal(size=(ROWS, 6, 3)).astype(np.float32)
OPINIONS = RANDOM.integers(0, 2, ROWS)


def network(task: str, given: Input, outputs: int | None = None, **fields: Any) -> tuple[Any, Any, Any]:
    """Recipe, head and compiled model; `__` in a field stands for the dot."""
    from tuiml.train.model import build

    recipe = build_recipe(task, flags={name.replace("__", "."): value for name, value in fields.items()})
    head = check.head_of(recipe, catalog.of(recipe), outputs)
    return recipe, head, build(recipe, given, head)


def loop_of(model: Any, head: Any, x: Any, y: Any, **options: Any) -> Any:
    """A loop over all rows in batches of 16, in order."""
    from tuiml.train.control import Control
    from tuiml.train.loop import CompiledLoop

    feed = Feed(x, y, np.arange(len(y)), 16, 0)
    loop = CompiledLoop(model, feed, None, head.one_hot, Control(lambda event: None), lambda event: None, **options)
    loop.install()
    loop.warm()
    return loop


PRESETS = {
    "embedding": ("imdb", TEXTS, Input((MAXLEN,), words=WORDS), OPINIONS),
    "lstm": ("imdb", TEXTS, Input((MAXLEN,), words=WORDS), OPINIONS),
    "gru": ("curve", STEPS, Input((6, 3)), RANDOM.normal(size=(ROWS, 2)).astype(np.float32)),  # two targets
}


@pytest.mark.parametrize("preset", PRESETS)
def test_an_epoch_of_every_preset_equals_keras_own_steps(preset: str) -> None:
    """Weights agree with `train_on_batch`, whatever the layers: embeddings, stacked recurrent layers, penalties on all kernels."""
    task, x, given, y = PRESETS[preset]
    fields = {"model__preset": preset, "model__layers": "5,4", "model__dense": "6", "model__embedding": 4}
    fields |= {
        "regularize__l2": 0.01,
        "optimizer__name": "adam",
        "optimizer__clip_norm": 0.5,
        "model__batch_norm": True,
    }
    outputs = y.shape[1] if y.ndim == 2 else None
    _, head, model = network(task, given, outputs, **fields)
    _, _, plain = network(task, given, outputs, **fields)
    loop_of(model, head, x, y).fit(1, 1, [])
    for at in range(0, ROWS, 16):
        plain.train_on_batch(x[at : at + 16], y[at : at + 16])

    moved = [float(np.abs(a - b).max()) for a, b in zip(model.get_weights(), plain.get_weights(), strict=True)]
    assert max(moved) < 1e-4


def test_the_mean_over_words_leaves_padding_out() -> None:
    """`embedding` averages the vectors of the words that are there, and no more."""
    import keras

    _, _, model = network("imdb", Input((MAXLEN,), words=WORDS), model__preset="embedding", model__embedding=4)
    mean = keras.Model(model.input, model.get_layer("mean").output).predict(TEXTS, verbose=0)
    vectors = model.get_layer("embedding").get_weights()[0]
    expected = [vectors[text[text > 0]].mean(0) for text in TEXTS]

    assert mean == pytest.approx(np.array(expected), abs=1e-6)


@pytest.mark.parametrize("preset", ["lstm", "gru"])
def test_more_padding_at_the_end_changes_nothing_for_recurrent_layers(preset: str) -> None:
    """What is hidden from a layer leaves its state as it was; cuDNN hides padding at the end alone."""
    fields = {"model__preset": preset, "model__layers": "5,4", "model__dense": "", "data__padding": "post"}
    _, _, short = network("imdb", Input((MAXLEN,), words=WORDS), **fields)
    _, _, long = network("imdb", Input((MAXLEN + 5,), words=WORDS), **fields)
    padded = np.pad(TEXTS, ((0, 0), (0, 5)))

    assert long.predict(padded, verbose=0) == pytest.approx(short.predict(TEXTS, verbose=0), abs=1e-6)


def test_each_layer_has_its_own_activation_penalty_and_dropout() -> None:
    """Lists go by the hidden layers, convolutions first; leaky_relu has the slope asked for."""
    _, _, model = network(
        "mnist",
        Input((28, 28, 1), 1 / 255),
        model__preset="cnn",
        model__layers="4,6",
        model__dense="8",
        model__activation="tanh,leaky_relu,gelu",
        model__slope=0.05,
        model__initializer="he_normal",
        regularize__dropout="0,0.2,0.4",
        regularize__l1="0,0.1,0",
        regularize__l2="0.3,0,0",
    )
    assert [model.get_layer(name).activation.__name__ for name in ("conv_1", "conv_2", "dense_3")] == [
        "tanh",
        "linear",
        "gelu",
    ]
    assert model.get_layer("leaky_relu_2").negative_slope == pytest.approx(0.05)
    assert type(model.get_layer("conv_1").kernel_initializer).__name__ == "HeNormal"
    assert [layer.rate for layer in model.layers if layer.name.startswith("dropout")] == [0.2, 0.4]
    assert float(model.get_layer("conv_1").kernel_regularizer.l2) == pytest.approx(0.3)
    assert float(model.get_layer("conv_2").kernel_regularizer.l1) == pytest.approx(0.1)
    assert model.get_layer("dense_3").kernel_regularizer is None


def test_recurrent_kernels_are_held_back_too() -> None:
    """A penalty on a recurrent layer is one on both of its kernels."""
    _, _, model = network(
        "imdb", Input((MAXLEN,), words=WORDS), model__preset="gru", model__layers="5", regularize__l1=0.1
    )
    layer = model.get_layer("gru_1").cell
    kernels = (layer.kernel, layer.recurrent_kernel, model.get_layer("dense_2").kernel)

    assert float(sum(model.losses)) == pytest.approx(
        0.1 * sum(float(np.abs(kernel).sum()) for kernel in kernels), rel=1e-5
    )


def test_a_mask_of_dropout_drops_whole_maps() -> None:
    """0,1,1,0: a map of a convolution is there or not as a whole; dense layers drop unit by unit as ever."""
    fields = {
        "model__preset": "cnn",
        "model__layers": "16",
        "regularize__dropout": 0.5,
        "regularize__noise_shape": "0,1,1,0",
    }
    _, _, model = network("digits", Input((8, 8, 1), 1 / 255), **fields)
    kept = np.asarray(model.get_layer("dropout_1")(np.ones((20, 4, 4, 16), np.float32), training=True))

    assert np.ptp(kept, axis=(1, 2)).max() == 0
    assert 0.3 < (kept > 0).mean() < 0.7
    assert model.get_layer("dropout_2").noise_shape is None


def test_dropout_follows_its_own_seed_where_it_has_one() -> None:
    """Two runs with different seeds drop the same units under one dropout seed."""
    from tuiml.train.callbacks import dropout_seed

    one, other = (build_recipe("digits", flags={"train.seed": seed, "regularize.dropout_seed": 5}) for seed in (1, 2))
    assert dropout_seed(one) == dropout_seed(other) == 5
    assert dropout_seed(build_recipe("digits", flags={"train.seed": 7})) == 7


@pytest.mark.parametrize("kind", ["integer", "one_hot"])
def test_integer_and_one_hot_labels_learn_the_same(kind: str) -> None:
    """Under one seed, losses of both agree to five digits after an epoch, and so does accuracy."""
    x = RANDOM.integers(0, 256, (ROWS, 8, 8, 1)).astype(np.uint8)
    y = np.arange(ROWS) % 10
    figures = []
    for labels in ("auto", kind):
        _, head, model = network("digits", Input((8, 8, 1), 1 / 255), data__labels=labels)
        loop = loop_of(model, head, x, y)
        loop.fit(1, 1, [])
        figures.append(loop.evaluate(loop.train))

    assert head.one_hot == (kind == "one_hot")
    assert head.loss.startswith("sparse") == (kind == "integer")
    assert figures[0] == pytest.approx(figures[1], abs=1e-5)


@pytest.mark.parametrize("labels", ["integer", "one_hot"])
def test_class_weights_weigh_the_training_loss_as_keras_does_and_leave_validation_alone(labels: str) -> None:
    """The weighted epoch equals `train_on_batch` with weights per row; evaluation is unweighted."""
    x = RANDOM.integers(0, 256, (ROWS, 8, 8, 1)).astype(np.uint8)
    y = np.arange(ROWS) % 10
    weights = np.linspace(0.2, 3, 10).astype(np.float32)
    _, head, model = network("digits", Input((8, 8, 1), 1 / 255), data__labels=labels)
    _, _, plain = network("digits", Input((8, 8, 1), 1 / 255), data__labels=labels)
    target = np.eye(10, dtype=np.float32)[y] if head.one_hot else y
    loop = loop_of(model, head, x, y, class_weights=weights)
    before = loop.evaluate(loop.train)
    assert before["loss"] == pytest.approx(plain.evaluate(x.astype("float32"), target, verbose=0)[0], rel=1e-5)
    loop.fit(1, 1, [])
    for at in range(0, ROWS, 16):
        part = slice(at, at + 16)
        plain.train_on_batch(x[part].astype("float32"), target[part], sample_weight=weights[y[part]])

    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(model.get_weights(), plain.get_weights(), strict=True))


KINDS = {"binary": "brands", "one_of_n": "digits", "many_of_n": "shapes", "value": "curve", "share": "coverage"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_metric_of_a_kind_is_recorded_under_its_name(kind: str) -> None:
    """All at once, on labels that come from the data as the loop feeds them; early stopping knows the direction of each."""
    from tuiml.fields import EarlyStopping
    from tuiml.train import callbacks

    for labels in ("rows", "numbers") if kind == "one_of_n" else ("",):
        names = [
            name
            for name, metric in METRICS.items()
            if kind in metric.kinds and (kind != "one_of_n" or metric.labels in ("", labels))
        ]
        fields = {"model__preset": "dense", "model__layers": "4", "train__metrics": ",".join(names)}
        recipe, head, model = network(KINDS[kind], Input((5,)), **fields)
        assert check.check(recipe, catalog.of(recipe)) == []
        x = RANDOM.normal(size=(ROWS, 5)).astype(np.float32)
        labels_of = {"many_of_n": (RANDOM.random((ROWS, head.units)) < 0.5).astype(np.float32)}
        labels_of |= {name: RANDOM.random(ROWS).astype(np.float32) for name in ("value", "share")}
        loop = loop_of(model, head, x, labels_of.get(kind, np.arange(ROWS) % max(2, head.units)))
        loop.fit(1, 1, [callbacks.EarlyStopping(EarlyStopping(monitor=name)) for name in names])
        found = loop.evaluate(loop.train)

        assert found.keys() == {"loss", *names, *head.metrics}
        assert all(np.isfinite(value) for value in found.values())


def test_optimizers_are_made_with_all_their_settings() -> None:
    """Every field reaches the Keras optimizer that has it."""
    from tuiml.fields import OptimizerFields
    from tuiml.train.optimizer import build

    sgd = build(OptimizerFields(name="sgd", momentum=0.8, nesterov=True, clip_value=0.5, weight_decay=0.01), "float32")
    assert (sgd.momentum, sgd.nesterov, sgd.clipvalue, sgd.weight_decay) == (0.8, True, 0.5, 0.01)
    rmsprop = build(OptimizerFields(name="rmsprop", rho=0.7, momentum=0.3, clip_norm=2), "float32")
    assert (rmsprop.rho, rmsprop.momentum, rmsprop.clipnorm, rmsprop.weight_decay) == (0.7, 0.3, 2, None)
    adam = build(OptimizerFields(name="adam", beta_1=0.5, beta_2=0.9, learning_rate=0.02), "float32")
    assert (adam.beta_1, adam.beta_2, float(adam.learning_rate)) == (0.5, 0.9, pytest.approx(0.02))
    assert build(OptimizerFields(name="adamw", weight_decay=0.1), "float32").weight_decay == 0.1


def test_a_step_is_clipped_and_weights_decay() -> None:
    """sgd at rate 1 moves no weight by more than the clip; with decay alone, weights shrink by its share."""
    x = RANDOM.integers(0, 256, (16, 8, 8, 1)).astype(np.uint8)
    y = np.arange(16) % 10
    common = {"optimizer__name": "sgd", "optimizer__learning_rate": 1.0}
    _, head, model = network("digits", Input((8, 8, 1), 1 / 255), **common, optimizer__clip_value=1e-4)
    before = model.get_weights()
    loop_of(model, head, x, y).fit(1, 1, [])
    moved = [np.abs(a - b).max() for a, b in zip(model.get_weights(), before, strict=True)]
    assert 0 < max(moved) < 1.1e-4
    decayed = {"optimizer__weight_decay": 0.25, "optimizer__clip_value": 1e-9}
    _, head, model = network("digits", Input((8, 8, 1), 1 / 255), **common, **decayed)
    loop_of(model, head, x, y).fit(1, 1, [])
    assert all(np.allclose(a, 0.75 * b, atol=1e-6) for a, b in zip(model.get_weights(), before, strict=True))
