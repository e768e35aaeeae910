"""Drawn tasks: what they promise, and that their pictures show what their labels say."""

from __future__ import annotations

import numpy as np
import pytest

from tuiml.tasks import catalog
from tuiml.tasks.base import Data, Task
from tuiml.tasks.sets import drawn


def load(name: str) -> Data:
    return catalog.find(name).load({}, lambda text: None)


def test_every_kind_of_last_layer_has_a_task() -> None:
    """All five rows of the table of last layers can be tried without a network."""
    kinds = {task.kind for task in catalog.TASKS.values() if "no network" in task.source}
    assert kinds == {"binary", "one_of_n", "many_of_n", "value", "share"}


@pytest.mark.parametrize("task", drawn.TASKS, ids=lambda task: task.name)
def test_drawn_rows_keep_what_the_task_promises(task: Task) -> None:
    """Form, rows, shape, classes and the type of y are those that the catalog names without drawing."""
    data = load(task.name)
    assert (len(data.train_x), len(data.test_x)) == (len(data.train_y), len(data.test_y)) == task.rows
    assert (data.form, data.shape, data.classes) == (task.form, task.shape, task.classes or ())
    assert data.train_y.dtype == data.test_y.dtype == (np.int64 if task.kind == "binary" else np.float32)
    assert data.outputs == len(task.classes or "1")


@pytest.mark.parametrize("task", drawn.TASKS, ids=lambda task: task.name)
def test_drawn_rows_are_always_the_same_and_all_different(task: Task) -> None:
    """Runs of different seeds are comparable: drawing takes no random numbers from elsewhere. No row is drawn twice."""
    np.random.seed(1)
    first, second = load(task.name), load(task.name)
    rows = np.concatenate([first.train_x, first.test_x])
    np.testing.assert_array_equal(rows, np.concatenate([second.train_x, second.test_x]))
    np.testing.assert_array_equal(first.train_y, second.train_y)
    assert len(np.unique(rows.reshape(len(rows), -1), axis=0)) == len(rows)


def faces_left(cars: np.ndarray) -> np.ndarray:
    """Whether the yellow headlight is left of the red taillight."""
    red, green, blue = np.moveaxis(cars.astype(np.int64), -1, 0)
    yellow = np.clip(np.minimum(red, green) - blue - 90, 0, None) * (red > 200) * (green > 170)
    half = cars.shape[2] // 2
    return yellow[:, 16:26, :6].sum((1, 2)) + _red(cars[:, 16:26, half + 8 :]) > (
        yellow[:, 16:26, -6:].sum((1, 2)) + _red(cars[:, 16:26, : half - 8])
    )


def _red(part: np.ndarray) -> np.ndarray:
    red, green, blue = np.moveaxis(part.astype(np.int64), -1, 0)
    return (np.clip(red - np.maximum(green, blue) - 90, 0, None)).sum((1, 2))


def test_brands_face_one_way_in_training_and_either_way_in_the_test() -> None:
    """The parable: direction tells the brand of nearly every training row, and of no more than half of the test rows."""
    data = load("brands")
    trained = faces_left(data.train_x) == (data.train_y == 0)
    tested = faces_left(data.test_x) == (data.test_y == 0)
    assert trained.mean() > 0.95
    assert 0.4 < tested.mean() < 0.6


def test_brands_are_told_by_the_badge_alone() -> None:
    """Pictures of the two brands differ on the door and nowhere else, once the cars of one are mirrored."""
    data = load("brands")
    cars = np.where((data.train_y == 1)[:, None, None, None], data.train_x[:, :, ::-1], data.train_x).astype(float)
    means = [cars[data.train_y == brand].mean((0, 3)) for brand in (0, 1)]
    spread = cars.mean(3).std(0) * np.sqrt(2 / 500)
    z = np.abs(means[0] - means[1]) / spread
    assert z[14:26, 10:22].max() > 2 * z[:10].max()


def test_shapes_come_in_any_combination() -> None:
    """Each label is there in half of the rows, whatever the others are: all sixteen combinations occur."""
    labels = load("shapes").train_y
    assert np.all(np.abs(labels.mean(0) - 0.5) < 0.05)
    assert np.abs(np.corrcoef(labels.T) - np.eye(4)).max() < 0.1
    assert len(np.unique(labels, axis=0)) == 16


def test_coverage_is_the_share_of_dark_pixels() -> None:
    """Counting what is darker than any paper gives y, but for the edges; and y spreads over the whole range."""
    data = load("coverage")
    counted = (data.train_x[..., 0] < 125).mean((1, 2))
    np.testing.assert_allclose(counted, data.train_y, atol=0.05)
    assert np.all(np.histogram(data.train_y, 5, (0, 1))[0] > 100)


def test_no_line_comes_near_the_curve() -> None:
    """The best straight line leaves more than half of the variance; the noise is far below a tenth of that."""
    data = load("curve")
    x, y = data.train_x[:, 0], data.train_y
    left = np.mean((y - np.polyval(np.polyfit(x, y, 1), x)) ** 2)
    noise = np.mean((y - np.cos(2 * x) - x / 4) ** 2)
    assert left > y.var() / 2
    assert noise < left / 50
