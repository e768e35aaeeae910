"""House prices: Keras' rows in Keras' order, its warning, and the notes' study as a preset."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from tests.outside import Outside
from tuiml.errors import DataError
from tuiml.tasks import catalog, recipes
from tuiml.tasks.sets import housing
from tuiml.tasks.sets.download import File

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.mark.usefixtures("keras_home")
def test_boston_keeps_what_the_task_promises() -> None:
    """404 and 102 rows of 13 named columns, prices in thousand dollars, and a word about the column B."""
    task = catalog.find("boston_housing")
    data = task.load({}, lambda text: None)

    assert (len(data.train_x), len(data.test_x)) == task.rows
    assert data.shape == task.shape
    assert data.columns == task.columns
    assert [column.name for column in data.columns][:2] == ["CRIM", "ZN"]
    assert data.columns[-1].name == "LSTAT"
    assert data.train_y.min() == 5
    assert data.train_y.max() == 50
    assert "racial" in task.warning


@pytest.mark.tf
@pytest.mark.usefixtures("keras_home")
def test_boston_equals_keras(outside: Outside) -> None:
    """What we read with NumPy is what `keras.datasets` loads, in its order."""
    code = """
import hashlib, keras
train, test = keras.datasets.boston_housing.load_data()
print(*(hashlib.sha256(part.astype("float32").tobytes()).hexdigest() for part in (*train, *test)))
"""
    _, told = outside.run(code)
    data = catalog.find("boston_housing").load({}, lambda text: None)
    parts = (data.train_x, data.train_y, data.test_x, data.test_y)

    assert [hashlib.sha256(part.astype("float32").tobytes()).hexdigest() for part in parts] == told.split()[-4:]


def test_the_notes_study_is_a_preset() -> None:
    """64-64-1 relu, rmsprop, mse, batch 1, 500 epochs, four consecutive folds, ten epochs skipped, smoothing 0.9."""
    recipe = recipes.build_recipe("boston_housing", "notes")

    assert (recipe.hidden_sizes(), recipe.model.activation, recipe.model.loss) == ((64, 64), ("relu",), "mse")
    assert (recipe.optimizer.name, recipe.optimizer.learning_rate) == ("rmsprop", 0.001)
    assert (recipe.train.epochs, recipe.train.batch_size, recipe.data.split) == (500, 1, "first")
    folds = recipe.folds
    assert (folds.k, folds.repeats, folds.shuffled, folds.skip, folds.smoothing) == (4, 1, False, 10, 0.9)


def test_californias_reader_shuffles_as_keras_does(empty_home: Path) -> None:
    """A file of the same layout: Keras' order by seed 113, a fifth for testing, prices in 100,000 dollars."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(50, 8)).astype(np.float32), random.uniform(15_000, 500_001, 50).astype(np.float32)
    path = empty_home / "datasets" / "california.npz"
    path.parent.mkdir(parents=True)
    np.savez(path, x=x, y=y)
    file = File(path.name, "https://example.org/x", hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    order = np.arange(50)
    np.random.RandomState(113).shuffle(order)

    data = housing.read(file, housing.CALIFORNIA_COLUMNS, housing.DOLLARS, lambda text: None)

    np.testing.assert_array_equal(np.concatenate([data.train_x, data.test_x]), x[order])
    np.testing.assert_allclose(np.concatenate([data.train_y, data.test_y]) * 100_000, y[order], rtol=1e-6)
    assert (len(data.train_x), len(data.test_x)) == (40, 10)


def test_another_file_than_keras_is_refused(empty_home: Path) -> None:
    """The same rows in a file of another hash: refused, named, left as it is, and where to get the right one."""
    rebuilt = SHARED / "raw" / "california_housing" / "california_housing_rebuilt.npz"
    if not rebuilt.is_file():
        pytest.skip(f"no {rebuilt.name} beside the checkout")
    path = empty_home / "datasets" / "california_housing.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(rebuilt.read_bytes())

    with pytest.raises(DataError, match=r"not the published file.*1a2e3a52") as caught:
        catalog.find("california_housing").load({}, lambda text: None)

    assert str(path) in str(caught.value)
    assert "california_housing.npz" in str(caught.value)
    assert path.read_bytes() == rebuilt.read_bytes()


def test_real_california_rows_are_read(empty_home: Path) -> None:
    """20,640 block groups of the real table: medians in 15,000 to 500,001 dollars, 8 columns without a gap."""
    rebuilt = SHARED / "raw" / "california_housing" / "california_housing_rebuilt.npz"
    if not rebuilt.is_file():
        pytest.skip(f"no {rebuilt.name} beside the checkout")
    path = empty_home / "datasets" / rebuilt.name
    path.parent.mkdir(parents=True)
    path.write_bytes(rebuilt.read_bytes())
    file = File(path.name, "https://example.org/x", hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    data, task = (
        housing.read(file, housing.CALIFORNIA_COLUMNS, housing.DOLLARS, print),
        catalog.find("california_housing"),
    )

    assert (len(data.train_x), len(data.test_x)) == task.rows
    assert data.shape == task.shape
    assert np.isfinite(data.train_x).all()
    assert (round(float(data.train_y.min()), 5), round(float(data.train_y.max()), 5)) == (0.14999, 5.00001)
