"""Leaving while a run is alive."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from textual.widgets import OptionList

from tests.tui.conftest import WrittenRun, running, screen_text, settle, until
from tuiml import events
from tuiml.tui.app import TuimlApp
from tuiml.tui.dialogs.quit import QuitQuestion
from tuiml.tui.live.screen import Live

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


@pytest.fixture
def alive(written: Written) -> WrittenRun:
    """A run that trains."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 3)
    return run


async def test_without_a_live_run_quitting_asks_nothing(make_app: MakeApp) -> None:
    """ctrl+q, and out."""
    app = make_app()
    async with running(app) as pilot:
        await pilot.press("ctrl+q")
        await settle(pilot)

    assert app.return_code == 0


async def test_the_highlighted_answer_leaves_it_running(make_app: MakeApp, alive: WrittenRun) -> None:
    """Enter takes it: the app ends, the run is not touched."""
    app = make_app(watch=alive.folder)
    async with running(app) as pilot:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        chosen = app.screen.query_one(OptionList).highlighted_option
        await pilot.press("ctrl+q", "q")  # asked twice, it is still one question
        shown = screen_text(app)
        await pilot.press("enter")
        await settle(pilot)

    assert chosen is not None
    assert str(chosen.prompt) == "Leave it running"
    assert "Stop it and keep the results" in shown
    assert app.return_code == 0
    assert not alive.folder.wishes.exists()


async def test_a_paused_run_is_called_so(make_app: MakeApp, alive: WrittenRun) -> None:
    """By its name; not any more once it was resumed from elsewhere, though nobody watched."""
    alive.write(events.Paused(3, 0))
    alive.folder.rename("slow one")
    app = make_app(watch=alive.folder)
    async with running(app) as pilot:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        shown = screen_text(app)

        await pilot.press("escape", "escape")
        await settle(pilot)
        alive.write(events.Resumed(3, 0))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        resumed = screen_text(app)

    assert "A run is paused: slow one" in shown
    assert "Leave it paused" in shown
    assert "goes on with it" in shown
    assert "A run is alive: slow one" in resumed


async def test_stopping_waits_for_the_results(make_app: MakeApp, alive: WrittenRun) -> None:
    """The wish is left, the screen says that it is stopping, and the app ends when the run has."""
    app = make_app(watch=alive.folder)
    async with running(app) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.press("down", "enter")
        await settle(pilot)
        shown = screen_text(app)
        wish = json.loads(alive.folder.wishes.read_text())
        running_still = app.return_code
        alive.end("stopped", "stopped by the user")
        alive.let_go()
        await until(pilot, lambda: app.return_code == 0)

    assert "Stopping…" in shown
    assert (wish["wish"], wish["by"]) == ("stop", "tui")
    assert running_still is None


@pytest.mark.parametrize("keys", [("escape",), ("down", "down", "enter")])
async def test_one_can_stay(make_app: MakeApp, alive: WrittenRun, keys: tuple[str, ...]) -> None:
    """Esc, or the third answer."""
    app = make_app(watch=alive.folder)
    async with running(app) as pilot:
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitQuestion))
        await pilot.press(*keys)
        await settle(pilot)
        assert isinstance(app.screen, Live)
        assert app.return_code is None
