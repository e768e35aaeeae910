"""Targets far from 0 are learned as deviations from their mean, and said in their own units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.train.conftest import Go, Prepare

pytestmark = pytest.mark.tf


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """A table of 300 prices between some 5,000 and 25,000 that two columns tell nearly."""
    random = np.random.default_rng(3)
    x = random.normal(size=(300, 2))
    y = 15_000 + 3_000 * x[:, 0] - 1_000 * x[:, 1] + random.normal(scale=200, size=300)
    path = tmp_path / "prices.csv"
    lines = [f"{a:.4f},{b:.4f},{price:.0f}" for (a, b), price in zip(x, y, strict=True)]
    path.write_text("\n".join(["age,power,price", *lines]))
    return path


def test_prices_are_learned_in_their_own_units_without_being_told(prices: Path, prepare: Prepare, go: Go) -> None:
    """The default recipe of a table comes near the noise of its prices; unscaled, it does not leave the neighborhood of 0."""
    about = f"csv:{prices}", "data.target=price", "train.epochs=40"
    scaled = go(prepare(*about))
    unscaled = go(prepare(*about, "data.scale_target=false"))

    assert scaled.test["mae"] < 600
    assert unscaled.test["mae"] > 10_000


def test_the_scale_is_that_of_the_training_targets(prices: Path, prepare: Prepare) -> None:
    """Mean and standard deviation of training rows alone, in a layer of the network."""
    from tuiml import recipe
    from tuiml.train import model, rows

    plan = recipe.read(prepare(f"csv:{prices}", "data.target=price").recipe)
    loaded = rows.load(plan, lambda text: None)
    trained = loaded.train.y[loaded.train.rows]
    layer = model.build(plan, loaded.input, loaded.head).get_layer("target")

    assert loaded.head.center == pytest.approx((trained.mean(dtype=float),), rel=1e-6)
    assert loaded.head.spread == pytest.approx((trained.std(dtype=float),), rel=1e-6)
    np.testing.assert_allclose(
        layer(np.array([[0.0], [1.0]]))[:, 0], [trained.mean(), trained.mean() + trained.std()], rtol=1e-5
    )


def test_a_network_of_the_user_s_own_is_scaled_too(prices: Path, tmp_path: Path, prepare: Prepare, go: Go) -> None:
    """A linear model file finds prices as a preset does, without knowing what they are about."""
    file = tmp_path / "line.py"
    file.write_text(
        "import keras\n\n\ndef build(recipe, shapes):\n"
        "    inputs = keras.Input(shapes['input'])\n"
        "    return keras.Model(inputs, keras.layers.Dense(shapes['output'])(inputs))\n"
    )
    about = (
        f"csv:{prices}",
        "data.target=price",
        f"model.file={file}",
        "train.epochs=20",
        "optimizer.learning_rate=0.05",
    )

    assert go(prepare(*about)).test["mae"] < 600
