"""The same with one thing changed: one key from a run to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.tui.conftest import WrittenRun, running, screen_text, settle, until
from tuiml import knobs, recipe
from tuiml.runs.folder import RunFolder
from tuiml.tui.app import TuimlApp
from tuiml.tui.dialogs.vary import Vary, offer_of
from tuiml.tui.live.screen import Live
from tuiml.tui.setup.screen import Setup

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def overfit(written: Written) -> RunFolder:
    """Twelve epochs, best at the eighth."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    return run.folder


async def vary(pilot: Pilot[Any], folder: RunFolder) -> Vary:
    """Open the list and wait until it is filled."""
    screen = Vary(folder)
    await pilot.app.push_screen(screen)
    await until(pilot, lambda: screen.offer is not None)
    await settle(pilot)
    return screen


async def test_one_key_starts_the_same_with_one_change(
    make_app: MakeApp, written: Written, started: list[RunFolder]
) -> None:
    """The new run's recipe differs in one field from the old one's; it knows whom it varies, and is shown."""
    folder = overfit(written)
    async with running(make_app()) as pilot:
        await vary(pilot, folder)
        shown = screen_text(pilot.app)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))

    assert "Overfitting since epoch 9" in shown
    assert "--dropout 0.5" in shown
    assert len(started) == 1
    assert knobs.differences(recipe.read(started[0].recipe), recipe.read(folder.recipe)) == {
        "regularize.dropout": (0.5,)
    }
    assert started[0].origin() == folder.id


async def test_the_form_can_be_opened_instead(make_app: MakeApp, written: Written, started: list[RunFolder]) -> None:
    """With the changed recipe, and the run that it comes from; nothing is started."""
    async with running(make_app()) as pilot:
        await vary(pilot, overfit(written))
        await pilot.press("e")
        await until(pilot, lambda: "rotate:10,shift:0.1" in screen_text(pilot.app))
        await settle(pilot)
        assert isinstance(pilot.app.screen, Setup)

    assert started == []


async def test_escape_changes_nothing(make_app: MakeApp, written: Written, started: list[RunFolder]) -> None:
    """One step out, back where one was."""
    async with running(make_app()) as pilot:
        before = pilot.app.screen
        await vary(pilot, overfit(written))
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is before
    assert started == []


async def test_a_recipe_of_another_version_is_an_answer_not_an_error(make_app: MakeApp, written: Written) -> None:
    """It says what is wrong, and every key is harmless."""
    folder = overfit(written)
    folder.recipe.write_text('task = "digits"\nflux = 3\n')
    async with running(make_app()) as pilot:
        await vary(pilot, folder)
        await pilot.press("enter", "e", "down")
        shown = screen_text(pilot.app)

    assert "cannot be varied" in shown
    assert "flux" in shown


def test_a_run_of_files_that_are_gone_says_so(written: Written) -> None:
    """The user's table has moved: its run cannot be made again."""
    run = written()
    run.folder.recipe.write_text('task = "csv:/nowhere/rows.csv"\n[data]\ntarget = ["y"]\n')

    assert "/nowhere/rows.csv" in offer_of(run.folder).problem


@pytest.mark.parametrize("size", [(60, 15), (20, 5)])
async def test_a_small_screen_shows_the_choice(make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """At 60x15 the first change and the keys are there; nothing crashes below."""
    async with running(make_app(), size) as pilot:
        screen = await vary(pilot, overfit(written))
        shown = screen_text(pilot.app)
        assert screen.query_one(OptionList).highlighted == 0

    if size == (60, 15):
        assert "rotate:10,shift:0.1" in shown
        assert "esc closes" in shown


@SIZES
def test_looks(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Over the form, of a run that overfits."""
    folder = overfit(written)

    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await vary(pilot, folder)

    assert snap_compare(make_app(), terminal_size=size, run_before=run_before)
