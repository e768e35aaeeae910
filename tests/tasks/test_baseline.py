"""What common sense reaches without a network."""

from typing import Any

import numpy as np
import pytest

from tuiml.fields import ModelFields
from tuiml.tasks import heads
from tuiml.tasks.base import Kind
from tuiml.tasks.baseline import answer, baseline


def of(kind: Kind, outputs: int, train_y: Any, y: Any, **fields: str) -> dict[str, float]:
    """The baseline of a task's own head, or of one with some fields set."""
    return baseline(kind, heads.choose(kind, outputs, ModelFields(**fields)), np.array(train_y), np.array(y))


def test_classes_get_the_shares_of_the_training_rows() -> None:
    """Accuracy is that of the class most frequent in training, loss the crossentropy of the shares."""
    found = of("one_of_n", 3, [0, 0, 1, 2], [0, 1, 1, 2])

    assert found == {
        "loss": pytest.approx(-np.mean(np.log([0.5, 0.25, 0.25, 0.25])), rel=1e-6),
        "accuracy": 0.25,
    }


@pytest.mark.parametrize("fields", [{}, {"output": "softmax", "loss": "categorical_crossentropy"}])
def test_two_classes_are_alike_with_one_unit_and_with_two(fields) -> None:
    """The share of the second class, or both shares."""
    found = of("binary", 1, [0, 1, 1, 1], [0, 0, 1, 1], **fields)

    assert found["accuracy"] == 0.5
    assert found["loss"] == pytest.approx(-np.mean(np.log([0.25, 0.75])), rel=1e-6)


def test_labels_are_judged_each_by_itself() -> None:
    """Shares of (1, 0) training labels are said of every row; a label that is never there is right by not being said."""
    found = of("many_of_n", 2, [[1, 0], [1, 0]], [[1, 0], [0, 0]])

    assert found["binary_accuracy"] == 0.75
    assert found["loss"] == pytest.approx(-np.log(1e-7) / 4, rel=1e-3)


def test_values_get_the_mean_of_the_training_targets() -> None:
    """Loss and error are measured from there, by the head's own loss; several targets have a mean each."""
    assert of("value", 1, [1.0, 3.0], [2.0, 6.0]) == {"loss": 8.0, "mae": 2.0}
    assert of("value", 1, [1.0, 3.0], [2.0, 6.0], loss="mae") == {"loss": 2.0, "mae": 2.0}
    assert of("value", 2, [[1.0, 10.0], [3.0, 30.0]], [[2.0, 10.0]]) == {"loss": 50.0, "mae": 5.0}
    assert of("share", 1, [0.0, 1.0], [0.5, 1.0], loss="binary_crossentropy")["loss"] == pytest.approx(np.log(2))


def test_mixed_labels_are_shares_already() -> None:
    """Of rows that belong to several classes in part, the answer is the mean part."""
    np.testing.assert_allclose(answer("one_of_n", 2, np.array([[1, 0], [0.5, 0.5]])), [0.75, 0.25])


def test_reuters_baseline_is_the_notes(keras_home, monkeypatch) -> None:
    """The notes shuffle the labels and meet 19 % of them by chance; always naming the most frequent topic is 35 to 37 %."""
    from tuiml.tasks import catalog

    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    data = catalog.find("reuters").load({"words": 10}, lambda what: None)
    found = of("one_of_n", 46, data.train_y, data.test_y)
    shares = np.bincount(data.train_y, minlength=46) / len(data.train_y)

    assert found["accuracy"] == pytest.approx(np.mean(data.test_y == shares.argmax()))
    assert 0.35 < found["accuracy"] < 0.37
    assert float(np.mean(shares[data.test_y])) == pytest.approx(0.19, abs=0.01)
