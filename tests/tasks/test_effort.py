"""What a recipe costs, as far as one recipe can be measured against another."""

from __future__ import annotations

import pytest

from tuiml.tasks import catalog, effort, sizes
from tuiml.tasks.recipes import build_recipe


@pytest.mark.parametrize("name", catalog.TASKS)
def test_four_times_the_units_never_cost_less(name: str) -> None:
    """And a quarter never more; every built-in task can be measured but those whose columns only the data tells."""
    task = catalog.find(name)
    small, plain, bigger = (
        effort.epoch(build_recipe(name, preset), task) for preset in ("small", "original", "bigger")
    )

    assert small is not None
    assert plain is not None
    assert bigger is not None
    assert small < plain < bigger


def test_a_dense_network_multiplies_each_weight_once() -> None:
    """So its work for a row is its parameters; a convolution's weights are used at every place."""
    digits = catalog.find("digits")
    dense = build_recipe("digits")
    cnn = build_recipe("digits", flags={"model.preset": "cnn", "model.layers": "4", "model.dense": ""})

    assert effort.per_row(dense, digits) == sizes.parameters(dense, digits)
    assert effort.per_row(cnn, digits) == 8 * 8 * (9 * 1 + 1) * 4 + (4 * 4 * 4 + 1) * 10


def test_more_rows_smaller_batches_and_copies_cost_more() -> None:
    """A step has a price of its own however small the network is."""
    task = catalog.find("digits")

    def cost(**sets: object) -> float:
        found = effort.epoch(build_recipe("digits", sets=[f"{path}={value}" for path, value in sets.items()]), task)
        assert found is not None
        return found

    assert cost(**{"data.fraction": 0.5}) < cost() < cost(**{"train.batch_size": 8})
    assert cost() < cost(**{"augment.ops": "rotate:10", "augment.mode": "offline", "augment.copies": 3})


def test_folds_train_a_network_each_and_one_more_for_the_refit() -> None:
    """Four folds, twice, and the refit: nine."""
    assert effort.networks_trained(build_recipe("digits")) == 1
    assert effort.networks_trained(build_recipe("digits", sets=["folds.k=4", "folds.repeats=2"])) == 9
