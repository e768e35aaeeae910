"""From a recipe to feeds: what reaches training rows reaches no other, and folds are cheap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tuiml.errors import RecipeError
from tuiml.tasks import catalog
from tuiml.tasks.base import Data, Task
from tuiml.tasks.recipes import build_recipe
from tuiml.tasks.sequences import Sequences
from tuiml.train import rows
from tuiml.train.rows import Source, feeds, load, read


def silent(text: str) -> None:
    pass


def made(task: str, *sets: str) -> rows.Rows:
    return load(build_recipe(task, sets=list(sets)), silent)


def test_the_notes_mnist_trains_on_all_rows_in_keras_order(keras_home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No validation, nothing drawn, nothing moved: row i is row i of Keras' file."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    source = read(build_recipe("mnist", preset="notes"), silent)
    np.testing.assert_array_equal(source.train, np.arange(60_000))
    assert (len(source.validation), source.test, source.notices) == (0, None, ())


@pytest.mark.parametrize("wish", ["data.label_noise=0.3", "data.mask=0.3"])
def test_noise_and_gaps_reach_training_rows_alone(wish: str) -> None:
    """Validation and test rows are what they are without."""
    plain, spoilt = made("wine"), made("wine", wish)
    spoils = "y" if "noise" in wish else "x"
    for split in ("train", "validation", "test"):
        before, after = getattr(plain, split), getattr(spoilt, split)
        np.testing.assert_array_equal(before.rows, after.rows)
        same = np.array_equal(getattr(before, spoils)[before.rows], getattr(after, spoils)[after.rows])
        assert same == (split != "train")
    if spoils == "y":
        wrong = plain.train.y[plain.train.rows] != spoilt.train.y[plain.train.rows]
        assert wrong.sum() == round(0.3 * len(wrong))


def test_what_validation_and_test_rows_hold_moves_no_statistic() -> None:
    """A table whose held-out cells are absurd is standardized as before."""
    source = read(build_recipe("wine"), silent)
    poisoned = source.data.train_x.copy()
    poisoned[np.setdiff1d(np.arange(len(poisoned)), source.train)] = 1e9
    other = replace(source, data=replace(source.data, train_x=poisoned, test_x=source.data.test_x * 1e9))
    clean, sick = (feeds(one, one.train, one.validation, silent) for one in (source, other))
    np.testing.assert_array_equal(clean.train.x[source.train], sick.train.x[source.train])
    assert abs(clean.train.x[source.train].mean()) < 1e-3
    assert clean.validation is not None
    assert sick.validation is not None
    assert np.abs(sick.validation.x[source.validation]).max() > 1e3 * np.abs(clean.validation.x).max()


def test_each_fold_measures_its_own_rows() -> None:
    """Feeds can be made again and again, of other rows, with the statistics of those rows."""
    source = read(build_recipe("wine", sets=["folds.k=3"]), silent)
    assert len(source.validation) == 0
    for fold in np.array_split(source.train, 3):
        training = np.setdiff1d(source.train, fold)
        made = feeds(source, training, fold, silent)
        assert abs(made.train.x[training].mean(axis=0)).max() < 1e-5
        assert made.counts()[:2] == (len(training), len(fold))
        made.close()


def test_folds_share_pictures_and_texts() -> None:
    """What is learned from no row is prepared once: feeds of every fold hold the same array."""
    texts = Sequences.of([[1, number % 7 + 3, 4] for number in range(40)], 100)
    data = Data(texts, np.arange(40) % 2, texts[np.arange(10)], np.arange(10) % 2, ("bad", "good"))
    task = Task("reviews", "Reviews", "binary", lambda *_: data, form="text", classes=("bad", "good"), rows=(40, 10))
    recipe = build_recipe("digits", sets=["data.words=50"])
    pictures = read(build_recipe("digits"), silent)
    for source in (Source(recipe, task, data, np.arange(30), np.arange(30, 40), None), pictures):
        one = feeds(source, source.train[:20], source.train[20:], silent)
        other = feeds(source, source.train[10:], source.train[:10], silent)
        assert one.train.x is other.train.x
        assert one.test.x is other.test.x


def test_a_test_set_is_drawn_where_there_is_none() -> None:
    """Its rows are fed from the training array, and never trained on."""
    source = read(build_recipe("wine"), silent)
    data = source.data
    whole = Data(
        np.concatenate([data.train_x, data.test_x]),
        np.concatenate([data.train_y, data.test_y]),
        data.test_x[:0],
        data.test_y[:0],
        data.classes,
        columns=data.columns,
    )
    task = replace(source.task, load=lambda *_: whole, rows=(len(whole.train_y), 0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalog.TASKS, "wine", task)
        made = load(build_recipe("wine", sets=["data.validation=0.2", "data.test=0.25"]), silent)
    assert made.counts() == (98, 36, 44)
    assert not np.isin(made.test.rows, made.train.rows).any()
    assert made.test.x is made.train.x


def test_class_weights_follow_the_training_rows() -> None:
    """n / (classes * rows of the class), of the labels as they are taught; none unless asked for."""
    made_plain, weighed = made("wine"), made("wine", "data.class_weights=balanced", "data.label_noise=0.2")
    assert made_plain.class_weights is None
    taught = np.bincount(weighed.train.y[weighed.train.rows])
    np.testing.assert_allclose(weighed.class_weights, taught.sum() / (3 * taught), rtol=1e-6)


@pytest.mark.parametrize(
    ("wish", "path"), [("data.validation=1437", "data.validation"), ("data.split=group:a", "data.split")]
)
def test_what_cannot_be_split_is_a_problem_of_the_recipe(wish: str, path: str) -> None:
    """Found before any data is read, at the field to change."""
    with pytest.raises(RecipeError) as caught:
        read(build_recipe("digits", sets=[wish]), silent)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_folds_agree_on_which_labels_are_wrong_and_which_cells_are_missing() -> None:
    """A row is spoilt in every fold that trains on it, or in none."""
    source = read(build_recipe("wine", sets=["folds.k=3", "data.label_noise=0.3", "data.mask=0.2"]), silent)
    first, second = (
        feeds(source, np.delete(source.train, part), source.train[part], silent, replaced)
        for part, replaced in (
            (slice(0, 40), source.recipe),
            (
                slice(40, 80),
                source.recipe.model_copy(update={"train": source.recipe.train.model_copy(update={"seed": 9})}),
            ),
        )
    )
    common = np.intersect1d(first.train.rows, second.train.rows)

    np.testing.assert_array_equal(first.train.y[common], second.train.y[common])
    assert (first.train.y[common] != source.data.train_y[common]).any()
    np.testing.assert_array_equal(first.train.x[common] == 0, second.train.x[common] == 0)
