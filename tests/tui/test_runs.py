"""The list of all runs on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.tui.conftest import WrittenRun, gaps, running, screen_text, until
from tuiml.tui.app import TuimlApp
from tuiml.tui.screens.live import Live

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


async def test_an_empty_list_says_what_to_do(make_app: MakeApp) -> None:
    """Never a blank box."""
    async with running(make_app()) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "No runs in runs yet" in screen_text(pilot.app))
        shown = screen_text(pilot.app)

    assert "ctrl+r" in shown


async def test_runs_are_listed_newest_first_with_what_they_came_to(make_app: MakeApp, written: Written) -> None:
    """A live one, an ended one, and one whose runner was killed; Enter opens."""
    ended, live, dead = written(), written(name="20260102-120000-digits"), written(name="20260101-110000-digits")
    dead.warm_up()
    dead.folder.lock.touch()
    ended.warm_up()
    ended.train(1, 12)
    ended.end()
    live.hold()
    live.warm_up()
    live.train(1, 2)
    async with running(make_app(), (120, 40)) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "20260101-11" in screen_text(pilot.app))
        rows = [line for line in screen_text(pilot.app).splitlines() if "2026010" in line]
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))
        opened = pilot.app.screen.folder

    assert "running" in rows[0]
    assert "2/12" in rows[0]
    assert "finished" in rows[1]
    assert "crashed" in rows[2]
    assert "0.9528 test accuracy" in rows[1]
    assert opened.path == ended.folder.path


async def test_a_live_run_in_the_list_moves_on(make_app: MakeApp, written: Written) -> None:
    """Its row changes when it ends."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 2)
    async with running(make_app(), (120, 40)) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "● running" in screen_text(pilot.app))
        run.end("stopped", "stopped by the user")
        run.let_go()
        await until(pilot, lambda: "■ stopped" in screen_text(pilot.app))
        later = screen_text(pilot.app)

    assert "● running" not in later


async def test_a_thousand_runs_do_not_freeze_the_screen(make_app: MakeApp, written: Written) -> None:
    """They are read in a thread, and the newest are there first."""
    for number in range(1000):
        run = written(name=f"20260101-{number:06}-digits")
        run.warm_up()
    async with running(make_app()) as pilot, gaps() as found:
        await pilot.press("ctrl+l")
        while pilot.app.screen.table.row_count < 1000:
            await asyncio.sleep(0.05)

    assert max(found) < 0.5, max(found)  # 0.1 on an idle machine
