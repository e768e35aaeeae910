"""Built-in data sets: what they yield, and that reading them is light."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.outside import Outside
from tuiml.tasks import catalog, recipes
from tuiml.tasks.base import Data, Task


def load(task: Task) -> Data:
    return task.load(recipes.default_recipe(task.name).data.model_dump(), lambda text: None)


def check_promises(task: Task, data: Data) -> None:
    assert (len(data.train_x), len(data.test_x)) == task.rows
    assert data.shape == task.shape
    assert data.classes == task.classes
    assert data.pictures
    assert data.train_y.dtype == data.test_y.dtype == np.int64
    assert set(np.unique(data.train_y)) == set(np.unique(data.test_y)) == set(range(len(data.classes)))


def test_digits_are_the_real_ones() -> None:
    """Training and test rows together are scikit-learn's 1,797 digits, each once, stretched from 0..16 to 0..255."""
    from sklearn.datasets import load_digits

    data = load(catalog.find("digits"))
    check_promises(catalog.find("digits"), data)
    original = load_digits()
    expected = np.round(original.images * 255 / 16).astype(np.uint8)

    def rows(x: np.ndarray, y: np.ndarray) -> list[tuple[bytes, int]]:
        return sorted((picture.tobytes(), int(label)) for picture, label in zip(x, y, strict=True))

    assert rows(np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y])) == rows(
        expected, original.target
    )


def test_digits_test_set_is_always_the_same_and_has_every_class_in_proportion() -> None:
    """The test rows depend on nothing: results of different seeds are comparable."""
    first, second = load(catalog.find("digits")), load(catalog.find("digits"))
    np.testing.assert_array_equal(first.test_x, second.test_x)
    assert np.ptp(np.bincount(first.test_y)) <= 3


@pytest.mark.usefixtures("keras_home")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_keras_sets_keep_what_the_task_promises(name: str) -> None:
    """Rows, shape and classes that the catalog names without reading are those that are read."""
    check_promises(catalog.find(name), load(catalog.find(name)))


@pytest.mark.tf
@pytest.mark.usefixtures("keras_home")
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_keras_sets_equal_keras(outside: Outside, name: str) -> None:
    """What we read with NumPy is what `keras.datasets` loads from the same files."""
    code = f"""
import hashlib, keras
train, test = keras.datasets.{name}.load_data()
print(*(hashlib.sha256(part.astype("int64").tobytes()).hexdigest() for part in (*train, *test)))
"""
    _, told = outside.run(code)
    data = load(catalog.find(name))
    parts = (data.train_x, data.train_y, data.test_x, data.test_y)
    ours = [hashlib.sha256(part.astype("int64").tobytes()).hexdigest() for part in parts]
    assert ours == told.split()[-4:]


def test_the_room_is_light() -> None:
    """Importing all of it, loading digits and splitting them needs none of the heavy libraries."""
    code = """
import importlib, pkgutil, sys
import tuiml.tasks
for module in pkgutil.iter_modules(tuiml.tasks.__path__):
    importlib.import_module("tuiml.tasks." + module.name)
from tuiml.tasks import catalog, recipes, split
catalog.find("digits").load({}, lambda text: None)
print([name for name in ("tensorflow", "keras", "sklearn", "scipy", "pooch", "requests", "cv2", "PIL", "textual") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout.strip() == "[]"
