"""Pictures of the screens at the two usual sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import SIZES, WrittenRun, posing, running, screen_text, settle, until
from tuiml.tui.app import TuimlApp
from tuiml.tui.live import screen as live

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]
pytestmark = pytest.mark.usefixtures("frozen_clock")


@SIZES
def test_setup(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """The form as one finds it."""
    assert snap_compare(make_app(), terminal_size=size, run_before=posing())


@SIZES
def test_setup_with_problems(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """A value out of range: beside the field, in the list where there is room, instead of the command."""
    assert snap_compare(make_app(), terminal_size=size, run_before=posing(*["down"] * 5, "9", "ctrl+r"))


@SIZES
def test_live_running(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Half way."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 6)
    assert snap_compare(make_app(watch=run.folder), terminal_size=size, run_before=posing())


@SIZES
def test_live_finished(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Curves, best epoch, test result."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    assert snap_compare(make_app(watch=run.folder), terminal_size=size, run_before=posing())


@SIZES
def test_quit_question(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Over a live run."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 3)
    assert snap_compare(make_app(watch=run.folder), terminal_size=size, run_before=posing("ctrl+q"))


@SIZES
def test_runs_empty(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Nothing yet."""
    assert snap_compare(make_app(), terminal_size=size, run_before=posing("ctrl+l"))


@SIZES
def test_help(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """The keys of the form."""
    assert snap_compare(make_app(), terminal_size=size, run_before=posing("f1"))


FOOTERS = {
    "setup": ((), "^r Train f2 Presets ^o Preview ^y Copy ^l Runs f1 Help ^q Quit"),
    "running": ((), "tab Chart space Pause s Stop + More r Results esc Back f1 more"),
    "ended": ((), "tab Chart + More r Results v Vary l Log n Network esc Back f1 more"),
    "darkroom": (("ctrl+o",), "tab Pane a Add o Solo x Ends n Draw . More esc Back f1 Help ^q Quit"),
    "runs": (("ctrl+l",), "⏎ Open / Filter o Sort c Compare x Delete esc Back f1 Help ^q Quit"),
}
"""Where, reached by which keys, and the keys shown there."""


async def test_a_key_that_is_held_down_piles_up_no_toasts(make_app: MakeApp) -> None:
    """The same words stand there once."""
    async with running(make_app()) as pilot:
        await pilot.press(*8 * ["ctrl+y"])
        await settle(pilot)

        assert len(pilot.app.screen.query("Toast")) == 1
        assert len(pilot.app.screen.query("ToastHolder")) == 1


@pytest.mark.parametrize("place", FOOTERS)
async def test_the_footer_is_whole_at_80_columns(make_app: MakeApp, written: Written, place: str) -> None:
    """Keys with their labels, the way back and the palette; nothing is cut, and where there are more, help says so."""
    run = written()
    run.warm_up()
    run.train(1, 6)
    run.end() if place == "ended" else run.hold()
    keys, labels = FOOTERS[place]

    async with running(make_app(watch=run.folder if place in ("running", "ended") else None)) as pilot:
        await pilot.press(*keys)
        await settle(pilot)
        await until(pilot, lambda: screen_text(pilot.app).split("\n")[-1].split("▏")[0].strip() == labels)

        assert screen_text(pilot.app).split("\n")[-1].split("▏")[1].strip() == "^p palette"


async def test_a_run_is_opened_with_enter(make_app: MakeApp, written: Written) -> None:
    """The key that the footer names does what it says."""
    run = written()
    run.warm_up()
    async with running(make_app()) as pilot:
        await pilot.press("ctrl+l")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, live.Live))
        shown = screen_text(pilot.app)

    assert run.folder.id in shown


async def test_enter_in_an_empty_list_of_runs_does_nothing(make_app: MakeApp) -> None:
    """There is nothing to open."""
    async with running(make_app()) as pilot:
        await pilot.press("ctrl+l")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)

        assert "No runs in" in screen_text(pilot.app)


@pytest.mark.parametrize("writable", [True, False])
async def test_a_screenshot_lies_here_or_among_the_runs(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, writable: bool
) -> None:
    """Wherever it was saved, a toast names the file; a folder Downloads is not asked for."""
    app = make_app()
    save = app.save_screenshot

    def refuse(filename: str | None = None, path: str | None = None) -> str:
        if path == ".":
            raise PermissionError(13, "Permission denied")
        return save(filename, path)

    if not writable:
        monkeypatch.setattr(app, "save_screenshot", refuse)
    folder = Path.cwd() if writable else Path.cwd() / "runs"
    async with running(app) as pilot:
        await pilot.app.run_action("screenshot")
        await settle(pilot)
        (file,) = folder.glob("*.svg")

        assert "Train" in file.read_text()
        assert [note.message for note in pilot.app._notifications] == [str(file)]
