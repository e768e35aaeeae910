"""Echoes: a small table on which a plain network overfits, and the article's whole network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.tasks import catalog, recipes


def test_echoes_keep_what_the_task_promises() -> None:
    """60 columns, two classes in equal numbers, always the same rows."""
    task = catalog.find("echoes")
    data, again = (task.load({}, lambda text: None) for _ in range(2))

    assert data.form == task.form == "table"
    assert (len(data.train_x), len(data.test_x)) == task.rows
    assert data.shape == task.shape == (60,)
    assert len(task.columns) == 60
    assert np.bincount(data.train_y).tolist() == [200, 200]
    assert data.train_x.min() >= 0
    assert data.train_x.max() <= 1
    np.testing.assert_array_equal(data.train_x, again.train_x)


def test_the_articles_recipe_is_whole() -> None:
    """Dense 60-30-1, dropout 0.2 twice, L1 on the first and L2 on the second layer, adam, patience 2 on the loss."""
    recipe = recipes.build_recipe("echoes", "article")

    assert recipe.hidden_sizes() == (60, 30)
    assert recipe.model.activation == ("relu",)
    assert recipe.regularize.dropout == (0.2, 0.2)
    assert (recipe.regularize.l1, recipe.regularize.l2) == ((0.01, 0), (0, 0.001))
    assert (recipe.optimizer.name, recipe.optimizer.learning_rate) == ("adam", 0.001)
    assert (recipe.train.epochs, recipe.train.batch_size, recipe.data.validation) == (100, 50, 0.2)
    stopping = recipe.early_stopping
    assert stopping is not None
    assert (stopping.monitor, stopping.patience, stopping.restore_best_weights) == ("loss", 2, False)


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., RunState]:
    """Train a recipe of echoes in this process and return what its events say."""

    def go(preset: str | None = None, *sets: str) -> RunState:
        from tuiml.runs import launch
        from tuiml.runs.log import read_all
        from tuiml.train import runner

        recipe = recipes.build_recipe("echoes", preset, sets=list(sets))
        folder: RunFolder = launch.prepare(recipe, tmp_path_factory.mktemp("runs"), None, by="test")
        runner.run(folder, None)
        return RunState.replay(read_all(folder.events))

    return go


@pytest.mark.tf
def test_a_plain_network_overfits_echoes(run: Callable[..., RunState]) -> None:
    """Training accuracy reaches 1, while the validation loss rises well over its best."""
    state = run(None, "train.seed=0")
    losses = [epoch.metrics["val_loss"] for epoch in state.history]

    assert state.status == "finished"
    assert state.history[-1].metrics["accuracy"] > 0.99
    assert losses[-1] > 1.3 * min(losses)
    assert int(np.argmin(losses)) < len(losses) * 2 / 3


@pytest.mark.tf
def test_the_articles_network_has_5521_parameters(run: Callable[..., RunState]) -> None:
    """60 inputs, 60 and 30 units, one output: 3,660 + 1,830 + 31; the penalties weigh on the training loss."""
    state = run("article", "train.epochs=3")

    assert state.status == "finished"
    assert state.parameters == 5521
    assert state.history[0].metrics["loss"] > state.history[0].metrics["val_loss"] * 0.5
