"""Windows dragged about: whatever sizes come by, the last one's picture is right."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.tui.conftest import WrittenRun
from tests.tui.terminal import Terminal
from tests.tui.test_terminal import APP

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
