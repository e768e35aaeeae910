"""What a recipe means for its task is checked as a whole, without reading the data."""

from __future__ import annotations

from typing import Any

import pytest

from tuiml.tasks import catalog, recipes
from tuiml.tasks.base import Task
from tuiml.tasks.check import advice, check


def nothing(*_: Any) -> Any:
    raise AssertionError("checks must not load data")


TABLE = Task("table", "A table", "value", nothing, form="features", shape=(13,), rows=(400, 100))


def paths(task: str | Task = "digits", **flags: Any) -> dict[str, str]:
    """Return {path: message} of the problems of a recipe; `__` in a name stands for the dot."""
    fields = {name.replace("__", "."): value for name, value in flags.items()}
    found = task if isinstance(task, Task) else catalog.find(task)
    return {
        problem.path: problem.message
        for problem in check(recipes.build_recipe("digits" if isinstance(task, Task) else task, flags=fields), found)
    }


def told(**flags: Any) -> dict[str, str]:
    fields = {name.replace("__", "."): value for name, value in flags.items()}
    return {
        found.path: found.message
        for found in advice(recipes.build_recipe("digits", flags=fields), catalog.find("digits"))
    }


def test_every_contradiction_is_found_at_once() -> None:
    """Five mistakes, five problems, each at its field."""
    assert set(
        paths(
            data__validation=5000,
            augment__ops="flop",
            model__preset="cnn",
            model__layers="8,8,8,8",
            regularize__dropout="0.1,0.2",
            early_stopping="monitor=val_acc",
            model__loss="binary_crossentropy",
            model__output="linear",
        )
    ) == {
        "data.validation",
        "augment.ops",
        "model.layers",
        "regularize.dropout",
        "early_stopping.monitor",
        "model.loss",
    }


def test_pictures_are_needed_for_augmentation_and_convolutions() -> None:
    """A table can be neither flipped nor convolved; the grammar is judged all the same."""
    found = check(recipes.build_recipe("digits", flags={"augment.ops": "flop", "model.preset": "cnn"}), TABLE)
    assert [problem.path for problem in found] == ["augment.ops", "augment.ops", "model.preset"]
    assert "not pictures" in found[0].message


def test_the_grammar_of_augmentation_answers_with_the_nearest() -> None:
    """The toolkit's own sentences reach the form."""
    assert "did you mean 'flip'" in paths(augment__ops="flop")["augment.ops"]
    assert paths(augment__ops="flip,rotate:15,shift:0.1") == {}


def test_an_op_that_does_not_fit_the_pictures_is_refused() -> None:
    """A window of 20 pixels in pictures of 8 is found before training, in 28 pixels it is fine."""
    assert "larger than the picture" in paths(augment__ops="crop:20px")["augment.ops"]
    assert paths("mnist", augment__ops="crop:20px") == {}


@pytest.mark.parametrize(("layers", "fits"), [("8,8,8", True), ("8,8,8,8", False)])
def test_pooling_must_leave_a_pixel(layers: str, fits: bool) -> None:
    """8 x 8 pixels can be halved three times."""
    assert ("model.layers" not in paths(model__preset="cnn", model__layers=layers)) == fits


def test_pooling_counts_from_the_size_after_augmentation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a pipeline enlarges pictures to 32 x 32, four halvings are fine."""
    monkeypatch.setattr("augment.pipeline.Pipeline.output_shape", lambda self, shape: (32, 32, 1))
    assert paths(model__preset="cnn", model__layers="8,8,8,8", augment__ops="flip") == {}


@pytest.mark.parametrize(("values", "fits"), [("", True), ("0.1", True), ("0.1,0.2", True), ("0.1,0.2,0.3", False)])
@pytest.mark.parametrize("name", ["dropout", "l1", "l2"])
def test_a_list_has_one_value_or_one_for_each_hidden_layer(name: str, values: str, fits: bool) -> None:
    """Digits has two hidden layers."""
    assert (paths(**{f"regularize__{name}": values}) == {}) == fits


@pytest.mark.parametrize("monitor", ["loss", "accuracy", "val_loss", "val_accuracy"])
def test_metrics_that_exist_can_be_monitored(monitor: str) -> None:
    """Loss and metric, of training and validation."""
    assert paths(early_stopping=f"monitor={monitor}") == {}


def test_a_metric_of_another_kind_of_task_cannot_be_monitored() -> None:
    """The known names follow from the head."""
    assert "Known: loss, accuracy" in paths(early_stopping="monitor=val_mae")["early_stopping.monitor"]
    fields = {"early_stopping.monitor": "val_mae"}
    assert check(recipes.build_recipe("digits", flags=fields), TABLE) == []


def test_monitoring_validation_needs_validation_rows() -> None:
    """`val_loss` without them is a mistake, `loss` is not."""
    assert "monitor=loss" in paths(data__validation=0, early_stopping=5)["early_stopping.monitor"]
    assert paths(data__validation=0, early_stopping="monitor=loss") == {}


@pytest.mark.parametrize("wanted", [1437, 5000, 1.5])
def test_validation_rows_must_be_fewer_than_the_rows(wanted: float) -> None:
    """All of them, more than all, or one and a half: refused with the numbers."""
    assert set(paths(data__validation=wanted)) == {"data.validation"}


def test_advice_is_not_a_refusal() -> None:
    """What is unusual trains, and a sentence says what is unusual about it."""
    flags: dict[str, Any] = {
        "model__output": "sigmoid",
        "train__batch_size": 5000,
        "optimizer__name": "adam",
        "optimizer__momentum": 0.9,
        "early_stopping": "patience=50,mode=max",
    }
    assert paths(**flags) == {}
    assert set(told(**flags)) == {
        "model.output",
        "train.batch_size",
        "optimizer.momentum",
        "early_stopping.patience",
        "early_stopping.mode",
    }


def test_regularizing_hidden_layers_that_are_not_there_is_told() -> None:
    """Dropout without hidden layers does nothing."""
    assert "regularize" in told(model__layers="", regularize__dropout=0.5)
