"""What drawn tasks are for: each teaches its lesson when it is trained on."""

from __future__ import annotations

import numpy as np
import pytest

from tuiml.tasks import catalog

pytestmark = pytest.mark.tf


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_two_brands_are_told_apart_only_after_flips(prepare, go, seed: int) -> None:
    """The chapter's parable: perfect validation and a test below 0.75 without augmentation, at least 0.9 with flips."""
    plain = go(prepare("brands", f"train.seed={seed}"))
    flipped = go(prepare("brands", f"train.seed={seed}", "augment.ops=flip"))

    assert plain.history[-1].metrics["val_accuracy"] > 0.95
    assert plain.test["accuracy"] < 0.75
    assert flipped.test["accuracy"] >= 0.9


def test_linear_layers_stay_a_line_and_one_relu_layer_bends(prepare, go) -> None:
    """Three linear layers of 64 are no better than the best line; one relu layer of 64 gets below a tenth of its error."""
    linear = go(prepare("curve", "model.layers=64,64,64", "model.activation=linear"))
    bent = go(prepare("curve"))

    data = catalog.find("curve").load({}, lambda text: None)
    line = np.polyfit(data.train_x[:, 0], data.train_y, 1)
    best = float(np.mean((data.test_y - np.polyval(line, data.test_x[:, 0])) ** 2))
    assert linear.test["loss"] == pytest.approx(best, rel=0.1)
    assert bent.test["loss"] < best / 10


def test_many_labels_and_shares_are_learned(prepare, go) -> None:
    """Sigmoids for each label, and one for a number from 0 to 1: both leave guessing far behind in a few epochs."""
    shapes = go(prepare("shapes", "train.epochs=10"))
    coverage = go(prepare("coverage", "train.epochs=5"))

    assert shapes.test["binary_accuracy"] > 0.75
    assert coverage.test["mae"] < 0.1
