"""Pictures of the list of runs in every state, at the two usual sizes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import NOON, SIZES, WrittenRun, pose, settle
from tuiml.runs import index
from tuiml.tui.app import TuimlApp
from tuiml.tui.runs import prune
from tuiml.tui.runs import screen as runs

MakeApp = Callable[..., TuimlApp]


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three days after the first run began, for ever."""
    clock = SimpleNamespace(time=lambda: NOON + 3 * 86400, monotonic=time.monotonic, sleep=time.sleep)
    for module in (index, prune, runs):
        monkeypatch.setattr(module, "time", clock)


@pytest.fixture
def all_kinds(written: Callable[..., WrittenRun]) -> list[WrittenRun]:
    """A run of every status, with names, notes, an origin, odd characters and other tasks."""
    told: list[tuple[str, str, int, dict[str, str]]] = [
        ("20260101-120000-digits", "finished", 12, {"name": "baseline", "note": "as in the notes"}),
        ("20260102-120000-mnist", "stopped", 7, {"note": "val was rising; next: dropout [b]0.5[/b] \x1b[31m数字"}),
        ("20260103-090000-boston_housing", "failed", 3, {}),
        ("20260103-100000-digits", "crashed", 2, {}),
        ("20260103-110000-digits", "finished", 12, {"name": "a long name that somebody typed once", "origin": "20260101-120000-digits"}),
        ("20260104-100000-digits", "paused", 5, {}),
        ("20260104-113000-digits", "running", 6, {}),
        ("20260104-115900-imdb", "preparing", 0, {}),
    ]  # fmt: skip
    from tuiml import events

    found = []
    for place, (run, status, epochs, env) in enumerate(told):
        made = written(name=run, task=run[16:])
        made.time = NOON + 3 * 86400 - (len(told) - place - 0.5) * 7000
        made.folder.lock.touch()
        made.folder.env.write_text(json.dumps(env))
        if epochs:
            made.warm_up()
            made.train(1, epochs)
        if status in ("finished", "stopped", "failed"):
            made.end(status, "stopped by the user", "the loss became nan at epoch 4" if status == "failed" else None)
        elif status != "crashed":
            made.hold()
        if status == "paused":
            made.write(events.Paused(epochs, 36))
        found.append(made)
        for file in made.folder.path.iterdir():
            if file.is_file():
                os.utime(file, (NOON, NOON))
    return found


def at_runs(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """Go to the list, press keys, and wait until all is painted."""

    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await pilot.press("ctrl+l")
        await settle(pilot)
        for key in keys:
            if isinstance(pilot.app.focused, Input) and len(key) > len("enter"):
                pilot.app.focused.value += key  # a long text at once
            else:
                await pilot.press(key)
        await pose(pilot)

    return run_before


STATES: dict[str, tuple[str, ...]] = {
    "all": (),
    "marked_and_sorted": ("space", "down", "space", "o", "o", "o"),
    "filter": ("slash", "status:finished val_loss<0.", "5"),
    "filter_wrong": ("slash", "status:fin val_los<0.", "5"),
    "filter_without_a_match": ("slash", "nosuch", "enter"),
    "note": ("end", "n", " again"),
    "prune": ("p",),
    "after_delete": ("end", "space", "up", "space", "x"),
}
"""What is on show after which keys."""


@SIZES
@pytest.mark.parametrize("state", STATES)
def test_runs(
    snap_compare: Any, make_app: MakeApp, all_kinds: list[WrittenRun], size: tuple[int, int], state: str
) -> None:
    """Each state as one finds it."""
    assert snap_compare(make_app(), terminal_size=size, run_before=at_runs(*STATES[state]))


def test_runs_in_a_small_terminal(snap_compare: Any, make_app: MakeApp, all_kinds: list[WrittenRun]) -> None:
    """Status, run and figures; nothing is broken."""
    assert snap_compare(make_app(), terminal_size=(60, 15), run_before=at_runs())
