"""What a run leaves of its rows, and its network rebuilt from the run folder alone."""

import json

import numpy as np
import pytest

from tuiml import recipe as recipes
from tuiml.errors import StorageError, UsageError
from tuiml.runs import predictions, store
from tuiml.runs.folder import RunFolder
from tuiml.tasks import scores
from tuiml.tasks.described import Described
from tuiml.train.predictions import sample

pytestmark = pytest.mark.tf


def quiet(what: str) -> None:
    """Hear nothing."""


def test_what_is_left_of_validation_rows_has_the_figures_of_the_log(trained_digits) -> None:
    """Loss and accuracy of the stored outputs are those of the last epoch; every row says which one it is."""
    folder = RunFolder(trained_digits)
    state, found = store.read(folder).state, predictions.read(folder, "validation")

    assert found.loss == pytest.approx(state.history[-1].metrics["val_loss"], rel=1e-5)
    assert scores.metric("one_of_n", found.y, found.outputs) == pytest.approx(
        state.history[-1].metrics["val_accuracy"], abs=1e-6
    )
    assert len(np.unique(found.rows)) == len(found.rows) == found.about.total == state.rows["validation"]


@pytest.mark.parametrize(
    ("task", "sets"),
    [
        ("digits", ("augment.ops=featurewise,flip", "train.epochs=1")),
        ("digits", ("model.preset=cnn", "model.layers=4", "model.dense=8", "model.batch_norm=on", "train.epochs=1")),
        ("wine", ("data.derive=log:proline", "regularize.l2=0.01", "train.epochs=2")),
        ("shapes", ("data.fraction=0.05", "train.epochs=1")),
    ],
)
def test_a_rebuilt_network_says_what_the_run_said(prepare, go, task, sets) -> None:
    """Preparation, normalization and weights come from the folder; rows as read get the run's own outputs and metrics."""
    from tuiml.train import evaluation, reload, rows

    folder = prepare(task, *sets)
    state = go(folder)
    recipe = recipes.read(folder.recipe)
    trained = reload.load(folder, recipe, state, "final", quiet)
    again, metrics = evaluation.evaluate(trained, rows.read(recipe, quiet), "test")
    stored = predictions.read(folder, "test")

    np.testing.assert_allclose(again.outputs, stored.outputs, atol=1e-5)
    np.testing.assert_array_equal(again.rows, stored.rows)
    assert stored.loss == pytest.approx(state.test["loss"], rel=1e-4)
    assert stored.about.penalty == pytest.approx(state.history[-1].metrics.get("val_penalty", 0.0), rel=1e-4)
    assert metrics == {name: pytest.approx(value, rel=1e-4) for name, value in state.test.items()}


def test_a_description_survives_json(trained_digits) -> None:
    """What is written is what is read; anything else is one sentence that names the file."""
    stored = predictions.read_preparation(RunFolder(trained_digits))
    described = Described.read(json.loads(json.dumps(stored)), "preparation.json")

    again = json.loads(json.dumps(described.to_json()))
    assert again == {name: stored[name] for name in again}
    for damaged in (
        {},
        stored | {"kind": "oracle"},
        stored | {"head": 3},
        stored | {"steady": {"ops": [{"name": "?"}]}},
        stored | {"classes": ["a", "b"]},
        stored | {"shape": [-1, 8, 1]},
        stored | {"head": stored["head"] | {"units": 2**31}},
        stored | {"head": stored["head"] | {"activation": "lambda"}},
    ):
        with pytest.raises(StorageError, match=r"preparation\.json is damaged"):
            Described.read(damaged, "preparation.json")


def test_a_run_without_validation_has_no_best_weights(prepare, go) -> None:
    """Asking for them is a sentence, before TensorFlow is asked."""
    from tuiml.train import reload

    folder = prepare("digits", "train.epochs=1", "data.validation=0")
    state = go(folder)
    with pytest.raises(UsageError, match="no best epoch"):
        reload.load(folder, recipes.read(folder.recipe), state, "best", quiet)
    assert predictions.read(folder, "validation") is None


def test_large_splits_are_thinned_evenly() -> None:
    """At most 20,000 rows, each once, first and last among them."""
    for total in (1, 7, 20_000, 20_001, 1_000_000):
        chosen = sample(total)
        assert len(np.unique(chosen)) == len(chosen) == min(total, predictions.MOST)
        assert (chosen[0], chosen[-1]) == (0, total - 1)
        assert np.ptp(np.diff(chosen)) <= 1 if len(chosen) > 1 else True
