"""Figures of outputs against the truth, beside what scikit-learn and Keras say."""

import numpy as np
import pytest

from tuiml.tasks import importance, scores

LOSSES = {
    "mse": "value",
    "mae": "value",
    "binary_crossentropy": "many_of_n",
    "categorical_crossentropy": "one_of_n",
    "sparse_categorical_crossentropy": "one_of_n",
}


@pytest.mark.tf
@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_a_row_is_the_one_that_keras_computes(loss: str) -> None:
    """For every loss that a recipe can ask for, also where probabilities are exactly 0 or 1."""
    import keras

    random = np.random.default_rng(1)
    outputs = random.random((50, 4)).astype(np.float32)
    if LOSSES[loss] == "one_of_n":
        outputs /= outputs.sum(axis=1, keepdims=True)
    outputs[0], outputs[1] = [1, 0, 0, 0], [0, 1, 0, 0]
    y = random.integers(0, 4, 50) if LOSSES[loss] == "one_of_n" else (random.random((50, 4)) > 0.5).astype(np.float32)
    given = np.eye(4, dtype=np.float32)[y] if loss == "categorical_crossentropy" else y
    expected = keras.ops.convert_to_numpy(keras.losses.get(loss)(given, outputs))

    np.testing.assert_allclose(scores.row_losses(loss, y, outputs), expected, rtol=2e-4, atol=1e-5)


def test_precision_recall_and_f1_are_those_of_scikit_learn() -> None:
    """For classes and for labels, where every class occurs and is predicted."""
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    random = np.random.default_rng(2)
    y, outputs = random.integers(0, 5, 400), random.random((400, 5))
    taken_for = scores.predicted(outputs)
    matrix = scores.confusion(y, taken_for, 5)
    found = [(one.precision, one.recall, one.f1, one.support) for one in scores.class_scores(matrix, list("abcde"))]

    np.testing.assert_array_equal(matrix, confusion_matrix(y, taken_for))
    np.testing.assert_allclose(np.transpose(found), precision_recall_fscore_support(y, taken_for))

    labels = (random.random((400, 5)) > 0.6).astype(np.float32)
    of_labels = [
        (one.precision, one.recall, one.f1, one.support) for one in scores.label_scores(labels, outputs, list("abcde"))
    ]
    np.testing.assert_allclose(np.transpose(of_labels), precision_recall_fscore_support(labels, outputs > 0.5))


def test_the_most_confused_pairs_hold_all_mistakes() -> None:
    """All pairs together are what is not on the diagonal, the most frequent first."""
    matrix = np.random.default_rng(3).integers(0, 9, (6, 6))
    pairs = scores.most_confused(matrix, 99)

    assert sum(pair.count for pair in pairs) == matrix.sum() - np.trace(matrix)
    assert [pair.count for pair in pairs] == sorted((pair.count for pair in pairs), reverse=True)
    assert all(pair.truth != pair.predicted for pair in pairs)


def test_one_sigmoid_output_is_the_probability_of_the_second_class() -> None:
    """Two classes with one unit: probabilities sum to 1 and the larger is the prediction."""
    outputs = np.array([[0.2], [0.9]])
    shares = scores.probabilities(outputs)

    np.testing.assert_allclose(shares.sum(axis=1), 1)
    np.testing.assert_array_equal(shares.argmax(axis=1), scores.predicted(outputs))


def test_residuals_are_output_minus_truth() -> None:
    """A network that always says one too much has a mean error of one and no spread."""
    y = np.random.default_rng(4).normal(size=(30, 2))
    [one, _] = scores.residuals(y, y + np.array([1, 0]), ["a", "b"])

    assert (one.mean, one.mae) == (pytest.approx(1), pytest.approx(1))
    assert one.std == pytest.approx(0, abs=1e-9)


def test_only_a_column_that_is_looked_at_is_important() -> None:
    """Shuffling a column that decides nothing costs nothing; missing cells move with the column."""
    x = np.random.default_rng(5).normal(size=(200, 3))
    found = importance.permutation(lambda cells: -float(np.abs(cells[:, 1] - x[:, 1]).mean()), x, ["a", "b", "c"], 3, 0)

    assert found[0].column == "b"
    assert found[0].mean > 0.5
    assert [one.mean for one in found[1:]] == [0, 0]
