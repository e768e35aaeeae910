"""Models in other formats: equal predictions, or nothing at all."""

import importlib.util

import numpy as np
import pytest

from tuiml import recipe as recipes
from tuiml.errors import DataError, StorageError, TuimlError, UsageError
from tuiml.export import formats
from tuiml.runs import store
from tuiml.runs.folder import RunFolder

pytestmark = pytest.mark.tf


@pytest.fixture(scope="module")
def digits(trained_digits):
    """The trained network, and real rows as it takes them."""
    from tuiml.train import evaluation, reload, rows

    folder = RunFolder(trained_digits)
    recipe = recipes.read(folder.recipe)
    trained = reload.load(folder, recipe, store.read(folder).state, "final", lambda what: None)
    _, x = evaluation.some(rows.read(recipe, lambda what: None), 32)
    return trained, trained.ready(x)


@pytest.mark.parametrize("name", ["keras", "saved_model", "litert"])
def test_an_export_predicts_as_the_model_does(digits, tmp_path, name) -> None:
    """What was written is read back by the format's own reader; the difference is rounding. A second export replaces the first."""
    trained, rows = digits
    for _ in range(2):
        assert formats.export(trained.model, name, tmp_path / "out", rows) <= formats.TOLERANCE
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_onnx_predicts_as_the_model_does(digits, tmp_path) -> None:
    """Where its packages are installed; elsewhere the error names the extra that brings them."""
    trained, rows = digits
    if importlib.util.find_spec("onnx") and importlib.util.find_spec("tf2onnx"):
        assert formats.export(trained.model, "onnx", tmp_path / "out.onnx", rows) <= formats.TOLERANCE
    else:
        with pytest.raises(UsageError, match=r"pip install 'tuiml\[onnx\]'"):
            formats.check_packages("onnx")


def forgetful(keras):
    """A network that says something else each time."""
    inputs = keras.Input((8,))
    return keras.Model(inputs, keras.layers.Dropout(0.5)(inputs, training=True))


def executable(keras):
    """A network that brings code of its own, which no file may do."""
    inputs = keras.Input((8,))
    return keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs))


@pytest.mark.parametrize(
    ("name", "make", "error"), [("saved_model", forgetful, DataError), ("keras", executable, TuimlError)]
)
def test_what_does_not_predict_the_same_is_not_written(tmp_path, name, make, error) -> None:
    """One sentence says so, and an earlier file stays as it was."""
    import keras

    (tmp_path / "out").write_text("earlier")
    with pytest.raises(error, match="Nothing was written"):
        formats.export(make(keras), name, tmp_path / "out", np.ones((4, 8), np.float32))

    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out", "earlier")]


def test_a_long_reason_is_cut_between_words(tmp_path) -> None:
    """What a converter says is told from its beginning on, and ends with a whole word."""
    import keras

    reason = " ".join(f"word{number}" for number in range(100))

    def refuse(*_):
        raise ValueError(reason)

    inputs = keras.Input((8,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(formats.FORMATS, "keras", formats.Format(".keras", refuse, refuse))
        with pytest.raises(TuimlError) as caught:
            formats.export(keras.Model(inputs, inputs), "keras", tmp_path / "out", np.ones((4, 8), np.float32))
    told = str(caught.value).removeprefix("keras cannot hold this network: ").partition(" …. Nothing")[0]

    assert reason.startswith(told + " ")
    assert 180 < len(told) < 200


def test_a_folder_of_something_else_is_not_replaced(digits, tmp_path) -> None:
    """Only an earlier SavedModel makes room for a new one."""
    trained, rows = digits
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_text("a cat")
    with pytest.raises(StorageError, match="a folder of something else"):
        formats.export(trained.model, "saved_model", tmp_path / "photos", rows)

    assert (tmp_path / "photos" / "cat.jpg").exists()
