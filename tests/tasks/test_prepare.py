"""What rows become: standardized by training rows alone, gaps at zero, categories as zeros and ones, the same from JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tuiml.fields import Recipe
from tuiml.recipe import compose
from tuiml.tasks import catalog, prepare, recipes
from tuiml.tasks.base import Data
from tuiml.tasks.columns import Column
from tuiml.train import rows as feeding

COLUMNS = (Column("a"), Column("b"), Column("color", ("blue", "green", "red")), Column("same"))


def table(seed: int = 0, n: int = 60) -> Data:
    """A table with gaps in b and color; "green" is found in the last rows alone."""
    random = np.random.default_rng(seed)
    x = np.column_stack(
        [random.normal(5, 3, n), random.lognormal(0, 2, n), random.integers(0, 2, n) * 2.0, np.full(n, 0.1)]
    )
    x[random.random(n) < 0.2, 1] = np.nan
    x[random.random(n) < 0.2, 2] = np.nan
    x[n - 10 :, 2] = 1
    return Data(x, random.normal(size=n).astype(np.float32), x[:0], np.empty(0, np.float32), columns=COLUMNS)


def asked(**data: Any) -> Recipe:
    return compose([{"task": "wine", "data": data}])


def test_numbers_are_standardized_by_the_training_rows_and_gaps_are_zero() -> None:
    """NumPy's own mean and population deviation of the training rows, whatever is in the others."""
    data, rows = table(), np.arange(0, 60, 2)
    prepared = prepare.fit(asked(), data, rows)(data.train_x)
    trained = data.train_x[rows, :2]
    expected = (data.train_x[:, :2] - np.nanmean(trained, 0)) / np.nanstd(trained, 0)

    np.testing.assert_allclose(prepared[:, :2], np.nan_to_num(expected, nan=0.0), rtol=1e-5, atol=1e-6)
    assert prepared.dtype == np.float32
    assert (prepared[np.isnan(data.train_x[:, 1]), 1] == 0).all()


def test_a_constant_column_becomes_zeros() -> None:
    """A deviation of 0 counts as 1, also where rounding would make it 1e-17."""
    data = table()
    prepare_all = prepare.fit(asked(), data, np.arange(60))

    np.testing.assert_allclose(prepare_all(data.train_x)[:, prepare_all.names.index("same")], 0, atol=1e-6)


def test_categories_are_those_of_the_training_rows() -> None:
    """One column for each category seen; an unseen one is all zeros, and so is a missing one."""
    data, rows = table(), np.arange(50)
    ready = prepare.fit(asked(), data, rows)
    prepared = ready(data.train_x)
    blue, red = (ready.names.index(f"color={name}") for name in ("blue", "red"))

    assert "color=green" not in ready.names
    np.testing.assert_array_equal(prepared[:, blue], data.train_x[:, 2] == 0)
    np.testing.assert_array_equal(prepared[:, red], data.train_x[:, 2] == 2)
    assert not prepared[50:, [blue, red]].any()


def test_indicators_say_where_gaps_are() -> None:
    """Beside each column with gaps in the training rows, and no other."""
    data = table()
    ready = prepare.fit(asked(indicators=True), data, np.arange(60))
    prepared = ready(data.train_x)

    assert [name for name in ready.names if name.endswith("missing")] == ["b missing", "color missing"]
    for place, name in ((1, "b missing"), (2, "color missing")):
        np.testing.assert_array_equal(prepared[:, ready.names.index(name)], np.isnan(data.train_x[:, place]))


def test_columns_are_dropped_and_derived_row_by_row() -> None:
    """Logarithm, ratio and product of the cells before anything is fitted; no result is a gap; dropped ones still serve."""
    x = np.array([[4.0, 2.0], [9.0, 0.0], [-1.0, 3.0], [np.nan, 5.0]])
    data = Data(x, np.zeros(4, np.float32), x[:0], np.zeros(0, np.float32), columns=(Column("a"), Column("b:c")))
    ready = prepare.fit(asked(drop="a", derive="log:a,ratio:a:b:c,product:a:b:c"), data, np.arange(4))
    prepared = ready(x)

    assert ready.names == ("b:c", "log:a", "ratio:a:b:c", "product:a:b:c")
    log = np.log([4, 9])
    np.testing.assert_allclose(prepared[:, 1], [*((log - log.mean()) / log.std()), 0, 0], atol=1e-6)
    ratio = np.array([2.0, -1 / 3])
    np.testing.assert_allclose(prepared[[0, 2], 2], (ratio - ratio.mean()) / ratio.std(), atol=1e-6)
    assert (prepared[[1, 3], 2] == 0).all()


@pytest.mark.parametrize(
    ("data", "path", "words"),
    [
        ({"drop": "alcohl"}, "data.drop", "'alcohol'"),
        ({"derive": "log:hou"}, "data.derive", "'hue'"),
        ({"derive": "sqrt:hue"}, "data.derive", "expected log:A"),
        ({"derive": "ratio:hue"}, "data.derive", "expected log:A"),
        ({"drop": tuple(column.name for column in catalog.find("wine").columns)}, "data.drop", "no column"),
    ],
)
def test_wrong_columns_are_told_before_anything_is_read(data: dict[str, Any], path: str, words: str) -> None:
    """The check of a recipe names the field and the nearest column."""
    from tuiml.tasks import check

    found = check.check(compose([recipes.default_recipe("wine").model_dump(), {"data": data}]), catalog.find("wine"))

    assert [problem.path for problem in found] == [path]
    assert words in found[0].message


@pytest.mark.parametrize("data", [{}, {"indicators": True, "drop": "a", "derive": "log:a,ratio:b:a"}, {"mask": 0.1}])
def test_json_keeps_every_bit(data: dict[str, Any]) -> None:
    """What is written down and read again prepares rows to the same last bit."""
    source = table(seed=3)
    ready = prepare.fit(asked(**data), source, np.arange(40))
    again = prepare.from_json(json.loads(json.dumps(ready.to_json())))

    assert again.names == ready.names
    np.testing.assert_array_equal(again(source.train_x), ready(source.train_x))
    assert again.gap_warning(np.full((1, 4), np.nan)) == ready.gap_warning(np.full((1, 4), np.nan))


@pytest.mark.parametrize("model", ["dense", "lstm"])
def test_texts_and_sequences_come_back_from_json_too(model: str) -> None:
    """The words' numbers and the steps' statistics are kept as exactly as a table's."""
    random = np.random.default_rng(0)
    x = random.normal(3, 2, (20, 5, 2)).astype(np.float32)
    data = Data(x, np.zeros(20, np.float32), x[:0], np.zeros(0, np.float32))
    ready = prepare.fit(compose([{"task": "wine", "model": {"preset": model}}]), data, np.arange(20))
    again = prepare.from_json(json.loads(json.dumps(ready.to_json())))

    np.testing.assert_array_equal(again(x), ready(x))
    np.testing.assert_allclose(ready(x).reshape(-1, 2).mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(ready(x).reshape(-1, 2).std(0), 1, rtol=1e-5)


def test_gaps_that_training_never_saw_are_warned_of() -> None:
    """Named are the columns without a gap in the training rows; a mask has shown gaps everywhere."""
    data = table()
    gaps = np.full((2, 4), np.nan)
    warning = prepare.fit(asked(), data, np.arange(60)).gap_warning(gaps)

    assert "a, same" in warning
    assert "b" not in warning.split("gaps in ")[1].split(", and")[0].split(", ")
    assert prepare.fit(asked(), data, np.arange(60)).gap_warning(data.train_x) == ""
    assert prepare.fit(asked(mask=0.1), data, np.arange(60)).gap_warning(gaps) == ""
    assert prepare.fit(asked(drop="a,same"), data, np.arange(60)).gap_warning(gaps) == ""


def test_a_mask_blanks_its_share_of_training_cells_and_no_others() -> None:
    """Each row has its own draw, the same whichever rows it is trained with."""
    data = table(n=2000)
    ready = prepare.fit(asked(mask=0.3), data, np.arange(1000))
    blanked = ready.blanked(data.train_x, np.arange(1000), 0.3, seed=1)
    new = np.isnan(blanked) & ~np.isnan(data.train_x)

    assert not new[1000:].any()
    assert 0.27 < new[:1000, [0, 3]].mean() < 0.33
    fewer = ready.blanked(data.train_x, np.arange(500, 700), 0.3, seed=1)
    np.testing.assert_array_equal(np.isnan(fewer[500:700]), np.isnan(blanked[500:700]))


def poisoned(data: Data, rows: np.ndarray) -> Data:
    x = data.train_x.copy()
    x[rows] = 1e12
    return replace(data, train_x=x, test_x=np.full_like(data.test_x, -1e12))


@pytest.mark.parametrize("fields", [{}, {"data": {"mask": 0.2, "indicators": True, "derive": "log:hue,ratio:ash:hue"}}])
def test_poisoned_validation_and_test_rows_change_nothing_in_training(fields: dict[str, Any]) -> None:
    """Huge values outside the training rows move no statistic, and no bit of what is trained on, also through the feeds."""
    recipe = compose([recipes.default_recipe("wine").model_dump(), fields])
    source = feeding.read(recipe, lambda text: None)
    bad = replace(source, data=poisoned(source.data, source.validation))
    assert len(source.validation) > 0

    clean, dirty = (feeding.feeds(each, each.train, each.validation, lambda text: None) for each in (source, bad))

    assert clean.preparation.to_json() == dirty.preparation.to_json()
    np.testing.assert_array_equal(clean.train.x[source.train], dirty.train.x[source.train])
    assert not np.array_equal(clean.test.x, dirty.test.x)


def test_poisoned_sequences_move_no_statistic() -> None:
    """Steps of rows outside training may hold anything: means and deviations are those of the training rows."""
    x = np.random.default_rng(0).normal(size=(30, 5, 2)).astype(np.float32)
    data = Data(x, np.zeros(30, np.float32), x[:0], np.zeros(0, np.float32))
    rows, others = np.arange(0, 30, 2), np.arange(1, 30, 2)

    assert prepare.fit(asked(), poisoned(data, others), rows).to_json() == prepare.fit(asked(), data, rows).to_json()
    assert prepare.fit(asked(), poisoned(data, rows[:1]), rows).to_json() != prepare.fit(asked(), data, rows).to_json()


def test_a_fold_has_the_statistics_of_its_own_training_rows() -> None:
    """Other training rows, other means: nothing is carried from one fold to the next."""
    source = feeding.read(recipes.default_recipe("wine"), lambda text: None)
    half = len(source.train) // 2
    first = feeding.feeds(source, source.train[:half], source.train[half:], lambda text: None)
    second = feeding.feeds(source, source.train[half:], source.train[:half], lambda text: None)

    for rows, fold in ((source.train[:half], first), (source.train[half:], second)):
        np.testing.assert_allclose(fold.train.x[rows].mean(0), 0, atol=1e-5)
        np.testing.assert_allclose(fold.train.x[rows].std(0), 1, rtol=1e-4)
