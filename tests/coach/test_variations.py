"""The same with one thing changed: whatever is offered can be trained, changes one field, and its words do just that."""

from __future__ import annotations

import pytest

from tuiml import knobs
from tuiml.coach.variations import Facts, Variation, variations
from tuiml.fields import Recipe
from tuiml.recipe import compose, nested
from tuiml.tasks import catalog, check, recipes

EVERY = [(name, preset) for name, task in catalog.TASKS.items() for preset in (None, *task.presets)]


def offered(recipe: Recipe) -> list[Variation]:
    """The changes for a recipe's own task."""
    task = catalog.of(recipe)
    return variations(recipe, Facts(task.pictures, bool(task.handed), task.kind not in ("value", "share")))


def titles(recipe: Recipe) -> list[str]:
    """What is offered."""
    return [change.title for change in offered(recipe)]


def changed(recipe: Recipe, path: str, value: object) -> Recipe:
    """The recipe with one field changed."""
    return compose([recipe.model_dump(), nested(path, value)])


@pytest.mark.parametrize(("task", "preset"), EVERY, ids=[f"{task}-{preset}" for task, preset in EVERY])
def test_every_change_can_be_trained_and_is_one_change(task: str, preset: str | None) -> None:
    """Of each built-in task and preset: no problem, exactly one field, and no two the same."""
    recipe = recipes.build_recipe(task, preset)
    found = offered(recipe)

    assert len(found) >= 5
    assert len({change.words for change in found}) == len(found)
    for change in found:
        assert check.check(change.recipe, catalog.of(change.recipe)) == []
        assert len(knobs.differences(change.recipe, recipe)) == 1, change.title


def test_the_words_make_the_change() -> None:
    """The flag shown, given to the command line with the task, makes the recipe that would be started."""
    flags = {knob.flag: path for path, knob in knobs.KNOBS.items() if knob.flag}
    recipe = recipes.default_recipe("digits")
    for change in offered(recipe):
        flag, value = change.words
        assert recipes.build_recipe("digits", flags={flags[flag]: value}) == change.recipe


def test_what_is_in_force_is_not_offered() -> None:
    """Each change, made, is not offered again; dropout is offered higher."""
    recipe = changed(recipes.default_recipe("digits"), "regularize.dropout", (0.5,))
    for path, value in (
        ("regularize.l2", 1e-3),
        ("early_stopping", 5),
        ("augment.ops", "rotate:5"),
        ("model.size", "bigger"),
    ):
        recipe = changed(recipe, path, value)
    found = titles(recipe)

    assert "Dropout 0.7" in found
    assert not {"L2 0.001", "Early stopping 5", "Augmentation", "Bigger network", "All the data"} & set(found)


def test_augmentation_is_safe_for_the_labels() -> None:
    """A mirrored digit is another one, a mirrored coat is a coat; tables have no pictures; cover must not leave the picture."""
    ops = {
        name: [
            change.recipe.augment.ops
            for change in offered(recipes.default_recipe(name))
            if change.title == "Augmentation"
        ]
        for name in ("digits", "fashion_mnist", "wine", "coverage")
    }

    assert ops == {
        "digits": ["rotate:10,shift:0.1"],
        "fashion_mnist": ["flip,rotate:10,shift:0.1"],
        "wine": [],
        "coverage": ["flip"],
    }


def test_what_helps_against_the_verdict_comes_first() -> None:
    """Less variance for what overfits, more room for what underfits; all of them are there all the same."""
    recipe, facts = recipes.default_recipe("digits"), Facts(True, True, True)
    over, under = variations(recipe, facts, "overfitting"), variations(recipe, facts, "underfitting")

    assert over[0].against == "variance"
    assert under[0].title == "Bigger network"
    assert {change.title for change in over} == {change.title for change in under}
