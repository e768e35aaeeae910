"""Wine, breast cancer and diabetes: scikit-learn's rows, read without it, with a test set of their own."""

from __future__ import annotations

import numpy as np
import pytest

from tuiml.tasks import catalog

NAMES = ("wine", "breast_cancer", "diabetes")


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_are_scikit_learns(name: str) -> None:
    """Training and test rows together are its table, each row once, with its target."""
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")(**({"scaled": False} if name == "diabetes" else {}))
    data = catalog.find(name).load({}, lambda text: None)

    def rows(x: np.ndarray, y: np.ndarray) -> list[bytes]:
        return sorted(np.append(x, y).astype(np.float64).tobytes() for x, y in zip(x, y, strict=True))

    ours = rows(np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_y, data.test_y]))
    assert ours == rows(bunch.data, bunch.target)


@pytest.mark.parametrize("name", NAMES)
def test_columns_and_classes_are_scikit_learns(name: str) -> None:
    """Names in the same order, so that what is said of a column is true."""
    from sklearn import datasets

    bunch, task = getattr(datasets, f"load_{name}")(), catalog.find(name)
    theirs = [column.replace(" ", "_") for column in bunch.feature_names]
    ours = [column.name for column in task.columns]

    assert [_words(column) for column in ours] == [_words(column) for column in theirs]
    assert list(task.classes or ()) == [str(label) for label in getattr(bunch, "target_names", ())]


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(name.split("_")))  # "radius error" is "error_radius" here


@pytest.mark.parametrize("name", NAMES)
def test_a_table_keeps_what_its_task_promises(name: str) -> None:
    """Rows, shape, form and kind as the catalog says without reading; the test set is always the same."""
    task = catalog.find(name)
    data, again = (task.load({}, lambda text: None) for _ in range(2))

    assert (len(data.train_x), len(data.test_x)) == task.rows
    assert (data.shape, data.form, data.columns) == (task.shape, task.form, task.columns)
    assert data.outputs == (len(task.classes) if task.classes else 1)
    np.testing.assert_array_equal(data.test_x, again.test_x)
    if task.classes:
        shares = [np.bincount(part) / len(part) for part in (data.train_y, data.test_y)]
        np.testing.assert_allclose(*shares, atol=0.03)


@pytest.mark.parametrize(
    ("name", "metric", "least", "most"), [("wine", "accuracy", 0.91, 1.0), ("diabetes", "mae", 38, 52)]
)
@pytest.mark.tf
def test_default_recipes_reach_good_figures(
    name: str, metric: str, least: float, most: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On the test set, after the default recipe; always guessing is 0.4 for wine and 65 for diabetes."""
    from tuiml.runs import launch
    from tuiml.runs.log import read_all
    from tuiml.state import RunState
    from tuiml.tasks import recipes
    from tuiml.train import runner

    folder = launch.prepare(recipes.default_recipe(name), tmp_path_factory.mktemp("runs"), None, by="test")
    runner.run(folder, None)
    results = RunState.replay(read_all(folder.events)).results()

    assert least <= results[f"test_{metric}"] <= most
