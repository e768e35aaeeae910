"""The command palette finds every action, and Train first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.command import CommandList, CommandPalette
from textual.pilot import Pilot

from tests.tui.conftest import WrittenRun, running, until
from tuiml.runs.folder import RunFolder
from tuiml.tui import actions
from tuiml.tui.app import TuimlApp
from tuiml.tui.live.screen import Live

MakeApp = Callable[..., TuimlApp]


async def find(pilot: Pilot[int], words: str) -> list[str]:
    """Open the palette, type, and return the titles found, best first."""
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
    await pilot.press(*words)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause(0.1)
    found = pilot.app.screen.query_one(CommandList)
    return [str(found.get_option_at_index(i).prompt).partition("\n")[0] for i in range(found.option_count)]


@pytest.mark.parametrize("words", ["t", "tr", "tra", "trai", "train"])
async def test_train_is_first(make_app: MakeApp, written: Callable[..., WrittenRun], words: str) -> None:
    """With Textual's own ranking, among all actions, tasks, fields and runs with unlucky names."""
    written(name="20260101-120000-train")
    async with running(make_app()) as pilot:
        found = await find(pilot, words)

    assert found[0] == "Train"


async def test_enter_starts_the_shown_recipe(make_app: MakeApp, started: list[RunFolder]) -> None:
    """Without another question."""
    async with running(make_app()) as pilot:
        await find(pilot, "train")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))

    assert len(started) == 1


async def test_every_action_of_the_screen_is_there(make_app: MakeApp) -> None:
    """And tasks, and fields."""
    async with running(make_app()) as pilot:
        found = await find(pilot, "")

    assert [action.title for action in actions.available(actions.SETUP).values()] == found[
        : len(actions.available(actions.SETUP))
    ]
    assert {"Task: mnist", "Field: Dropout"} <= set(found)


async def test_a_task_a_field_and_a_run_are_reached_by_name(
    make_app: MakeApp, written: Callable[..., WrittenRun]
) -> None:
    """From wherever one is."""
    run = written()
    run.warm_up()
    async with running(make_app()) as pilot:
        await find(pilot, "mnist")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.setup.examined.command == "tuiml --task mnist")
        await find(pilot, "field: learning")
        await pilot.press("enter")
        await until(pilot, lambda: getattr(pilot.app.setup.form.focused, "path", "") == "optimizer.learning_rate")
        await find(pilot, "20260101")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))
        folder = pilot.app.screen.folder

    assert folder.id == run.folder.id


def test_every_action_has_a_method() -> None:
    """The table promises nothing that is not there."""
    from tuiml.tui.darkroom.screen import Darkroom
    from tuiml.tui.runs.screen import Runs
    from tuiml.tui.setup.screen import Setup

    places = {actions.SETUP: Setup, actions.LIVE: Live, actions.DARKROOM: Darkroom, actions.RUNS: Runs}
    missing = [
        (name, place)
        for place, screen in places.items()
        for name in actions.available(place)
        if not hasattr(TuimlApp if actions.target(name).startswith("app.") else screen, f"action_{name}")
    ]

    assert missing == []
