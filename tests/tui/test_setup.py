"""The form: what it shows at first, how it answers typing, and what Train does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import running, screen_text, settle, until
from tuiml import knobs
from tuiml.recipe import compose, from_toml
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog, recipes
from tuiml.tui.app import TuimlApp
from tuiml.tui.live.screen import Live
from tuiml.tui.palette import TaskChosen
from tuiml.tui.setup import form
from tuiml.tui.setup.examine import examine

MakeApp = Callable[..., TuimlApp]


async def test_the_first_screen_names_its_task_and_the_command(make_app: MakeApp) -> None:
    """Without touching anything one sees the task, the network's size, and the command that does the same."""
    async with running(make_app()) as pilot:
        shown = screen_text(pilot.app)

    assert "digits · 8,970 parameters" in shown
    assert "$ tuiml --task digits" in shown
    assert "Train" in shown


async def test_a_problem_stands_beside_its_field_while_one_types(make_app: MakeApp, started: list[RunFolder]) -> None:
    """The range and what was received are on the row of the field; Train refuses, says so and starts nothing."""
    async with running(make_app(), (120, 40)) as pilot:
        pilot.app.setup.go_to("data.fraction")
        await pilot.press("end", "5")
        await until(pilot, lambda: bool(pilot.app.setup.examined.problems))
        await settle(pilot)
        problem = pilot.app.setup.form.fields["data.fraction"].problem
        row = next(line for line in screen_text(pilot.app).splitlines() if "● Share of data" in line)
        await pilot.press("tab", "tab", "ctrl+r")
        await settle(pilot)
        focused = pilot.app.setup.form.focused

    assert problem == "expected a number above 0 to 1; received '15'."
    assert "✗ expected a number above" in row
    assert focused is not None
    assert focused.path == "data.fraction"
    assert started == []


async def test_a_contradiction_with_the_task_is_shown_too(make_app: MakeApp) -> None:
    """Meaning is checked like shape: early stopping on a validation loss needs validation rows."""
    recipe = compose(
        [catalog.recipe_fields("digits")[0], {"task": "digits", "early_stopping": 3, "data": {"validation": 0}}]
    )
    async with running(make_app(recipe), (120, 50)) as pilot:
        found = pilot.app.setup.form.fields["early_stopping.monitor"].problem

    assert "needs validation rows" in found


async def test_typing_is_never_intercepted(make_app: MakeApp) -> None:
    """Letters that are keys elsewhere are letters in a field."""
    async with running(make_app()) as pilot:
        pilot.app.setup.go_to("augment.ops")
        await pilot.press(*"qslbn+", "space")
        value = pilot.app.setup.form.fields["augment.ops"].value

    assert value == "qslbn+ "


async def test_a_change_is_marked_and_changes_the_command(make_app: MakeApp) -> None:
    """What differs from the task's default recipe carries a mark and appears in the command."""
    async with running(make_app()) as pilot:
        pilot.app.setup.go_to("regularize.dropout")
        await pilot.press("end", ".", "5")
        await until(pilot, lambda: "--dropout" in pilot.app.setup.examined.command)
        await settle(pilot)
        shown = screen_text(pilot.app)

    assert "● Dropout" in shown
    assert "$ tuiml --task digits --dropout 0.5" in shown


async def test_the_command_is_copied_and_kept_in_a_file(make_app: MakeApp, runs_dir: Path) -> None:
    """For terminals that take no clipboard a toast names a file that holds the same command."""
    async with running(make_app()) as pilot:
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "Copied" in screen_text(pilot.app))
        copied, shown = pilot.app.clipboard, screen_text(pilot.app)

    assert copied == "tuiml --task digits"
    assert (runs_dir / "command.sh").read_text() == "tuiml --task digits\n"
    assert "runs/command.sh" in shown


async def test_another_task_brings_its_recipe_and_undo_brings_back_what_was_typed(make_app: MakeApp) -> None:
    """Its first letters choose it. Nothing typed is lost silently: a toast says how to get it back, ctrl+z does it."""
    async with running(make_app()) as pilot:
        pilot.app.setup.go_to("train.epochs")
        await pilot.press("end", "0")
        await until(pilot, lambda: "--epochs 120" in pilot.app.setup.examined.command)
        pilot.app.setup.go_to("task")
        await pilot.press(*"imdb")
        await until(pilot, lambda: pilot.app.setup.examined.command == "tuiml --task imdb")
        await until(pilot, lambda: "yours back" in screen_text(pilot.app))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: pilot.app.setup.examined.command == "tuiml --task digits --epochs 120")
        back = pilot.app.setup.values

    assert (back["task"], back["train.epochs"]) == ("digits", "120")


async def test_early_stopping_opens_its_eight_arguments(make_app: MakeApp) -> None:
    """They are hidden while it is off, and counted as one switch."""

    def opened(app: TuimlApp) -> list[str]:
        return [field.path for field in app.setup.form.visible_fields if field.path.startswith("early_stopping.")]

    async with running(make_app()) as pilot:
        before = opened(pilot.app)
        pilot.app.setup.go_to("early_stopping")
        await pilot.press("space")
        await until(pilot, lambda: "--early-stopping 5" in pilot.app.setup.examined.command)
        after = opened(pilot.app)

    assert before == []
    assert len(after) == 8


async def test_train_shows_the_run_at_once(make_app: MakeApp, started: list[RunFolder], runs_dir: Path) -> None:
    """One key makes the run folder with the form's recipe, asks for a runner and shows the warm-up."""
    async with running(make_app()) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))
        await settle(pilot)
        shown = screen_text(pilot.app)

    [folder] = started
    assert folder.path.parent == runs_dir
    assert compose([from_toml(folder.recipe.read_text(), "recipe")]) == recipes.default_recipe("digits")
    assert "preparing" in shown
    assert "starting the runner" in shown


async def test_a_folder_that_is_not_there_is_named(make_app: MakeApp) -> None:
    """The folder's own field says what is wrong; a hostile name reaches the screen only as visible characters."""
    async with running(make_app(), (120, 40)) as pilot:
        await pilot.press("f")  # fashion_mnist
        await pilot.press("f")  # folder of pictures
        await settle(pilot)
        pilot.app.setup.form.fields[form.FILES[0].path].value = "osc\x1b]52;c;x\x07[red]"
        pilot.app.setup._examine()
        await until(pilot, lambda: "osc" in pilot.app.setup.form.fields[form.FILES[0].path].problem)
        await settle(pilot)
        shown = screen_text(pilot.app)

    assert "\\x1b]52" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"early_stopping": "patience=3,monitor=loss,baseline=0.5"},
        {"regularize": {"dropout": "0.1,0.5", "l2": 1e-4}},
        {"model": {"layers": ""}},
        {"model": {"preset": "cnn", "layers": "8", "batch_norm": True}, "augment": {"ops": "flip,rotate:15"}},
        {"train": {"device": "cpu", "seed": 7}, "optimizer": {"name": "sgd", "momentum": 0.9}},
    ],
)
def test_the_form_says_exactly_what_the_recipe_says(fields: dict[str, object]) -> None:
    """A recipe shown on the form and read back is the same recipe, for every field."""
    recipe = compose([catalog.recipe_fields("digits")[0], {"task": "digits"}, fields])

    assert form.recipe_of(form.joined(form.parted(form.values_of(recipe)))) == recipe


def test_every_field_of_a_recipe_is_on_the_form() -> None:
    """A field declared in the recipe appears without anybody listing it here."""
    assert sorted(path for group in form.paths().values() for path in group) == sorted(set(knobs.KNOBS) - {"task"})


def test_the_form_tells_all_problems_at_once() -> None:
    """A value out of range does not hide a misspelt operation or a network too deep for the pictures."""
    values = form.default_values("digits") | {
        "train.epochs": "0",
        "augment.ops": "rotat:15",
        "model.preset": "cnn",
        "model.layers": "8,8,8,8,8,8",
    }
    told = {problem.path for problem in examine(values, Path("runs")).problems}

    assert {"train.epochs", "augment.ops", "model.layers"} <= told


def test_a_folder_may_be_typed_as_the_command_line_wants_it() -> None:
    """`folder:photos` and `photos` name the same folder; no folder is asked for in the form's own words."""
    shown = form.parted(form.default_values("folder:"))
    typed = form.joined(shown | {form.FILES[0].path: "folder:photos"})

    assert typed["task"] == "folder:photos"
    assert "name a folder" in str(examine(form.joined(shown), Path("runs")).problems[0])


async def test_copies_are_asked_for_only_offline(make_app: MakeApp) -> None:
    """The field comes with the mode; the enlarged set's rows and memory stand beside it, and the command has both flags."""
    recipe = compose([catalog.recipe_fields("digits")[0], {"task": "digits", "augment": {"ops": "rotate:10"}}])
    async with running(make_app(recipe), (120, 60)) as pilot:
        copies = pilot.app.setup.form.fields["augment.copies"]
        hidden = copies not in pilot.app.setup.form.visible_fields
        pilot.app.setup.go_to("augment.mode")
        await pilot.press("space")
        await settle(pilot)
        pilot.app.setup.go_to("augment.copies")
        await pilot.press("end", "backspace", "3")
        await until(pilot, lambda: "--augment-copies 3" in pilot.app.setup.examined.command)
        await settle(pilot)
        told, shown = copies.advice, copies.display
        command = pilot.app.setup.examined.command

    assert (hidden, shown) == (True, True)
    assert "--augment-mode offline" in command
    assert told == "1,150 originals and 3,450 fixed copies: 4,600 rows, 144 steps an epoch, 0.3 MB of memory."


async def test_a_preset_is_chosen_in_the_form(make_app: MakeApp) -> None:
    """Its values are loaded and unmarked, the command names it; what differs from it is marked; default brings all back."""
    async with running(make_app(recipes.default_recipe("boston_housing")), (120, 50)) as pilot:
        setup = pilot.app.setup
        before = setup.values
        setup.go_to(form.PRESET)
        await pilot.press("right")
        await until(pilot, lambda: setup.examined.command == "tuiml --task boston_housing --preset notes")
        loaded, marked = setup.values, setup.examined.changed
        setup.go_to("train.epochs")
        await pilot.press("end", "backspace", "backspace", "5")
        await until(pilot, lambda: setup.examined.command.endswith("--preset notes --epochs 55"))
        edited = setup.examined.changed
        await pilot.press("f4")
        await until(pilot, lambda: setup.examined.command.endswith("--preset notes"))
        setup.go_to(form.PRESET)
        await pilot.press("left")
        await until(pilot, lambda: setup.examined.command == "tuiml --task boston_housing")
        after = setup.values

    assert (loaded["train.epochs"], loaded["folds.k"]) == ("500", "4")
    assert (marked, edited) == ({}, {"train.epochs": "500"})
    assert before == after


async def test_the_task_is_told_with_its_rows_and_what_one_should_know(make_app: MakeApp) -> None:
    """Kind, rows of each split as they will be, source, warning: where the cursor stands at first, at 80 columns."""
    async with running(make_app(recipes.default_recipe("boston_housing"))) as pilot:
        shown = " ".join(screen_text(pilot.app).split())

    assert "a number · 303 train + 101 validation + 102 test" in shown
    assert "built on race" in shown


@pytest.mark.parametrize("file", form.FILES)
async def test_files_of_ones_own_are_named_in_a_field_of_their_kind(make_app: MakeApp, file: form.FileField) -> None:
    """Choosing the kind by name puts the cursor into its field and says what is to be typed; what is wrong stands beside it."""
    async with running(make_app(), (120, 50)) as pilot:
        setup = pilot.app.setup
        pilot.app.post_message(TaskChosen(file.beginning))
        await until(pilot, lambda: bool(setup.form.fields[file.path].problem))
        await until(pilot, lambda: setup.form.focused is setup.form.fields[file.path])
        first = setup.form.fields[file.path].problem
        await pilot.press(*"/nowhere")
        await until(pilot, lambda: "/nowhere" in setup.form.fields[file.path].problem)
        task = setup.values["task"]

    assert first.startswith("name a ")
    assert task == f"{file.beginning}/nowhere"


async def test_a_table_of_ones_own_is_read_while_one_types(make_app: MakeApp, tmp_path: Path) -> None:
    """The target is asked for by name, then the rows and the kind are told and the command is there."""
    table = tmp_path / "t.csv"
    table.write_text("a,b,price\n" + "".join(f"{n},{n % 7},{n * 1.5}\n" for n in range(60)))
    async with running(make_app(), (120, 50)) as pilot:
        setup = pilot.app.setup
        setup.load_task(f"csv:{table}")
        await until(pilot, lambda: "data.target" in {problem.path for problem in setup.examined.problems})
        setup.go_to("data.target")
        await pilot.press(*"price")
        await until(pilot, lambda: "--target price" in setup.examined.command)
        about = setup.examined.about

    assert "a number" in about
    assert "36 train + 12 validation + 12 test" in about
