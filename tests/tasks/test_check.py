"""What a recipe means for its task is checked as a whole, without reading the data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tuiml.tasks import catalog, recipes
from tuiml.tasks.advice import advise
from tuiml.tasks.base import Task
from tuiml.tasks.check import check
from tuiml.tasks.columns import Column


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
        for found in advise(recipes.build_recipe("digits", flags=fields), catalog.find("digits"))
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


@pytest.mark.parametrize("wanted", [1437, 5000])
def test_validation_rows_must_be_fewer_than_the_rows(wanted: int) -> None:
    """All of them, or more than all: refused with the numbers."""
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


TEXT = Task("reviews", "Texts", "binary", nothing, form="text", shape=(), classes=("bad", "good"), rows=(400, 100))
SERIES = Task("series", "Steps", "value", nothing, form="features", shape=(20, 3), rows=(400, 100))
CELLS = Task(
    "cells", "A table", "one_of_n", nothing, form="table", shape=(2,), classes=tuple("abc"), rows=(400, 100),
    columns=(Column("age"), Column("town", ("x", "y"))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("task", "fitting"),
    [
        ("digits", {"dense", "cnn"}),
        (TABLE, {"dense"}),
        (CELLS, {"dense"}),
        (replace(CELLS, shape=None), {"dense"}),
        (SERIES, {"dense", "lstm", "gru"}),
        (TEXT, {"dense", "embedding", "lstm", "gru"}),
    ],
)
def test_each_kind_of_rows_has_its_networks(task: str | Task, fitting: set[str]) -> None:
    """The others are refused, and the sentence names those that fit."""
    for preset in ("dense", "cnn", "embedding", "lstm", "gru"):
        found = paths(task, model__preset=preset)
        assert (found == {}) == (preset in fitting)
        if preset not in fitting:
            assert all(name in found["model.preset"].rpartition("expected")[2] for name in fitting)


@pytest.mark.parametrize(
    ("task", "flags", "path"),
    [
        ("digits", {"model__activation": "relu,tanh,relu"}, "model.activation"),
        ("digits", {"model__activation": ""}, "model.activation"),
        (TEXT, {"model__preset": "lstm", "model__layers": ""}, "model.layers"),
        ("digits", {"regularize__noise_shape": "0,1,1,0", "regularize__dropout": 0.5}, "regularize.noise_shape"),
        ("digits", {"regularize__noise_shape": "0,7", "regularize__dropout": 0.5}, "regularize.noise_shape"),
        ("digits", {"data__mask": 0.1}, "data.mask"),
        ("digits", {"data__indicators": True}, "data.indicators"),
        (TEXT, {"data__drop": "age"}, "data.drop"),
        ("digits", {"data__derive": "log:age"}, "data.derive"),
        ("digits", {"data__target": "age"}, "data.target"),
        ("digits", {"data__kind": "value"}, "data.kind"),
        (TABLE, {"data__class_weights": "balanced"}, "data.class_weights"),
        ("digits", {"data__labels": "one_hot", "model__loss": "sparse_categorical_crossentropy"}, "data.labels"),
        ("digits", {"data__labels": "integer", "model__loss": "mse", "model__output": "linear"}, "data.labels"),
        ("digits", {"data__labels": "integer", "augment__ops": "mixup"}, "data.labels"),
        ("digits", {"train__stop_when": "val_acuracy>=0.9"}, "train.stop_when"),
        ("digits", {"train__stop_when": "val_accuracy>=much"}, "train.stop_when"),
        ("digits", {"train__stop_when": "val_loss<1", "data__validation": 0}, "train.stop_when"),
        ("digits", {"train__metrics": "top_categorical_accuracy"}, "train.metrics"),
        ("digits", {"train__metrics": "r2_score"}, "train.metrics"),
        ("digits", {"train__metrics": "mae", "data__labels": "integer"}, "train.metrics"),
        ("digits", {"train__metrics": "sparse_categorical_accuracy", "data__labels": "one_hot"}, "train.metrics"),
        ("digits", {"optimizer__clip_norm": 1, "optimizer__clip_value": 1}, "optimizer.clip_value"),
        ("digits", {"optimizer__warmup": 20, "train__epochs": 20}, "optimizer.warmup"),
        ("digits", {"folds__k": 1}, "folds.k"),
        (Task("few", "Few", "value", nothing, form="features", shape=(3,), rows=(8, 2)), {"folds__k": 9}, "folds.k"),
        ("digits", {"folds__k": 4, "folds__repeats": 3, "folds__shuffled": False}, "folds.repeats"),
        (CELLS, {"data__split": "group:age", "folds__k": 4, "folds__shuffled": False}, "folds.shuffled"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(task: str | Task, flags: dict[str, Any], path: str) -> None:
    """One sentence each, at the field that is to be changed."""
    found = paths(task, **flags)
    assert set(found) == {path}
    assert found[path].endswith(".")


@pytest.mark.parametrize(
    ("task", "flags"),
    [
        ("digits", {"model__activation": "relu,tanh"}),
        ("mnist", {"model__preset": "cnn", "regularize__noise_shape": "0,1,1,0", "regularize__dropout": 0.5}),
        (TEXT, {"model__preset": "gru", "regularize__input_dropout": 0.1, "regularize__noise_shape": "0,1,0"}),
        (CELLS, {"data__mask": 0.1, "data__indicators": True, "data__drop": "age", "data__class_weights": "balanced"}),
        ("digits", {"train__stop_when": "loss<0.1", "data__validation": 0}),
        ("digits", {"train__stop_when": "val_loss<0.1", "data__validation": 0, "folds__k": 4}),
        ("digits", {"train__metrics": "top_k_categorical_accuracy,mae", "train__stop_when": "val_mae<0.1"}),
        ("digits", {"train__metrics": "kl_divergence", "early_stopping": "monitor=val_kl_divergence"}),
        ("digits", {"folds__k": 4, "folds__repeats": 3}),
        (CELLS, {"data__split": "group:age", "folds__k": 4}),
        ("digits", {"folds__k": 4, "folds__shuffled": False}),
        ("digits", {"folds__k": 4, "augment__ops": "flip", "augment__mode": "offline"}),
    ],
)
def test_what_can_be_is_let_through(task: str | Task, flags: dict[str, Any]) -> None:
    """The neighbors of what is refused."""
    assert paths(task, **flags) == {}


def test_an_unknown_metric_is_answered_with_the_nearest() -> None:
    """And a known one of another kind with those that fit."""
    assert "Did you mean 'accuracy'" in paths(train__stop_when="acuracy>0.9")["train.stop_when"]
    assert "'top_k_categorical_accuracy'" in paths(train__metrics="topk_categorical_accuracy")["train.metrics"]
    assert "other kinds of tasks" in paths(train__metrics="r2_score")["train.metrics"]


@pytest.mark.parametrize(
    ("path", "flags"),
    [
        ("regularize.dropout", {"regularize__dropout": "0.3,0", "model__layers": "31,64"}),
        ("regularize.noise_shape", {"regularize__noise_shape": "0,1"}),
        ("regularize.dropout_seed", {"regularize__dropout_seed": 3}),
        ("model.slope", {"model__slope": 0.3}),
        ("model.dense", {"model__dense": "64"}),
        ("optimizer.rho", {"optimizer__rho": 0.5, "optimizer__name": "adam"}),
        ("optimizer.beta_1", {"optimizer__beta_1": 0.5, "optimizer__name": "sgd"}),
        ("optimizer.nesterov", {"optimizer__nesterov": True, "optimizer__name": "sgd"}),
        ("optimizer.weight_decay", {"optimizer__name": "adamw"}),
        ("optimizer.decay", {"optimizer__decay": 0.1, "optimizer__schedule": "cosine"}),
        ("optimizer.schedule", {"optimizer__schedule": "plateau", "data__validation": 0}),
        ("train.full_batch", {"train__full_batch": True}),
        ("data.maxlen", {"data__maxlen": 9}),
        ("data.image_size", {"data__image_size": 32}),
        ("folds.repeats", {"folds__repeats": 3}),
        ("data.validation", {"folds__k": 4, "data__validation": 0.3}),
        ("optimizer.schedule", {"optimizer__schedule": "plateau", "folds__k": 4}),
    ],
)
def test_what_has_no_effect_or_an_odd_one_is_told(path: str, flags: dict[str, Any]) -> None:
    """It trains all the same, and nothing else is remarked upon."""
    assert paths(**flags) == {}
    assert set(told(**flags)) == {path}


def test_folds_are_not_remarked_upon_where_nothing_is_lost() -> None:
    """A share that the task's own recipe sets apart, none at all, and plateau without a refit."""
    assert told(folds__k=4) == told(folds__k=4, data__validation=0) == {}
    assert told(folds__k=4, folds__refit=False, optimizer__schedule="plateau") == {}


def test_large_layers_may_drop_without_a_remark() -> None:
    """Only the small layer of a list is hinted at, and not where its own share is 0."""
    assert told(regularize__dropout="0.3,0", model__layers="64,16") == {}


def test_fields_of_layers_are_the_model_file_s_own_to_follow(tmp_path: Path) -> None:
    """A sentence names those that were given; none is a problem."""
    file = tmp_path / "network.py"
    file.write_text("")
    flags: dict[str, Any] = {
        "model__file": str(file),
        "model__preset": "lstm",
        "regularize__dropout": "0.1,0.2,0.3,0.4",
    }
    assert paths(**flags) == {}
    assert "model.preset, regularize.dropout" in told(**flags)["model.file"]
