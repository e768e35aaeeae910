"""The user's own keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tui.conftest import WrittenRun, running, screen_text, until
from tuiml.runs.folder import RunFolder
from tuiml.settings import Settings
from tuiml.tui import actions, keymap
from tuiml.tui.app import TuimlApp
from tuiml.tui.dialogs.help import Help
from tuiml.tui.live.screen import Live

EXCLUSIVE = ({"pause", "resume"}, {"clear_cursor", "back"}, {"open_here", "back"})
"""Actions of which only one can be done at a time, or of which the screen's own comes before the app's."""


def test_what_is_sound_is_taken() -> None:
    """Several keys for an action, names and characters."""
    assert keymap.sound({"stop": "f6, ctrl+t", "show_log": "L"}).keys == {"stop": "f6,ctrl+t", "show_log": "L"}


@pytest.mark.parametrize(
    ("name", "words", "told"),
    [
        ("stopp", "f6", "Did you mean"),
        ("stop", "f66", "no key"),
        ("stop", "", "no key"),
        ("stop", "space", "is the key of"),
        ("preview", "v", "letters are typed"),
    ],
)
def test_what_is_not_is_told(name: str, words: str, told: str) -> None:
    """And left out, the others are taken."""
    found = keymap.sound({name: words, "show_log": "f9"})

    assert found.keys == {"show_log": "f9"}
    assert told in found.problems[0]


@pytest.mark.parametrize("place", actions.SCREENS)
def test_by_default_no_two_actions_have_one_key(place: str) -> None:
    """Except those of which only one can be done at a time."""
    keys = [(key, name) for name, action in actions.available(place).items() for key in action.keys.split(",") if key]
    doubled = [{name for other, name in keys if other == key} for key in {key for key, _ in keys}]

    assert [names for names in doubled if len(names) > 1 and names not in EXCLUSIVE] == []


def test_two_actions_can_change_places() -> None:
    """What is taken by another action's default key is free once that has another key."""
    assert keymap.sound({"stop": "l", "show_log": "s"}).problems == ()


async def test_the_key_works_and_help_shows_it(
    runs_dir: Path, started: list[RunFolder], written: Callable[..., WrittenRun]
) -> None:
    """On the screen, in the footer's place, and in the help."""
    run = written()
    run.warm_up()
    run.train(1, 3)
    run.end()
    app = TuimlApp(replace(Settings(runs_dir, "textual-dark"), keys={"show_log": "f9"}), watch=run.folder)
    async with running(app) as pilot:
        await pilot.press("f9")
        screen = pilot.app.screen
        assert isinstance(screen, Live)
        await until(pilot, lambda: screen.pane == "log")
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, Help) and "f9" in screen_text(app))
        helped = screen_text(app)

    assert screen.pane == "log"
    assert "f9" in helped


async def test_a_key_that_cannot_be_is_told_in_the_app(runs_dir: Path, started: list[RunFolder]) -> None:
    """The app opens all the same."""
    app = TuimlApp(replace(Settings(runs_dir, "textual-dark"), keys={"stopp": "f9"}))
    async with running(app) as pilot:
        await until(pilot, lambda: "no such action" in screen_text(app))
        told = screen_text(app)

    assert "no such action" in told
