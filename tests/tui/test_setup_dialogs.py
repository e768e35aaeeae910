"""What opens over the form: presets, cards, recipes as files, the data, a search for a field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.tui.conftest import WrittenRun, running, screen_text, settle, until
from tuiml import knobs
from tuiml.recipe import read, to_toml
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog, recipes
from tuiml.tui.app import TuimlApp
from tuiml.tui.darkroom.screen import Darkroom
from tuiml.tui.dialogs.card import CardScreen
from tuiml.tui.messages import RecipeChosen
from tuiml.tui.setup import form
from tuiml.tui.setup.presets import Presets
from tuiml.tui.setup.recipes import LoadRecipe, SaveRecipe, file_name, stored
from tuiml.tui.setup.summary import DataSummary

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


def said(pilot: Pilot[Any]) -> str:
    """What the dialog says below."""
    return str(pilot.app.screen.query_one(".dialog-note", Static).content)


async def test_a_preset_says_what_it_changes_before_it_is_loaded(make_app: MakeApp) -> None:
    """f2 lists them; the cursor tells the fields; enter loads it, the command names it, ctrl+z brings the old form back."""
    async with running(make_app()) as pilot:
        setup = pilot.app.setup
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, Presets))
        await pilot.press("down")
        await until(pilot, lambda: "Epochs         12 → 150" in screen_text(pilot.app))
        shown, before = screen_text(pilot.app), setup.values
        await pilot.press("enter")
        await until(pilot, lambda: setup.examined.command == "tuiml --task digits --preset overfit")
        loaded = setup.values
        setup.go_to("train.epochs")
        await pilot.press("end", "backspace")
        await until(pilot, lambda: setup.examined.command.endswith("--epochs 15"))
        await pilot.press("f2", "enter")
        await until(pilot, lambda: setup.values["train.epochs"] == "150")
        await pilot.press("ctrl+z")
        await until(pilot, lambda: setup.examined.command.endswith("--epochs 15"))

    assert "Size           original → bigger" in shown
    assert before["train.epochs"] == "12"
    assert form.recipe_of(loaded) == recipes.build_recipe("digits", "overfit")


@pytest.mark.parametrize("task", [*catalog.TASKS, "folder:photos"])
def test_the_changes_told_are_those_made(task: str) -> None:
    """From the default recipe to each preset: what is listed differs, and nothing else."""
    now = form.default_values(task)
    for name in form.preset_names(task):
        then = form.default_values(task, name)
        told = {change.title for change in form.changes(now, then)}
        made = knobs.differences(form.recipe_of(then), form.recipe_of(now))
        assert {knobs.KNOBS[path].title for path in made} <= told
        assert len(told) <= len(made) + 8  # early stopping brings its arguments


async def test_a_question_mark_explains_the_field(make_app: MakeApp) -> None:
    """On a number, on a choice, at 60 x 15 too, where it scrolls; esc leads back to the same field."""
    async with running(make_app(), (60, 15)) as pilot:
        for path, word in (("regularize.dropout", "silenced"), ("model.preset", "kind of network")):
            pilot.app.setup.go_to(path)
            await settle(pilot)
            await pilot.press("question_mark")
            await until(pilot, lambda: isinstance(pilot.app.screen, CardScreen))
            await settle(pilot)
            shown = " ".join(screen_text(pilot.app).split())
            await pilot.press("end")
            await settle(pilot)
            scrolled = screen_text(pilot.app)
            await pilot.press("escape")
            await settle(pilot)
            back = pilot.app.setup.form.focused

            assert word in shown
            assert "In the sources" in scrolled or "On the curve" in scrolled
            assert back is not None
            assert back.path == path
        assert pilot.app.setup.values["regularize.dropout"] == "0"


async def test_a_question_mark_is_typed_where_names_are(make_app: MakeApp) -> None:
    """A file, a run, a column may have one in its name."""
    async with running(make_app(), (120, 50)) as pilot:
        for path in ("model.file", "train.init_from", "data.split"):
            pilot.app.setup.go_to(path)
            await settle(pilot)
            await pilot.press("end", "question_mark")
            await settle(pilot)

            assert pilot.app.setup.values[path].endswith("?")
            assert pilot.app.screen is pilot.app.setup


async def test_a_recipe_is_saved_and_found_again(make_app: MakeApp, runs_dir: Path) -> None:
    """ctrl+s writes ./digits.toml and says where; a second time it asks before overwriting; f3 loads it on another task."""
    recipe = recipes.build_recipe("digits", sets=["train.epochs=7"])
    file = Path.cwd() / "digits.toml"
    async with running(make_app(recipe)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveRecipe))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is pilot.app.setup)
        await until(pilot, lambda: "digits.toml" in screen_text(pilot.app))
        saved = read(file)
        file.write_text("mine")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveRecipe))
        await pilot.press("enter")
        await until(pilot, lambda: "overwrites" in screen_text(pilot.app))
        kept = file.read_text()
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is pilot.app.setup)
        pilot.app.setup.load_task("wine")
        await settle(pilot)
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, LoadRecipe) and "file  " in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.setup.examined.command == "tuiml --task digits --epochs 7")

    assert saved == recipe
    assert kept == "mine"
    assert read(file) == recipe


async def test_a_recipe_that_cannot_be_written_or_read_is_explained(make_app: MakeApp) -> None:
    """A folder as a name, a folder that is not there, a file that is none: one sentence each, and the form stays."""
    (Path.cwd() / "sub").mkdir()
    (Path.cwd() / "bad.toml").write_text('task = "digits"\n[train]\nepochs = 0\nepoch = 3\n')
    async with running(make_app(), (120, 40)) as pilot:
        before = pilot.app.setup.values
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveRecipe))
        told = []
        for name, word in (
            ("sub/", "a folder; add a name, such as sub/digits.toml"),
            ("nowhere/x.toml", "there is no folder"),
            ("bad.toml/x", "there is no folder"),
            ("x" * 300, "too long"),
            ("", "needs a name"),
        ):
            pilot.app.screen.query_one(Input).value = name
            await settle(pilot)
            await pilot.press("enter")
            await until(pilot, lambda word=word: word in said(pilot))  # type: ignore[misc]
            told.append(word)
        await pilot.press("escape", "f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, LoadRecipe) and "bad.toml" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: "Not loaded: bad.toml" in screen_text(pilot.app))
        shown = screen_text(pilot.app)

        assert isinstance(pilot.app.screen, LoadRecipe)  # another one may be chosen
        assert pilot.app.setup.values == before
    assert len(told) == 5
    assert "train.epochs" in shown
    assert "│  train.epoch:" in shown  # each problem on a line of its own


async def test_a_file_that_cannot_be_read_has_one_problem(make_app: MakeApp, runs_dir: Path) -> None:
    """The task that it does not name is none of them."""
    Path("torn.toml").write_text('task = "digits"\n[train\n')
    async with running(make_app(), (120, 40)) as pilot:
        await pilot.press("f3")
        await until(pilot, lambda: "✗ not valid TOML" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: "Not loaded: torn.toml" in screen_text(pilot.app))

        assert "task: is needed" not in screen_text(pilot.app)


async def test_what_was_said_about_one_name_is_not_said_about_another(make_app: MakeApp, runs_dir: Path) -> None:
    """A file that is there is asked about; another letter, and it is another file."""
    Path("digits.toml").write_text("mine")
    async with running(make_app()) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveRecipe))
        await pilot.press("enter")
        await until(pilot, lambda: "is there already" in said(pilot))
        await pilot.press("x")
        await until(pilot, lambda: said(pilot) == "enter saves · esc closes")

    assert Path("digits.toml").read_text() == "mine"


async def test_a_recipe_is_loaded_by_the_name_it_was_saved_by(
    make_app: MakeApp, runs_dir: Path, written: Written
) -> None:
    """Without the ending, and by the folder of a run; what is said after saving elsewhere works from here."""
    Path("sub dir").mkdir()
    run = written()
    async with running(make_app(recipes.default_recipe("wine")), (120, 40)) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SaveRecipe))
        pilot.app.screen.query_one(Input).value = "sub dir/mine"
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: any("tuiml --recipe '/" in one.message for one in pilot.app._notifications))
        for name, task in ((str(run.folder.path), "digits"), ("sub dir/mine", "wine")):
            await pilot.press("f3")
            await until(
                pilot, lambda: isinstance(pilot.app.screen, LoadRecipe) and "enter loads" in screen_text(pilot.app)
            )
            typed = pilot.app.screen.query_one(Input)
            typed.value = name
            typed.focus()
            await settle(pilot)
            await pilot.press("enter")
            await until(pilot, lambda task=task: pilot.app.setup.examined.command == f"tuiml --task {task}")  # type: ignore[misc]
        loaded = pilot.app.setup.examined.recipe

    assert loaded == recipes.default_recipe("wine")


async def test_a_run_s_recipe_names_its_run_as_the_origin(
    make_app: MakeApp, written: Written, started: list[RunFolder]
) -> None:
    """Loaded from the list or sent by another screen, the title says from which run, and the run started keeps its id."""
    run = written()
    async with running(make_app(recipes.default_recipe("wine"))) as pilot:
        pilot.app.post_message(RecipeChosen(run.recipe, run.folder))
        await until(pilot, lambda: pilot.app.setup.examined.command == "tuiml --task digits")
        await settle(pilot)
        first = screen_text(pilot.app).splitlines()[0]
        await pilot.press("ctrl+z")
        await until(pilot, lambda: pilot.app.setup.values["task"] == "wine")
        await settle(pilot)
        back = screen_text(pilot.app).splitlines()[0]
        await pilot.press("f3")
        await until(pilot, lambda: isinstance(pilot.app.screen, LoadRecipe) and run.folder.id in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.setup.examined.command == "tuiml --task digits")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: bool(started))

    assert f"From {run.folder.id}" in first
    assert "New run" in back
    assert started[0].origin() == run.folder.id


def test_recipes_are_told_from_other_files(runs_dir: Path, tmp_path: Path, written: Written) -> None:
    """A TOML file that names no task, one that is huge: neither is offered. One that is torn is, with a warning."""
    run = written()
    (tmp_path / "mine.toml").write_text(to_toml(recipes.default_recipe("wine")))
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    (tmp_path / "torn.toml").write_bytes(b"task = \xff")
    (tmp_path / "huge.toml").write_text("task = 'digits'\n" + "#" * 300_000)
    found = stored(runs_dir, tmp_path)

    assert [(one.file.name, one.task, one.run) for one in found] == [
        ("mine.toml", "wine", None),
        ("torn.toml", "✗ not valid TOML", None),
        ("recipe.toml", "digits", run.folder),
    ]


@pytest.mark.parametrize(
    ("task", "name"),
    [("digits", "./digits.toml"), ("csv:/data/my cars.csv", "./my-cars.toml"), ("folder:/", "./recipe.toml")],
)
def test_a_saved_recipe_is_named_after_its_task(task: str, name: str) -> None:
    """Of a file, its stem without what a shell would touch."""
    assert file_name(task) == name


async def test_the_data_are_summed_up(make_app: MakeApp) -> None:
    """f5: rows by split, bars of balance, common sense, some pictures; esc leads back."""
    async with running(make_app(), (120, 50)) as pilot:
        await pilot.press("f5")
        await until(pilot, lambda: "1,150 train + 287 validation + 360 test" in screen_text(pilot.app))
        await settle(pilot)
        shown = screen_text(pilot.app)
        await pilot.press("escape")

        assert pilot.app.screen is pilot.app.setup
    assert "baseline    loss 2.30" in shown
    assert "██████" in shown
    assert "▀" in shown


async def test_data_that_are_not_here_are_not_fetched_unasked(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says what is missing and which key fetches it."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    async with running(make_app(recipes.default_recipe("cifar10"))) as pilot:
        await pilot.press("f5")
        await until(pilot, lambda: "f fetches them" in screen_text(pilot.app))

        assert isinstance(pilot.app.screen, DataSummary)
    assert not (tmp_path / "keras").exists()


async def first_found(pilot: Pilot[int], title: str) -> None:
    """Wait until a palette's first line has a title: it searches in the background, letter by letter."""
    found = pilot.app.screen.query_one(CommandList)
    await until(pilot, lambda: found.option_count > 0 and str(found.options[0].prompt).startswith(title))


FIRST = {
    "Essentials": "task",
    "Data": "data.fraction",
    "Network": "model.file",
    "Regularization": "regularize.input_dropout",
    "Augmentation": "",
    "Training": "train.full_batch",
    "Optimizer": "optimizer.momentum",
    "K-fold validation": "folds.k",
}
"""Each group of the form with the first of its fields that means something for digits; none does without operations."""


@pytest.mark.parametrize("title", form.GROUPS)
async def test_a_group_is_found_by_its_title(make_app: MakeApp, title: str) -> None:
    """The cursor goes to the first of its fields that means something, or one is told when they do."""
    async with running(make_app()) as pilot:
        fields = pilot.app.setup.form
        await pilot.press("ctrl+f", *title.lower())
        await first_found(pilot, title)
        await pilot.press("enter")
        if not FIRST[title]:
            await until(pilot, lambda: "is shown when" in screen_text(pilot.app))
        await settle(pilot)

        assert fields.focused is fields.fields[FIRST[title] or "task"]


async def test_a_field_is_found_by_name_and_groups_are_jumped(make_app: MakeApp) -> None:
    """ctrl+f, a few letters, enter; ctrl+down and ctrl+up go from group to group, around the end."""
    async with running(make_app()) as pilot:
        fields = pilot.app.setup.form
        await pilot.press("ctrl+f", *"label noise")
        await first_found(pilot, "Label noise")
        await pilot.press("enter")
        await until(pilot, lambda: fields.focused is fields.fields["data.label_noise"])
        visited = []
        for key in ("ctrl+down", "ctrl+up", "ctrl+up", "ctrl+up"):
            await pilot.press(key)
            await settle(pilot)
            visited.append(fields.focused.path if fields.focused else "")

    assert visited == ["model.file", "data.fraction", "task", "folds.k"]


async def test_enter_on_the_operations_opens_their_editor(make_app: MakeApp) -> None:
    """Elsewhere it goes to the next field."""
    async with running(make_app()) as pilot:
        pilot.app.setup.go_to("train.epochs")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        onward = pilot.app.setup.form.focused
        pilot.app.setup.go_to("augment.ops")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))

    assert onward is not None
    assert onward.path == "train.batch_size"


async def test_a_changed_field_says_what_it_was(make_app: MakeApp) -> None:
    """Beside the field, in words, not by color alone; f4 brings it back."""
    async with running(make_app()) as pilot:
        pilot.app.setup.go_to("train.epochs")
        await pilot.press("end", "0")
        await until(pilot, lambda: "was 12" in screen_text(pilot.app))
        await pilot.press("f4")
        await until(pilot, lambda: "was 12" not in screen_text(pilot.app))

        assert pilot.app.setup.values["train.epochs"] == "12"


async def test_a_reset_field_can_be_brought_back(make_app: MakeApp) -> None:
    """ctrl+z: that field, not what was typed into others since; a field at its default says so."""
    async with running(make_app()) as pilot:
        setup = pilot.app.setup
        setup.change("model.layers", "128,64,32")
        setup.go_to("model.layers")
        await settle(pilot)
        await pilot.press("f4")
        await until(pilot, lambda: setup.values["model.layers"] == "64,64")
        setup.change("train.epochs", "99")
        await pilot.press("f4")
        await until(pilot, lambda: "Layers is as it is by default" in screen_text(pilot.app))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: setup.values["model.layers"] == "128,64,32")

        assert setup.values["train.epochs"] == "99"


async def test_a_file_that_is_not_named_yet_is_no_change(make_app: MakeApp) -> None:
    """The task says what is missing, not that it was another."""
    async with running(make_app()) as pilot:
        await pilot.press(*"csv")
        await until(pilot, lambda: bool(pilot.app.setup.examined.problems) and "name a file" in screen_text(pilot.app))

        assert "was csv:" not in screen_text(pilot.app)


async def test_all_changes_of_a_preset_can_be_read_where_it_is_low(make_app: MakeApp) -> None:
    """At 60 x 15 one of them is in view; the pages turn."""
    async with running(make_app(), (60, 15)) as pilot:
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, Presets))
        await pilot.press("down")
        await until(pilot, lambda: "Size" in screen_text(pilot.app))
        seen = ""
        for _ in range(4):
            seen += screen_text(pilot.app)
            await pilot.press("pagedown")
            await settle(pilot)

    assert all(words in seen for words in ("original → bigger", "12 → 150", "32 → 16", "1 → 0.2"))


async def test_the_essential_fields_fit_a_screen_of_24_lines(make_app: MakeApp) -> None:
    """All of them are in view at first, in the order of an experiment, with the command below."""
    async with running(make_app()) as pilot:
        fields = pilot.app.setup.form
        hidden = [
            path
            for path in form.ESSENTIAL
            if fields.fields[path] in fields.visible_fields and fields.fields[path].region.bottom > fields.region.bottom
        ]
        shown = screen_text(pilot.app)

    assert hidden == []
    assert "Batch size" in shown
    assert "$ tuiml --task digits" in shown


async def test_the_cost_is_told_before_the_start(make_app: MakeApp, written: Written) -> None:
    """Parameters and memory at once; the time as a guess, and better as soon as a run of the task has shown it."""
    async with running(make_app()) as pilot:
        guessed = screen_text(pilot.app).splitlines()[0]
    run = written()
    run.warm_up()
    run.train(1, 4)
    async with running(make_app()) as pilot:
        known = screen_text(pilot.app).splitlines()[0]

    assert "8,970 parameters · some 3 s · 133 kB" in guessed
    assert "8,970 parameters · about 18 s · 133 kB" in known


@pytest.mark.parametrize(
    ("width", "keys"), [(80, "f1 Help ^q Quit"), (60, "^y Copy f1 more"), (40, "f2 Presets f1 more")]
)
async def test_the_footer_is_never_cut_in_the_middle_of_a_key(make_app: MakeApp, width: int, keys: str) -> None:
    """Where not all keys fit, it says where the others are."""
    async with running(make_app(), (width, 20)) as pilot:
        shown = screen_text(pilot.app).splitlines()[-1]

    assert keys in shown
    assert shown.rstrip().endswith("^p palette")
