"""The last layer follows from the task, and an override is judged by it."""

from __future__ import annotations

from typing import get_args

import pytest

from tuiml.fields import ModelFields
from tuiml.tasks.base import Kind
from tuiml.tasks.heads import choose

KINDS = get_args(Kind)
OUTPUTS = get_args(ModelFields.model_fields["output"].annotation)
LOSSES = get_args(ModelFields.model_fields["loss"].annotation)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("binary", ("sigmoid", "binary_crossentropy", 1, ("accuracy",))),
        ("one_of_n", ("softmax", "sparse_categorical_crossentropy", 7, ("accuracy",))),
        ("many_of_n", ("sigmoid", "binary_crossentropy", 7, ("binary_accuracy",))),
        ("value", ("linear", "mse", 7, ("mae",))),
        ("share", ("sigmoid", "mse", 7, ("mae",))),
    ],
)
def test_the_notes_table(kind: Kind, expected: tuple[object, ...]) -> None:
    """Left alone, each kind gets the row of the Keras notes' table, with a reason and no complaint."""
    head = choose(kind, 2 if kind == "binary" else 7, ModelFields())
    assert (head.activation, head.loss, head.units, head.metrics) == expected
    assert head.reason.endswith(".")
    assert (head.conflict, head.impossible, head.one_hot) == ("", "", False)


def test_categorical_crossentropy_is_the_same_choice_with_rows_of_zeros_and_one() -> None:
    """The notes' own loss is no contradiction; labels must be one-hot for it."""
    head = choose("one_of_n", 10, ModelFields(loss="categorical_crossentropy"))
    assert (head.activation, head.one_hot, head.conflict) == ("softmax", True, "")


def test_two_classes_may_be_weighed_against_each_other() -> None:
    """Softmax over two units is another way to write a sigmoid."""
    for fields in (ModelFields(output="softmax"), ModelFields(loss="sparse_categorical_crossentropy")):
        head = choose("binary", 2, fields)
        assert (head.activation, head.units, head.loss, head.conflict) == (
            "softmax",
            2,
            "sparse_categorical_crossentropy",
            "",
        )


def test_an_override_against_the_table_is_explained() -> None:
    """A sentence names the usual choice and why."""
    head = choose("one_of_n", 10, ModelFields(output="sigmoid"))
    assert (head.loss, head.one_hot) == ("binary_crossentropy", True)
    assert "softmax" in head.conflict
    assert choose("many_of_n", 5, ModelFields(output="softmax")).conflict
    assert choose("value", 1, ModelFields(output="sigmoid")).conflict


def test_relu_at_the_end_of_a_regression_is_allowed_and_explained() -> None:
    """It can be trained; the sentence tells of values that it cannot give, and of units that die."""
    for kind in ("value", "share"):
        head = choose(kind, 1, ModelFields(output="relu"))
        assert (head.activation, head.loss, head.impossible) == ("relu", "mse", "")
        assert "no number below 0" in head.conflict
        assert "dead relu" in head.conflict
    assert "from -1 to 1" in choose("value", 1, ModelFields(output="tanh")).conflict


def test_softmax_for_many_of_n_is_allowed_and_explained() -> None:
    """Labels would have to share one probability."""
    head = choose("many_of_n", 5, ModelFields(output="softmax"))
    assert head.impossible == ""
    assert "sum to 1" in head.conflict


def test_labels_and_metrics_choose_between_numbers_and_rows_where_nothing_else_does() -> None:
    """An explicit loss wins; two classes as rows are two softmax units; a metric on rows asks for them."""
    sparse, rows = "sparse_categorical_crossentropy", "categorical_crossentropy"
    one_of_n = {
        ("auto", ()): sparse,
        ("integer", ()): sparse,
        ("one_hot", ()): rows,
        ("auto", ("top_k_categorical_accuracy",)): rows,
        ("integer", ("sparse_top_k_categorical_accuracy",)): sparse,
        ("auto", ("sparse_top_k_categorical_accuracy",)): sparse,
    }
    for (labels, extra), loss in one_of_n.items():
        head = choose("one_of_n", 4, ModelFields(), labels=labels, extra=extra)
        assert (head.loss, head.one_hot) == (loss, loss == rows)
        assert head.metrics == ("accuracy", *extra)
    assert choose("one_of_n", 4, ModelFields(loss="mse"), labels="one_hot").loss == "mse"
    binary = choose("binary", 2, ModelFields(), labels="one_hot")
    assert (binary.units, binary.loss, binary.one_hot) == (2, rows, True)


def test_a_metric_is_recorded_once() -> None:
    """Whoever asks for the kind's own gets it no second time."""
    assert choose("value", 1, ModelFields(), extra=("mae", "r2_score", "r2_score")).metrics == ("mae", "r2_score")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("value", ModelFields(loss="sparse_categorical_crossentropy")),
        ("value", ModelFields(loss="binary_crossentropy")),
        ("share", ModelFields(output="softmax")),
        ("many_of_n", ModelFields(loss="categorical_crossentropy")),
        ("one_of_n", ModelFields(output="linear", loss="categorical_crossentropy")),
    ],
)
def test_what_cannot_be_trained_is_said(kind: Kind, fields: ModelFields) -> None:
    """Such a loss would fail or learn nothing: the sentence says what to take instead."""
    assert "expected" in choose(kind, 5 if kind in ("many_of_n", "one_of_n") else 1, fields).impossible


@pytest.mark.tf
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_not_impossible_trains(kind: Kind, output: str, loss: str) -> None:
    """Keras takes every combination that we let through, with finite loss and a metric that counts right answers."""
    import keras
    import numpy as np

    classes = {"binary": 2, "value": 1, "share": 1}.get(kind, 4)
    head = choose(kind, classes, ModelFields.model_validate({"output": output, "loss": loss}))
    if head.impossible:
        return
    random = np.random.default_rng(0)
    x = random.normal(size=(16, 3)).astype(np.float32)
    y = {
        "many_of_n": random.integers(0, 2, (16, classes)).astype(np.float32),
        "value": x[:, 0],
        "share": np.abs(x[:, 0]) % 1,
    }.get(kind, random.integers(0, classes, 16))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(head.units, activation=head.activation)])
    model.compile("sgd", loss=head.loss, metrics=list(head.metrics), run_eagerly=True)
    target = keras.utils.to_categorical(y, head.units) if head.one_hot else y
    model.train_on_batch(x, target)
    model.reset_metrics()
    loss_value, metric = model.test_on_batch(x, target)
    assert np.isfinite(loss_value)
    predicted = np.asarray(model(x))
    if kind == "one_of_n":
        assert metric == pytest.approx((predicted.argmax(1) == y).mean())
    elif kind == "many_of_n":
        assert metric == pytest.approx(((predicted > 0.5) == y).mean())
    elif kind == "binary":
        right = (predicted[:, 0] > 0.5) == y if head.units == 1 else predicted.argmax(1) == y
        assert metric == pytest.approx(right.mean())
