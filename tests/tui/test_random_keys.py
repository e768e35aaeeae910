"""Keys pressed at random, at changing sizes: nothing crashes, nothing gets stuck."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from tests.tui.conftest import WrittenRun, running, until
from tuiml.runs.folder import RunFolder
from tuiml.tui.app import TuimlApp
from tuiml.tui.dialogs.quit import QuitQuestion
from tuiml.tui.setup.screen import Setup

KEYS = [
    *"abcdefghijklmnoprstuvwxyz0123456789.,/+-=?*<>:_ABCXYZ",
    *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "tab", "shift+tab"),
    *("enter", "space", "escape", "backspace", "delete"),
    *(f"f{number}" for number in range(1, 13)),
    *(f"ctrl+{letter}" for letter in "abdefghklnoprstuwxyz"),
    *("shift+left", "shift+right", "ctrl+left", "ctrl+right", "ctrl+up", "ctrl+down"),
]
"""Everything but what quits (q, ctrl+q), suspends or ends the process (ctrl+c, ctrl+z is undo)."""
SIZES = [(80, 24), (120, 40), (60, 15), (20, 5), (160, 45), (100, 12)]


async def hit(pilot: Pilot[int], key: str, times: int) -> None:
    """Press a key, or hold it, and wait once until all of it is done; `pilot.press` waits twice after each."""
    name, letter = (_character_to_key(key), key) if len(key) == 1 else (key, " " if key == "space" else None)
    for _ in range(times):
        pilot.app.post_message(events.Key(name, letter))
    await pilot.pause()


async def mash(pilot: Pilot[int], seed: int, count: int) -> None:
    """Press `count` keys, often the same ones in a row, now and then at another size."""
    dice = random.Random(seed)
    for _ in range(count):
        key = dice.choice(KEYS)
        await hit(pilot, key, dice.choice((1, 1, 1, 3)))
        if dice.random() < 0.04:
            await pilot.resize_terminal(*dice.choice(SIZES))
    await pilot.resize_terminal(80, 24)


def leaving(app: TuimlApp) -> bool:
    """Whether the app ends, or asks first."""
    return app._exit or isinstance(app.screen, QuitQuestion)


async def way_out(pilot: Pilot[int]) -> None:
    """Get back to the form as a user would, by esc, and quit."""
    for _ in range(20):
        if isinstance(pilot.app.screen, Setup):
            break
        await pilot.press("escape")
        await pilot.pause()
    assert isinstance(pilot.app.screen, Setup), pilot.app.screen
    await pilot.press("ctrl+q")
    await until(pilot, lambda: leaving(pilot.app))


@pytest.mark.parametrize("seed", range(3))
async def test_no_keys_hurt(
    make_app: Callable[..., TuimlApp],
    written: Callable[..., WrittenRun],
    started: list[RunFolder],
    seed: int,
) -> None:
    """Whatever the screens that they lead to; esc leads back, ctrl+q out."""
    for number, status in enumerate(("finished", "failed", "stopped")):
        run = written(name=f"2026010{number + 1}-120000-digits")
        run.warm_up()
        run.train(1, 5)
        run.end(status, error="out of memory" if status == "failed" else None)
    live = written(name="20260105-120000-digits")
    live.hold()
    live.warm_up()
    live.train(1, 3)
    app = make_app(watch=live.folder if seed % 2 else None)
    async with running(app) as pilot:
        await mash(pilot, seed, 120)
        await way_out(pilot)
        assert leaving(app)
