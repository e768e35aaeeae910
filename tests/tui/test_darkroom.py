"""The darkroom edits the augmentation: by keys, by text, by ImageDataGenerator's arguments; the form has it afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension
from textual.pilot import Pilot
from textual.widgets import Static

from augment.generator.keywords import REFUSED
from tests.tui.conftest import running, screen_text, settle, until
from tuiml.tasks import recipes
from tuiml.tui.app import TuimlApp
from tuiml.tui.darkroom import preview
from tuiml.tui.darkroom.screen import Darkroom
from tuiml.tui.dialogs.ask import Ask
from tuiml.tui.dialogs.choose import Choose
from tuiml.tui.setup.screen import Setup

MakeApp = Callable[..., TuimlApp]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def app_of(make_app: MakeApp, ops: str = "rotate:15,shift:0.1", *sets: str, task: str = "digits") -> TuimlApp:
    """An app with a recipe on its form."""
    return make_app(recipes.build_recipe(task, sets=[*([f"augment.ops={ops}"] if ops else []), *sets]))


def room(pilot: Pilot[Any]) -> Darkroom:
    """The darkroom, maybe below a dialog."""
    (found,) = (screen for screen in pilot.app.screen_stack if isinstance(screen, Darkroom))
    return found


def text(pilot: Pilot[Any]) -> str:
    """The grammar as it stands."""
    return room(pilot).workbench.now.draft.text


def said(pilot: Pilot[Any], where: str = "words") -> str:
    """Words of the darkroom."""
    return str(room(pilot).query_one(f"#darkroom-{where}", Static).content)


async def enter(pilot: Pilot[Any]) -> None:
    """Go into the darkroom, and wait for the first pictures or rows."""
    await settle(pilot)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))
    await until(pilot, lambda: said(pilot).startswith(("Epoch", "Training", "No augmentation", "Copy")))
    await settle(pilot)


async def test_arrows_turn_a_parameter_and_the_pictures_follow(make_app: MakeApp) -> None:
    """Small and large steps; the grammar, the pictures and what was drawn are those of the new value."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        before = room(pilot).pairs
        await pilot.press("right", "right", "shift+right")
        await until(pilot, lambda: room(pilot).pairs is not before)
        await settle(pilot)
        assert text(pilot) == room(pilot).entry.value == "rotate:22,shift:0.1"
        await pilot.press("pagedown")
        await settle(pilot)
        assert text(pilot) == "rotate:17,shift:0.1"
        now = room(pilot).pairs
        assert before is not None
        assert now is not None
        count = min(len(now.rows), len(before.rows))
        assert (now.after[:count] != before.after[:count]).any()
        assert (now.before[:count] == before.before[:count]).all()


async def test_a_step_is_added_ordered_muted_removed_and_brought_back(make_app: MakeApp) -> None:
    """By the list of all operations, searched by words; each key says what it did in the grammar."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await pilot.press(*"left and", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))
        assert text(pilot) == "rotate:15,flip,shift:0.1"
        await pilot.press("right_square_bracket")
        assert text(pilot) == "rotate:15,shift:0.1,flip"
        await pilot.press("m")
        assert text(pilot) == "rotate:15,shift:0.1"
        assert "muted" in screen_text(pilot.app)
        await pilot.press("m", "delete")
        assert text(pilot) == "rotate:15,shift:0.1"
        await pilot.press("u")
        assert text(pilot) == "rotate:15,shift:0.1,flip"


async def test_the_grammar_is_typed_with_its_errors_beside_it(make_app: MakeApp) -> None:
    """As one types; enter takes what is sound only; escape leaves it as it was and stays here."""
    async with running(app_of(make_app, "flip")) as pilot:
        await enter(pilot)
        await pilot.press("g", *",rotat:3")
        assert "did you mean 'rotate'" in said(pilot, "problem")
        await pilot.press("enter")
        assert text(pilot) == "flip"
        await pilot.press("escape")
        await settle(pilot)
        assert room(pilot).entry.value == "flip"
        assert not room(pilot).query_one("#darkroom-problem").display
        await pilot.press("g", *",rotate:3", "enter")
        await settle(pilot)
        assert text(pilot) == "flip,rotate:3"
        assert room(pilot).workbench.lines.has_focus


async def test_operations_that_mean_nothing_are_put_right_here(make_app: MakeApp) -> None:
    """What is misspelt on the form is typed on here, its error beside it, whatever else is wrong there."""
    app = app_of(make_app, "")
    async with running(app) as pilot:
        form = app.setup.form
        form.fields["train.epochs"].value = "many"
        form.focus_field("augment.ops")
        await pilot.press(*"rotat:20")
        await settle(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom) and room(pilot).entry.has_focus)
        await settle(pilot)
        assert "did you mean 'rotate'" in said(pilot, "problem")
        await pilot.press("home", *["right"] * 5, "e", "enter", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Setup))
        assert form.fields["augment.ops"].value == "rotate:20"
        assert form.fields["train.epochs"].value == "many"


async def test_a_step_that_was_muted_at_once_is_kept(make_app: MakeApp) -> None:
    """The grammar is as it was, the list of steps is not."""
    async with running(app_of(make_app, "flip")) as pilot:
        await enter(pilot)
        await pilot.press("a", *"posterize", "enter", "m", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Setup))
        await enter(pilot)
        assert [(step.op.name, step.muted) for step in room(pilot).workbench.now.draft.steps] == [
            ("flip", False),
            ("posterize", True),
        ]


async def test_a_value_is_typed_in_the_grammars_own_writing(make_app: MakeApp) -> None:
    """Enter on a dial asks for it; what is out of range is refused with the range."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        await pilot.press(*"9999", "enter")
        await settle(pilot)
        assert "expected -3600..3600 degrees" in " ".join(screen_text(pilot.app).split())
        await pilot.press("home", *["delete"] * 4, *"-10..20", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))
        assert text(pilot) == "rotate:-10..20,shift:0.1"
        assert "angle from" in screen_text(pilot.app)


async def test_an_argument_of_imagedatagenerator_changes_its_step(make_app: MakeApp) -> None:
    """Chosen by name, its value asked for; those that are no step cannot be chosen."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("i", *"rotation", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))
        assert text(pilot) == "rotate:40,shift:0.1"


async def test_leaving_puts_the_operations_into_the_form_and_undo_takes_them_out(make_app: MakeApp) -> None:
    """Muted steps wait for the next visit; undo of the form brings the old text back."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("right", "m")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Setup))
        await settle(pilot)
        form = pilot.app.screen
        assert isinstance(form, Setup)
        assert form.values["augment.ops"] == "shift:0.1"
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))
        assert [str(step.op) for step in room(pilot).workbench.now.draft.steps] == ["rotate:16", "shift:0.1"]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Setup))
        await pilot.press("ctrl+z")
        await settle(pilot)
        assert form.values["augment.ops"] == "rotate:15,shift:0.1"


async def test_training_starts_from_here_with_what_is_shown(make_app: MakeApp, started: list[Any]) -> None:
    """The run's recipe has the operations edited."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("right", "ctrl+r")
        await until(pilot, lambda: bool(started))

    assert 'ops = "rotate:16,shift:0.1"' in started[0].recipe.read_text()


async def test_the_cursor_walks_over_the_pictures_and_tells_what_was_drawn(make_app: MakeApp) -> None:
    """Arrows in the pane of pictures; beyond the last lie others."""
    async with running(app_of(make_app), (120, 40)) as pilot:
        await enter(pilot)
        await pilot.press("tab", "right")
        await settle(pilot)
        shown = room(pilot)
        assert shown.pairs is not None
        assert (
            str(shown.query_one("#darkroom-drawn Static", Static).content)
            == f"row {shown.pairs.rows[1]}: {shown.pairs.drawn[1]}"
        )
        assert f"▸ row {shown.pairs.rows[1]}" in screen_text(pilot.app)
        count = min(shown.sheet.room, len(shown.pairs.rows))
        await pilot.press(*["right"] * (count - 1))
        await settle(pilot)
        assert shown.first == count


async def test_mode_and_copies_are_turned_too(make_app: MakeApp) -> None:
    """Offline the number is that of a copy, and there are no more than the recipe makes."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("end", "right")
        await until(pilot, lambda: said(pilot).startswith("Copy 1 of 1"))
        await pilot.press("n", "down", "right", "right")
        await until(pilot, lambda: said(pilot).startswith("Copy 1 of 3"))
        assert room(pilot).workbench.now.edited.augment.copies == 3


async def test_what_does_not_suit_the_pictures_is_told_and_the_pictures_stay(make_app: MakeApp) -> None:
    """The order of steps, seen together: the sentence of the engine, until it is undone."""
    async with running(app_of(make_app, "brightness:0.3,featurewise")) as pilot:
        await enter(pilot)
        before = room(pilot).pairs
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "put it before" in said(pilot, "problem"))
        assert room(pilot).pairs is before
        await pilot.press("u")
        await until(pilot, lambda: not room(pilot).query_one("#darkroom-problem").display)


async def test_an_argument_that_is_no_step_says_why(make_app: MakeApp) -> None:
    """The cursor goes to none, so its reason is told as soon as it is the only one found."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("i", *"preprocessing_f")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choose) and len(pilot.app.screen.list.options) == 1)
        detail = str(pilot.app.screen.query_one("#choose-detail", Static).content)

    assert detail == REFUSED["preprocessing_function"]


async def test_the_step_that_an_argument_means_is_chosen(make_app: MakeApp) -> None:
    """So that the arrows turn it at once."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("i", *"zoom_range", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Darkroom))
        now = room(pilot).workbench.now

    assert now.draft.steps[now.line.step].op.name == "zoom"


async def test_copies_can_be_turned_off_without_steps(make_app: MakeApp) -> None:
    """They are made then, too, all equal."""
    async with running(app_of(make_app, "", "augment.mode=offline", "augment.copies=3")) as pilot:
        await enter(pilot)
        await pilot.press("down", "right")
        await until(pilot, lambda: "Copy" not in said(pilot))

        assert room(pilot).workbench.now.edited.augment.mode == "online"


async def test_the_footer_says_what_ends_the_typing(make_app: MakeApp) -> None:
    """Enter takes the grammar, escape does not."""
    async with running(app_of(make_app)) as pilot:
        await enter(pilot)
        await pilot.press("g")
        await until(pilot, lambda: "Take it" in screen_text(pilot.app).splitlines()[-1])

        assert "esc As it was" in screen_text(pilot.app).splitlines()[-1]


async def test_a_narrow_terminal_says_that_data_are_read(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two panes it shows the one that says so, until there is something to edit."""
    ready = threading.Event()
    monkeypatch.setattr("tuiml.tui.darkroom.screen.load", lambda *given: (ready.wait(10), preview.load(*given))[1])
    async with running(app_of(make_app), (60, 15)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: "reading the data" in screen_text(pilot.app))
        ready.set()
        await until(pilot, lambda: "1 rotate:15" in screen_text(pilot.app))
        read = screen_text(pilot.app)

    assert "reading the data" not in read


async def test_a_narrow_terminal_shows_one_pane_and_tab_the_other(make_app: MakeApp) -> None:
    """Nothing is lost at 60x15, nor at 30x8."""
    async with running(app_of(make_app), (60, 15)) as pilot:
        await enter(pilot)
        steps = screen_text(pilot.app)
        await pilot.press("tab")
        await settle(pilot)
        pictures = screen_text(pilot.app)
        await pilot.resize_terminal(30, 8)
        await settle(pilot)

    assert "angle" in steps
    assert "▀" not in steps
    assert "▀" in pictures
    assert "angle" not in pictures


async def test_dropout_on_the_input_is_drawn_again(make_app: MakeApp) -> None:
    """n is offered where rows have something to draw, and draws another example."""
    async with running(
        app_of(make_app, "", "regularize.input_dropout=0.5", "data.mask=0.3", task="wine"), (120, 40)
    ) as pilot:
        await enter(pilot)
        first = screen_text(pilot.app)
        await pilot.press("n")
        await until(pilot, lambda: "example 2" in said(pilot))
        second = screen_text(pilot.app)

    assert "n Draw" in first
    assert "dropped" in first
    assert "×" in first
    assert first != second


def shot(snap: Any, app: TuimlApp, size: tuple[int, int], *keys: str) -> bool:
    """Whether the darkroom looks as before after some keys."""

    async def run_before(pilot: Pilot[Any]) -> None:
        await enter(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        for toast in pilot.app.screen.query("Toast"):
            await toast.remove()
        await settle(pilot)

    same: bool = snap(app, terminal_size=size, run_before=run_before)
    return same


STATES = {
    "empty": (),
    "arguments": ("i",),
    "grammar": ("escape", "g", *"rotat"),
    "steps": ("escape", "g", *"rotate:15,shift:0.1,noise:0.05@0.5", "enter", "home", "down"),
    "add": ("a", *"zo"),
    "extremes": ("escape", "x"),
    "solo": ("x", "o", "tab"),
    "muted-offline": ("o", "g", "escape", "m", "end", "right"),
}
"""The keys that lead from one state of the darkroom to the next."""


@SIZES
async def test_the_darkroom_of_pictures(snapshot: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Nothing yet, arguments, an error, steps and pictures, all operations, the ends of a range, one step alone."""
    looks = snapshot.use_extension(SVGImageExtension)
    async with running(app_of(make_app, ""), size) as pilot:
        await enter(pilot)
        for state, keys in STATES.items():
            await pilot.press(*keys)
            await settle(pilot)
            assert looks(name=state) == pilot.app.export_screenshot(), state


@SIZES
def test_the_darkroom_of_a_table(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Cells as read and as the network sees them; some blanked, some dropped, some taught wrongly."""
    sets = ("data.mask=0.2", "data.label_noise=0.5", "regularize.input_dropout=0.3")
    assert shot(snap_compare, app_of(make_app, "", *sets, task="wine"), size)


def test_the_darkroom_at_60_columns(snap_compare: Any, make_app: MakeApp) -> None:
    """One pane, and what tab leads to."""
    assert shot(snap_compare, app_of(make_app), (60, 15))
