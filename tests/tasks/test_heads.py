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
        ("value", ("linear", "mse", 1, ("mae",))),
        ("share", ("sigmoid", "mse", 1, ("mae",))),
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
    assert choose("value", 0, ModelFields(output="sigmoid")).conflict


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
    assert "expected" in choose(kind, 5, fields).impossible


@pytest.mark.tf
@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_not_impossible_trains(kind: Kind, output: str, loss: str) -> None:
    """Keras takes every combination that we let through, with finite loss and a metric that counts right answers."""
    import keras
    import numpy as np

    classes = 2 if kind == "binary" else 4
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
    model.fit(x, target, verbose=0)
    loss_value, metric = model.evaluate(x, target, verbose=0)
    assert np.isfinite(loss_value)
    predicted = model.predict(x, verbose=0)
    if kind == "one_of_n":
        assert metric == pytest.approx((predicted.argmax(1) == y).mean())
    elif kind == "many_of_n":
        assert metric == pytest.approx(((predicted > 0.5) == y).mean())
    elif kind == "binary":
        right = (predicted[:, 0] > 0.5) == y if head.units == 1 else predicted.argmax(1) == y
        assert metric == pytest.approx(right.mean())
