"""Mixed precision: layers compute in 16 bits, weights and results stay in 32, and too large a gradient costs one step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuiml.tasks import catalog, check
from tuiml.tasks.recipes import build_recipe

pytestmark = pytest.mark.tf


def built(precision: str, *sets: str) -> tuple[Any, Any]:
    """Model and loop of digits with this precision."""
    from tuiml.train import rows
    from tuiml.train.control import Control
    from tuiml.train.loop import CompiledLoop
    from tuiml.train.model import build

    recipe = build_recipe("digits", sets=[f"train.precision={precision}", "train.batch_size=128", *sets])
    loaded = rows.load(recipe, lambda text: None)
    assert check.check(recipe, catalog.of(recipe)) == []
    model = build(recipe, loaded.input, loaded.head)
    loop = CompiledLoop(model, loaded.train, None, loaded.head.one_hot, Control(lambda event: None), lambda event: None)
    loop.install()
    loop.warm()
    return model, loop


@pytest.mark.parametrize(("precision", "preset"), [("mixed_float16", "cnn"), ("mixed_bfloat16", "dense")])
def test_layers_compute_in_16_bits_and_learn_as_in_32(precision: str, preset: str) -> None:
    """Weights and output are float32, layers between are not, and the loss after an epoch is near that in 32 bits."""
    import keras

    network = (f"model.preset={preset}", "model.layers=16", "model.dense=16", "model.batch_norm=on")
    model, loop = built(precision, *network)
    assert {layer.compute_dtype for layer in model.layers if layer.weights} == {
        precision.removeprefix("mixed_"),
        "float32",
    }
    assert model.outputs[0].dtype == "float32"
    assert {weight.dtype for weight in model.weights if "seed" not in weight.path} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
    loop.fit(1, 1, [])
    _, plain = built("float32", *network)
    plain.fit(1, 1, [])
    assert loop.evaluate(loop.train)["loss"] == pytest.approx(plain.evaluate(plain.train)["loss"], rel=0.05)


def test_a_gradient_that_is_too_large_for_16_bits_halves_the_scale_and_costs_its_step() -> None:
    """The scale falls from far too high until steps are finite again; the run goes on, and its weights with it."""
    model, loop = built("mixed_float16", "train.batch_size=32")
    model.optimizer.dynamic_scale.assign(2.0**60)
    for _ in range(3):
        loop.step = 0
        loop.fit(1, 1, [])
    assert model.optimizer.dynamic_scale.numpy() < 2.0**40
    assert all(np.isfinite(variable.numpy()).all() for variable in model.variables)
    assert loop.evaluate(loop.train)["accuracy"] > 0.3


def test_a_loss_that_is_not_finite_ends_a_run_in_16_bits_as_well() -> None:
    """A scale cannot mend what goes wrong before the gradient."""
    from tuiml.errors import NotFiniteError

    model, loop = built("mixed_float16")
    loop.train.x = loop.train.x.astype("float32")
    loop.train.x[loop.train.order(1)[300]] = np.nan
    with pytest.raises(NotFiniteError, match="epoch 1, batch 3"):
        loop.fit(1, 1, [])
    assert all(np.isfinite(variable.numpy()).all() for variable in model.variables)


def test_text_in_16_bits() -> None:
    """Sparse rows and embeddings have 16 bit forms, too."""
    from tuiml.tasks.sequences import Sequences
    from tuiml.train.control import Control
    from tuiml.train.feed import Feed
    from tuiml.train.inputs import Input
    from tuiml.train.loop import CompiledLoop
    from tuiml.train.model import build

    texts = [np.arange(row % 5, 20) for row in range(40)]
    ids = np.stack([np.arange(row % 5, row % 5 + 9) for row in range(40)]).astype(np.int32)
    cases = {"dense": (Sequences.of(texts, 20), Input((20,), sparse=True)), "gru": (ids, Input((9,), words=20))}
    for preset, (x, given) in cases.items():
        recipe = build_recipe(
            "imdb", sets=[f"model.preset={preset}", "model.layers=4", "train.precision=mixed_float16"]
        )
        head = check.head_of(recipe, catalog.of(recipe))
        feed = Feed(x, np.arange(40) % 2, np.arange(40), 8, 0)
        loop = CompiledLoop(
            build(recipe, given, head), feed, None, False, Control(lambda event: None), lambda event: None
        )
        loop.install()
        loop.warm()
        loop.fit(1, 1, [])
        assert np.isfinite(loop.evaluate(feed)["loss"])


def test_a_run_in_16_bits_resumes_with_its_scale(prepare: Any, go: Any, stop_in: Any) -> None:
    """The optimizer's scale is part of a checkpoint; an interrupted run ends with the bits of an unbroken one."""
    from tuiml.train import checkpoint

    sets = ("train.epochs=2", "train.precision=mixed_float16", "train.batch_size=64", "regularize.dropout=0.2")
    whole, broken = prepare("digits", *sets), prepare("digits", *sets)

    go(whole)
    stop_in(1)
    assert go(broken).status == "stopped"
    assert go(broken).status == "finished"
    one, other = (checkpoint.load_newest(folder.checkpoints) for folder in (whole, broken))
    assert one is not None
    assert other is not None
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)
