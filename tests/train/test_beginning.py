"""A run may begin with another's weights, as far as layers agree in name and shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuiml.errors import RecipeError
from tuiml.runs import launch, references
from tuiml.tasks import catalog, check
from tuiml.tasks.recipes import build_recipe

pytestmark = pytest.mark.tf

SETS = ("model.layers=16,8", "model.batch_norm=on", "train.epochs=2", "train.batch_size=64")


@pytest.fixture
def teacher(prepare: Any, go: Any) -> Any:
    """The folder of a finished run on digits."""
    folder = prepare("digits", *SETS)
    assert go(folder).status == "finished"
    return folder


def network(*sets: str, classes: int = 10) -> Any:
    """A fresh model for digits, with these fields."""
    from tuiml.train.inputs import Input
    from tuiml.train.model import build

    recipe = build_recipe("digits", sets=[*SETS, *sets])
    return build(recipe, Input((8, 8, 1), 1 / 16), check.head_of(recipe, catalog.of(recipe), classes))


def test_layers_that_agree_are_taken_and_the_others_named(teacher: Any) -> None:
    """Another number of classes: all but the output, moving statistics of batch normalization included."""
    import keras

    from tuiml.train.beginning import begin

    theirs = {layer.name: layer.get_weights() for layer in keras.saving.load_model(teacher.model).layers}
    model = network(classes=3)
    output = model.get_layer("output").get_weights()
    sentence = begin(model, teacher.path)

    for layer in model.layers:
        expected = output if layer.name == "output" else theirs[layer.name]
        assert all(np.array_equal(a, b) for a, b in zip(layer.get_weights(), expected, strict=True))
    assert "dense_1" in sentence
    assert "output ((8, 10) there, (8, 3) here)" in sentence


def test_a_network_that_shares_no_layer_is_refused(teacher: Any) -> None:
    """A sentence says which layers there are here and why none fits."""
    from tuiml.errors import RecipeError
    from tuiml.train.beginning import begin

    with pytest.raises(RecipeError, match=r"dense_1 \(\(64, 16\) there, \(64, 5\) here\)"):
        begin(network("model.layers=5", "model.batch_norm=off", classes=3), teacher.path)


def test_a_file_that_is_damaged_is_a_data_error(teacher: Any) -> None:
    """Cut short, or small and about to unpack to a flood, it is named; nothing is taken from it."""
    import zipfile

    from tuiml.errors import DataError
    from tuiml.train.beginning import begin

    teacher.model.write_bytes(teacher.model.read_bytes()[:500])
    with pytest.raises(DataError, match=r"model\.keras is damaged"):
        begin(network(), teacher.path)
    with zipfile.ZipFile(teacher.model, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("model.weights.h5", b"\0" * 200_000_000)
    with pytest.raises(DataError, match="it is not opened"):
        begin(network(), teacher.path)


def test_a_run_that_left_no_network_is_found_before_training(tmp_path: Any, prepare: Any) -> None:
    """Neither a run that is not there nor one that has not ended can be begun with; the other fields stay."""
    unfinished = prepare("digits")
    for name in ("gone", unfinished.id):
        recipe = build_recipe("digits", flags={"train.init_from": name, "train.epochs": 7})
        with pytest.raises(RecipeError) as told:
            references.resolved(recipe, unfinished.path.parent)
        assert [problem.path for problem in told.value.problems] == ["train.init_from"]
        assert told.value.sound == recipe.model_copy(
            update={"train": recipe.train.model_copy(update={"init_from": ""})}
        )


def test_a_run_outlives_the_one_it_began_with(teacher: Any, prepare: Any, go: Any) -> None:
    """Its own checkpoints are all it needs to go on."""
    taught = prepare("digits", *SETS, f"train.init_from={teacher.path}", "model.batch_norm=off")
    go(taught)
    away = teacher.path.rename(teacher.path.with_name("away"))
    try:
        launch.wish(taught, "add_epochs", "test", 1)
        state = go(taught)
    finally:
        away.rename(teacher.path)
    assert (state.status, state.error) == ("finished", "")


def test_fine_tuning_starts_where_the_other_run_ended(teacher: Any, prepare: Any, go: Any) -> None:
    """At a tiny learning rate the first epoch has the teacher's validation loss, a notice says why, and a resume does not begin again."""
    taught = prepare(
        "digits", *SETS, f"train.init_from={teacher.path}", "optimizer.learning_rate=1e-7", "model.batch_norm=off"
    )
    told = go(taught)
    assert told.status == "finished"
    again = prepare(
        "digits", *SETS, f"train.init_from={teacher.path}", "optimizer.learning_rate=1e-9", "train.epochs=1"
    )
    state, before = go(again), go(teacher)
    assert state.history[0].metrics["val_accuracy"] == pytest.approx(
        before.history[-1].metrics["val_accuracy"], abs=0.03
    )
    assert any("begins with the weights of" in notice.text for notice in state.notices)
