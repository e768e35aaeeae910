"""The end of a run is heard, and read where the terminal can show it; a theme chosen is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.tui.conftest import WrittenRun, running, until
from tuiml import settings
from tuiml.tui.app import TuimlApp
from tuiml.tui.bell import announcement


def test_an_unknown_terminal_gets_the_bell_alone() -> None:
    """It might print what it does not know."""
    assert announcement("mnist: finished", {"TERM": "xterm-256color"}) == "\a"


def test_a_known_one_gets_a_notification() -> None:
    """No escape sequence of a run's name survives in it."""
    told = announcement("a\x1b]0;evil\a: finished", {"TERM_PROGRAM": "WezTerm"})

    assert told.startswith("\a\x1b]9;a")
    assert told.endswith(": finished\x1b\\")
    assert told.count("\x1b") == 2


def test_inside_tmux_it_is_wrapped() -> None:
    """Its escapes doubled, as tmux asks for."""
    told = announcement("x", {"LC_TERMINAL": "iTerm2", "TMUX": "/tmp/tmux"})

    assert told == "\a\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\"


@pytest.mark.parametrize(("bell", "rung"), [("on", 1), ("off", 0)])
async def test_the_end_of_a_watched_run_rings(
    make_app: Callable[..., TuimlApp], written: Callable[..., WrittenRun], bell: str, rung: int
) -> None:
    """Once, where the user has not asked for quiet."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 3)
    app = make_app(watch=run.folder)
    app.settings = replace(app.settings, bell=bell)
    heard: list[str] = []
    async with running(app) as pilot:
        app._driver.write = heard.append  # type: ignore[union-attr, method-assign]
        run.end()
        run.let_go()
        await until(pilot, lambda: not app.screen.state.live)  # type: ignore[attr-defined]
        await until(pilot, lambda: run.folder.path in app.runners.rung)

    assert sum(text.startswith("\a") for text in heard) == rung


async def test_a_theme_chosen_is_kept(make_app: Callable[..., TuimlApp], started: list[object]) -> None:
    """In the user's own file: the next app begins with it."""
    app = make_app()
    async with running(app) as pilot:
        app.theme = "clear-dark"
        await until(pilot, lambda: settings.user_file().exists())

    assert settings.load().theme == "clear-dark"
