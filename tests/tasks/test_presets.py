"""Presets that every task has: they can be trained, they say what they change, and the one that overfits does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import augment
from tuiml.cli.app import run
from tuiml.knobs import differences
from tuiml.runs import launch, store
from tuiml.tasks import catalog, check, presets, recipes
from tuiml.tasks.advice import advise
from tuiml.tasks.recipes import build_recipe, default_recipe

GENERAL = ("overfit", "regularized", "small", "original", "bigger")
FILES = ("folder:photos", "csv:rows.csv", "npz:rows.npz")


@pytest.mark.parametrize("name", catalog.TASKS)
def test_every_preset_of_every_task_can_be_trained(name: str) -> None:
    """No problem, and no advice against what we offer ourselves; each differs from the others but `original`, which is the default."""
    task = catalog.find(name)
    offered = recipes.presets(name)
    for preset in GENERAL:
        recipe = build_recipe(name, preset)
        assert check.check(recipe, task) == []
        assert advise(recipe, task) == [], preset
    made = {preset: build_recipe(name, preset) for preset in GENERAL}

    assert list(offered)[-len(GENERAL) :] == list(GENERAL)
    assert made.pop("original") == default_recipe(name)
    assert len({recipe.model_dump_json() for recipe in made.values()}) == len(made)


@pytest.mark.parametrize("name", catalog.TASKS)
def test_overfit_has_few_rows_many_parameters_and_no_restraint(name: str) -> None:
    """At most half of the rows, at least the default's units, nothing of what holds a network back."""
    task, plain, recipe = catalog.find(name), default_recipe(name), build_recipe(name, "overfit")
    few, all_rows = check.training_rows(recipe, task), check.training_rows(plain, task)

    assert few is not None
    assert all_rows is not None
    assert 50 <= few <= max(all_rows / 2 + 1, 500)
    assert sum(recipe.hidden_sizes()) > sum(plain.hidden_sizes())
    assert not any(recipe.regularize.dropout + recipe.regularize.l1 + recipe.regularize.l2)
    assert (recipe.early_stopping, recipe.augment.ops) == (None, "")


@pytest.mark.parametrize("name", catalog.TASKS)
def test_regularized_has_dropout_a_penalty_patience_and_no_harmful_augmentation(name: str) -> None:
    """Pictures are mirrored only where no class is another's mirror image, and never put upside down; other rows are left alone."""
    task, recipe = catalog.find(name), build_recipe(name, "regularized")
    ops = [op.name for op in augment.parse(recipe.augment.ops).ops]

    assert any(recipe.regularize.dropout) or recipe.regularize.input_dropout
    assert any(recipe.regularize.l2)
    assert recipe.early_stopping is not None
    assert recipe.train.epochs > recipe.early_stopping.patience
    assert bool(ops) <= task.pictures
    assert not (task.handed and "flip" in ops)


@pytest.mark.parametrize("name", FILES)
def test_the_user_s_own_files_have_them_too(name: str) -> None:
    """Without being looked into, for they need not be there yet."""
    assert tuple(recipes.presets(name)) == GENERAL
    assert all(build_recipe(name, preset) for preset in GENERAL)


def test_a_task_keeps_its_own_preset_of_the_same_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plug-in's `small` is what it says, and a misspelt one is answered with all there are."""
    from dataclasses import replace

    own = replace(catalog.TASKS["wine"], presets={"small": {"train": {"epochs": 3}}})
    monkeypatch.setitem(catalog.TASKS, "wine", own)

    assert differences(build_recipe("wine", "small"), default_recipe("wine")) == {"train.epochs": 3}
    with pytest.raises(Exception, match=r"'overfitt'. Did you mean 'overfit'\?.*small, overfit, regularized"):
        build_recipe("wine", "overfitt")


def test_they_are_listed_with_what_they_are_for(capsys: pytest.CaptureFixture[str]) -> None:
    """`tuiml tasks` tells them once for all tasks, `--json` for each."""
    assert run(["tasks"]) == 0
    said = capsys.readouterr().out
    run(["tasks", "--json"])
    listed = {task["name"]: task["presets"] for task in json.loads(capsys.readouterr().out)}

    assert all(f"--preset {name}: " in said for name in GENERAL)
    assert all(set(GENERAL) <= set(found) for found in listed.values())
    assert set(GENERAL) <= presets.MEANINGS.keys()


def test_the_documentation_has_a_line_for_each() -> None:
    """Whoever reads docs/tasks.md meets all of them."""
    document = (Path(__file__).parents[2] / "docs" / "tasks.md").read_text()

    assert all(f"`{name}`" in document.split("## Presets of every task")[1].split("\n## ")[0] for name in GENERAL)


@pytest.mark.tf
def test_overfit_overfits(tmp_path: Path) -> None:
    """On digits the training loss goes to nothing while val_loss ends at least a quarter above its best."""
    from tuiml.train import runner

    folder = launch.prepare(build_recipe("digits", "overfit", sets=["train.epochs=100"]), tmp_path, None, by="test")
    assert runner.run(folder) == 0
    ends = [epoch.metrics for epoch in store.read(folder).state.history]
    losses = [end["val_loss"] for end in ends]

    assert ends[-1]["loss"] < 0.01
    assert losses[-1] > 1.25 * min(losses)
