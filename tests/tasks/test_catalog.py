"""Tasks by name, and recipes that start from their defaults."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tuiml import knobs
from tuiml.errors import DataError, RecipeError, UsageError
from tuiml.recipe import to_toml
from tuiml.tasks import catalog, check
from tuiml.tasks.advice import advise
from tuiml.tasks.catalog import find
from tuiml.tasks.files import csv_plan, npz_arrays
from tuiml.tasks.recipes import build_recipe, default_recipe

UNMEASURED = {"cifar10", "california_housing"}
"""Tasks of which nothing is claimed."""


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Installs a package of one module that announces a task."""

    def install(name: str, code: str) -> None:
        (tmp_path / f"plug_{name}.py").write_text(code)
        info = tmp_path / f"plug_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: plug-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[tuiml.tasks]\n{name} = plug_{name}:task\n")
        catalog._plugins.cache_clear()

    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield install
    catalog._plugins.cache_clear()
    for module in set(sys.modules) - before:
        if module.startswith("plug_"):
            del sys.modules[module]


WORKING = """
from tuiml.tasks.base import Task
def load(fields, progress): raise NotImplementedError
task = Task("sound", "Sounds", "value", load, form="features", shape=(3,), defaults={"train": {"epochs": 3}})
"""


@pytest.mark.parametrize("name", catalog.TASKS)
def test_every_default_recipe_and_preset_can_be_trained(name: str) -> None:
    """What we offer passes our own checks, the default without advice against it, and has a validation curve."""
    task = find(name)
    for preset in [None, *task.presets]:
        recipe = build_recipe(task=name, preset=preset)
        assert check.check(recipe, task) == []
        assert preset or advise(recipe, task) == []  # what an article asks for may be unusual
    assert default_recipe(name).data.validation != 0
    assert default_recipe(name) == build_recipe(task=name)


def test_the_notes_recipe() -> None:
    """`--preset notes` is theirs: all 60,000 rows, 512 units, rmsprop, batch 128, 5 epochs, categorical crossentropy."""
    recipe = build_recipe(task="mnist", preset="notes")
    assert (recipe.data.validation, recipe.data.fraction, recipe.model.layers, recipe.model.loss) == (
        0,
        1,
        (512,),
        "categorical_crossentropy",
    )
    assert (recipe.optimizer.name, recipe.train.batch_size, recipe.train.epochs) == ("rmsprop", 128, 5)


def test_an_unknown_task_is_answered_with_the_nearest_and_all() -> None:
    """A misspelt name teaches the right ones."""
    with pytest.raises(UsageError, match=r"'mnits'. Did you mean 'mnist'\? Tasks: digits, .*mnist, .*folder:DIR"):
        find("mnits")


def test_a_folder_without_its_prefix_is_recognized(tmp_path: Path) -> None:
    """Whoever names a folder or a file as a task learns of `folder:` and `csv:`."""
    with pytest.raises(UsageError, match=r"Did you mean 'csv:my cars\.csv'"):
        find("CSV:my cars.csv")
    with pytest.raises(UsageError, match="Did you mean 'folder:'"):
        find("folder")
    with pytest.raises(UsageError, match="Did you mean 'folder:"):
        find(str(tmp_path))


@pytest.mark.parametrize("name", ["folder:", "folder: ", "folder:~nobody-here/x", "folder:a\0b"])
def test_an_odd_folder_name_is_an_error_of_ours(name: str) -> None:
    """No folder, an unknown user's home, a zero byte: a sentence, no traceback."""
    with pytest.raises((UsageError, DataError)):
        find(name)


def test_a_control_sequence_in_a_name_is_defused() -> None:
    """A task name from a recipe file cannot move the cursor."""
    with pytest.raises(UsageError) as caught:
        find("\x1b[2Jx")
    assert "\x1b" not in str(caught.value)


def test_a_plug_in_is_a_task_like_any_other(plug_in: Callable[[str, str], None]) -> None:
    """Installed, it is listed, found, and its defaults make the recipe."""
    plug_in("sound", WORKING)
    assert catalog.names() == [*catalog.TASKS, "sound"]
    assert find("sound").title == "Sounds"
    assert build_recipe(task="sound").train.epochs == 3


@pytest.mark.parametrize(
    ("code", "reason"),
    [("import surely_not_there", "ModuleNotFoundError"), ("task = 5", "gives a int"), ("", "AttributeError")],
)
def test_a_broken_plug_in_harms_only_who_asks_for_it(
    plug_in: Callable[[str, str], None], code: str, reason: str
) -> None:
    """It is listed and the others work; asked for, one sentence names the package."""
    plug_in("broken", code)
    assert "broken" in catalog.names()
    assert find("digits")
    with pytest.raises(DataError, match=f"plug-broken.*{reason}"):
        find("broken")


def test_flag_beats_set_beats_file_beats_preset_beats_default(tmp_path: Path) -> None:
    """Each layer adds what the one above does not say."""
    file = tmp_path / "recipe.toml"
    file.write_text("task = 'mnist'\n[train]\nepochs = 3\nbatch_size = 64\nseed = 5\n[data]\nfraction = 0.5\n")
    recipe = build_recipe(
        preset="notes", file=file, sets=["train.batch_size=32", "train.seed=6"], flags={"train.seed": 7}
    )
    assert recipe.task == "mnist"
    assert (recipe.train.epochs, recipe.train.batch_size, recipe.train.seed) == (3, 32, 7)
    assert (recipe.data.fraction, recipe.data.validation, recipe.model.layers) == (0.5, 0, (512,))


def test_another_task_than_the_file_names_wins_with_its_defaults(tmp_path: Path) -> None:
    """`--recipe FILE --task X`: the file's fields over X's defaults."""
    file = tmp_path / "recipe.toml"
    file.write_text("task = 'mnist'\n[train]\nseed = 5\n")
    recipe = build_recipe(task="fashion_mnist", file=file)
    assert (recipe.task, recipe.model.preset, recipe.train.seed) == ("fashion_mnist", "cnn", 5)


@pytest.mark.parametrize("name", catalog.TASKS)
def test_a_recipe_comes_back_from_its_file(name: str, tmp_path: Path) -> None:
    """What a run folder stores is the recipe that was run."""
    recipe = build_recipe(task=name, flags={"early_stopping": "patience=3,monitor=loss", "regularize.dropout": "0.5"})
    (tmp_path / "recipe.toml").write_text(to_toml(recipe))
    assert build_recipe(file=tmp_path / "recipe.toml") == recipe


@pytest.mark.parametrize("name", catalog.TASKS)
def test_the_command_in_the_footer_is_the_recipe(name: str) -> None:
    """Every changed field, written as `knobs.flags` writes it and read back, makes the same recipe."""
    recipe = build_recipe(
        task=name,
        flags={
            "data.fraction": 0.3,
            "data.split": "first",
            "model.batch_norm": True,
            "model.layers": "32,16",
            "regularize.l2": "0.001",
            "early_stopping": "patience=2,monitor=val_accuracy",
            "augment.ops": "rotate:10,shift:0.1",
            "optimizer.clip_norm": "1.5",
        },
    )
    arguments = knobs.flags(recipe, default_recipe(name))
    by_flag = {knob.flag: path for path, knob in knobs.KNOBS.items() if knob.flag}
    sets, flags, words = [], {}, iter(arguments)
    for word in words:
        if word == "--set":
            sets.append(next(words))
        elif knobs.KNOBS[by_flag[word]].kind == "switch":
            flags[by_flag[word]] = "on"
        else:
            flags[by_flag[word]] = next(words)
    assert build_recipe(sets=sets, flags=flags) == recipe


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Unknown task, preset, field and values out of range: one error with everything."""
    file = tmp_path / "recipe.toml"
    file.write_text("[train]\nepochs = 0\nepoch = 5\n[model]\npreset = 'dens'\n")
    with pytest.raises(RecipeError) as caught:
        build_recipe(
            task="mnist",
            preset="note",
            file=file,
            sets=["epochs=3", "regularise.l2=1", "data.split", "train=5"],
            flags={"train.seed": "x"},
        )
    told = {problem.path: problem.message for problem in caught.value.problems}
    assert "Did you mean 'notes'?" in told["preset"]
    assert "Did you mean 'train.epochs'?" in told["epochs"]
    assert "Did you mean 'regularize.l2'?" in told["regularise.l2"]
    assert "data.split=VALUE" in told["data.split"]
    assert "train.epochs" in told["train"]
    assert "Did you mean 'dense'?" in told["model.preset"]
    assert told.keys() >= {"train.epochs", "train.epoch", "train.seed"}


def test_an_unknown_task_does_not_hide_the_other_problems() -> None:
    """The task is one problem among the others, still of the command line."""
    with pytest.raises(RecipeError) as caught:
        build_recipe(task="mnits", flags={"train.epochs": "x"})
    assert {problem.path for problem in caught.value.problems} == {"task", "train.epochs"}


def test_without_any_task_the_tasks_are_listed() -> None:
    """Nothing named, nothing guessed."""
    with pytest.raises(RecipeError, match=r"digits, .*mnist, "):
        build_recipe(flags={"train.epochs": 3})


@pytest.mark.parametrize("content", [b"task = ", b"\xff\xfe", None])
def test_a_recipe_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    """Not TOML, not text, not there: a problem with the file's name, no traceback."""
    file = tmp_path / "recipe.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RecipeError, match=r"recipe\.toml"):
        build_recipe(task="digits", file=file)
    with pytest.raises(RecipeError, match="cannot be read"):
        build_recipe(task="digits", file=f"{file}\0")


def test_a_folder_task_is_stored_with_its_absolute_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run started here can be replayed from elsewhere; the folder need not exist for its recipe to be read."""
    monkeypatch.chdir(tmp_path)
    assert build_recipe(task="folder:gone").task == default_recipe("folder:gone").task == f"folder:{tmp_path / 'gone'}"


@pytest.mark.parametrize("name", sorted(catalog.TASKS.keys() - UNMEASURED))
def test_every_task_says_what_to_expect(name: str) -> None:
    """A figure of its default recipe or a preset, and how it came about."""
    published = find(name).published
    assert published.startswith(("measured, ", "the notes"))
    assert any(character.isdigit() for character in published)


@pytest.mark.parametrize("name", ["csv", "npz"])
def test_the_user_s_rows_can_be_let_go_of(name: str, tmp_path: Path) -> None:
    """After `forget`, nothing that was read of a file is kept beside the data; it can be read again."""
    file = tmp_path / f"rows.{name}"
    if name == "csv":
        file.write_text("size,kind\n" + "".join(f"{number},{'ab'[number % 2]}\n" for number in range(40)))
    else:
        np.savez(file, x=np.random.default_rng(0).random((40, 3)), y=np.arange(40) % 2)
    recipe = build_recipe(f"{name}:{file}", sets=["data.target=kind"] if name == "csv" else [])
    caches = (csv_plan._read, csv_plan._plan, npz_arrays._read)
    catalog.forget()
    first = catalog.of(recipe).load(recipe.data.model_dump(), lambda what: None)
    kept = sum(cache.cache_info().currsize for cache in caches)
    catalog.forget()
    left = sum(cache.cache_info().currsize for cache in caches)
    again = catalog.of(recipe).load(recipe.data.model_dump(), lambda what: None)

    assert (kept > 0, left) == (True, 0)
    np.testing.assert_array_equal(first.train_x, again.train_x)
