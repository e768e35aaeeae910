"""Windows dragged about: whatever sizes come by, the last one's picture is right."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen

from tests.tui.conftest import WrittenRun, running, screen_text, settle
from tests.tui.terminal import Terminal
from tests.tui.test_terminal import APP
from tuiml.tui import settling
from tuiml.tui.app import TuimlApp
from tuiml.tui.widgets.keys import Keys

SIZES = [(120, 40), (60, 15), (20, 5), (160, 45), (100, 12), (33, 50), (81, 25)]
SCREENS = {"form": ("", "^r Train"), "runs": ("\x0c", "1 run"), "live": ("\r", "best epoch")}
"""The key by which a screen is reached from the one before, and words of it."""


def test_storms_leave_a_right_picture(
    clean_env: dict[str, str], tmp_path: Path, written: Callable[..., WrittenRun]
) -> None:
    """Fifty sizes within a second on each screen: afterwards it looks as before, down to the last character."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    terminal = Terminal(80, 24, clean_env, tmp_path, [sys.executable, "-c", APP])
    terminal.wait(lambda text: "digits" in text)
    right: dict[str, str] = {}
    found: dict[str, str] = {}
    for name, (key, words) in SCREENS.items():
        terminal.press(key)
        terminal.wait(lambda text, words=words: words in text)
        terminal.resize(20, 5)  # a list may have scrolled to its cursor: where it stands now, it stands afterwards
        terminal.rest()
        terminal.resize(80, 24)
        terminal.wait(lambda text, words=words: words in text)
        right[name] = terminal.rest()
        for number in range(50):
            terminal.resize(*SIZES[number % len(SIZES)])
            terminal.listen(0.015)
        terminal.resize(80, 24)
        terminal.wait(lambda text, right=right[name]: text == right, 60)
        found[name] = terminal.rest()
    terminal.press("\x11")

    assert found == right
    assert terminal.end() == 0


TOLD = APP.replace(
    "from tuiml.tui.app import run_app",
    """
from textual.events import Resize
from textual.geometry import Size
from tuiml.tui import app
from tuiml.tui.app import run_app

class Told(app.TuimlApp):
    def key_f12(self):
        self._size = Size(33, 50)
        self.post_message(Resize(Size(80, 24), Size(80, 24)))
        self.post_message(Resize(Size(60, 15), Size(60, 15)))
        self.call_later(lambda: self.notify(f"told, and still {self.size.width}x{self.size.height}"))

app.TuimlApp = Told
""",
)
"""An app that a key tells of two sizes, the one that the terminal does not have last: Textual takes two in a row for one."""


def test_the_app_believes_the_terminal(clean_env: dict[str, str], tmp_path: Path) -> None:
    """Signals that overtake each other tell a size of the past last."""
    terminal = Terminal(80, 24, clean_env, tmp_path, [sys.executable, "-c", TOLD])
    terminal.wait(lambda text: "^r Train" in text)
    terminal.press("\x1b[24~")
    words = terminal.wait(lambda text: "told, and still" in text)
    terminal.press("\x11")

    assert "still 80x24" in words
    assert terminal.end() == 0


OPENED: dict[str, Callable[[TuimlApp], object]] = {
    "form": lambda app: None,
    "palette": lambda app: app.action_command_palette(),
    "themes": lambda app: app.action_change_theme(),
    "fields": lambda app: app.setup.action_find_field(),
    "help": lambda app: app.action_help(),
}
"""Screens by what opens them."""


@pytest.mark.parametrize("name", OPENED)
async def test_a_screen_takes_no_size_but_the_apps(make_app: Callable[..., TuimlApp], name: str) -> None:
    """Textual sends a screen each size that it has had just now: two on their way would go round for ever."""
    async with running(make_app()) as pilot:
        OPENED[name](pilot.app)  # type: ignore[arg-type]
        await settle(pilot)
        for screen in pilot.app.screen_stack:
            screen.post_message(Resize(Size(60, 15), Size(60, 15)))
        await settle(pilot)

        assert {screen.outer_size for screen in pilot.app.screen_stack} == {Size(80, 24)}


def test_every_screen_of_the_app_settles() -> None:
    """Each class of screen, dialogs too."""

    def descendants(kind: type[Any]) -> Iterator[type[Any]]:
        for heir in kind.__subclasses__():
            yield heir
            yield from descendants(heir)

    own = [kind for kind in descendants(Screen) if kind.__module__.startswith("tuiml.")]

    assert len(own) > 20
    assert [kind.__name__ for kind in own if not issubclass(kind, settling.Settling)] == []


async def test_a_key_that_comes_back_while_the_footer_is_made_is_shown(
    make_app: Callable[..., TuimlApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the footer was made with counts, not what it had last been told of."""
    app: TuimlApp = make_app()
    async with running(app, size=(120, 40)) as pilot:
        with monkeypatch.context() as patched:
            patched.setattr(app.setup, "check_action", lambda action, parameters: "presets" not in action)
            app.screen.query_one(Keys).refresh(recompose=True)
            await settle(pilot)
            assert "f2 Presets" not in screen_text(app).splitlines()[-1]
        app.screen.refresh_bindings()
        await settle(pilot)

        assert "f2 Presets" in screen_text(app).splitlines()[-1]
