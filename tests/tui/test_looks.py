"""Pictures of the screens at the two usual sizes."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import NOON, WrittenRun, settle
from tuiml.tui.app import TuimlApp
from tuiml.tui.screens import live

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute after the runs began, for ever."""
    monkeypatch.setattr(live, "time", SimpleNamespace(time=lambda: NOON + 60, monotonic=time.monotonic))


def ready(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """Press keys, then wait until all is painted."""

    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press(*keys)
        await settle(pilot)
        for toast in pilot.app.screen.query("Toast"):
            await toast.remove()
        await settle(pilot)

    return run_before


@SIZES
def test_setup(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """The form as one finds it."""
    assert snap_compare(make_app(), terminal_size=size, run_before=ready())


@SIZES
def test_setup_with_problems(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """A value out of range: beside the field, in the list where there is room, instead of the command."""
    assert snap_compare(make_app(), terminal_size=size, run_before=ready("down", "9", "ctrl+r"))


@SIZES
def test_live_running(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Half way."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 6)
    assert snap_compare(make_app(watch=run.folder), terminal_size=size, run_before=ready())


@SIZES
def test_live_finished(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Curves, best epoch, test result."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    assert snap_compare(make_app(watch=run.folder), terminal_size=size, run_before=ready())


@SIZES
def test_quit_question(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Over a live run."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 3)
    assert snap_compare(make_app(watch=run.folder), terminal_size=size, run_before=ready("ctrl+q"))


@SIZES
def test_runs_empty(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Nothing yet."""
    assert snap_compare(make_app(), terminal_size=size, run_before=ready("ctrl+l"))


@SIZES
def test_help(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """The keys of the form."""
    assert snap_compare(make_app(), terminal_size=size, run_before=ready("f1"))
