"""Pictures through the terminal's own graphics, in a terminal that has them and in one that does not answer."""

from __future__ import annotations

import os
import pty
import re
import select
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tuiml.tui import graphics
from tuiml.tui.widgets.gallery import Gallery

pytest.importorskip("textual_image", reason="the extra `images` is not installed")

APP = """
import sys, time
from pathlib import Path
from tuiml.runs import launch
from tuiml.settings import Settings
from tuiml.tasks import recipes
from tuiml.tui import graphics
from tuiml.tui.app import run_app

class Nobody:
    def alive(self): return True
    def give(self, folder): return None
    def dismiss(self): pass

launch.Standby = Nobody
recipe = recipes.build_recipe("digits", sets=["augment.ops=rotate:15"])
sys.exit(run_app(Settings(Path("runs"), "textual-dark", graphics=sys.argv[1]), recipe))
"""
ASK = """
import sys, time
from tuiml.tui import graphics
began = time.perf_counter()
graphics.prepare(sys.argv[1])
print("found", graphics.chosen().graphics, graphics.chosen().cell, f"in {time.perf_counter() - began:.3f} s")
"""
KITTY = {b"\x1b_Gi=31": b"\x1b_Gi=31;OK\x1b\\", b"\x1b[16t": b"\x1b[6;18;9t", b"\x1b[c": b"\x1b[?62;c"}
SIXEL = {b"\x1b[16t": b"\x1b[6;18;9t", b"\x1b[c": b"\x1b[?62;4;22c"}
PLAIN = {b"\x1b[c": b"\x1b[?1;2c"}


class Terminal:
    """A pseudo-terminal of a certain kind, with a program in it, which is told what `answers` says."""

    def __init__(self, program: str, setting: str, answers: dict[bytes, bytes], term: str = "xterm-256color") -> None:
        self.output, self.answers = b"", dict(answers)
        self.process, self.handle = pty.fork()
        if self.process == 0:
            for name in ("TEXTUAL_DRIVER", "KITTY_WINDOW_ID", "TERM_PROGRAM", "NO_COLOR"):
                os.environ.pop(name, None)
            os.environ.update(TERM=term, COLORTERM="truecolor", COLUMNS="80", LINES="24")
            os.execv(sys.executable, [sys.executable, "-c", program, setting])

    def read(self, wanted: bytes, seconds: float = 30.0) -> None:
        """Read, and answer each question once, until the program has written `wanted` or has ended."""
        end = time.monotonic() + seconds
        while wanted not in self.output and time.monotonic() < end:
            if select.select([self.handle], [], [], 0.05)[0]:
                try:
                    self.output += os.read(self.handle, 65536)
                except OSError:
                    break
            for question in [question for question in self.answers if question in self.output]:
                os.write(self.handle, self.answers.pop(question))
        assert wanted in self.output, self.output[-2000:]

    def end(self) -> None:
        """Quit, and wait for it."""
        os.write(self.handle, b"\x11")
        while True:
            try:
                if not os.read(self.handle, 65536):
                    break
            except OSError:
                break
        os.waitpid(self.process, 0)


class Holder(App[None]):
    """Nothing but a gallery."""

    def compose(self) -> ComposeResult:
        yield Gallery()


@pytest.mark.parametrize(
    ("setting", "answers", "term", "kind"),
    [
        ("auto", KITTY, "xterm-kitty", "kitty (9, 18)"),
        ("auto", SIXEL, "xterm-256color", "sixel (9, 18)"),
        ("auto", PLAIN, "xterm-256color", "half-blocks (10, 20)"),
        ("half-blocks", SIXEL, "xterm-256color", "half-blocks (10, 20)"),
        ("sixel", PLAIN, "xterm-256color", "sixel (10, 20)"),
    ],
)
def test_a_terminal_is_asked_what_it_can(setting: str, answers: dict[bytes, bytes], term: str, kind: str) -> None:
    """Kitty's placeholders, else Sixel, else half-blocks; a setting decides without an answer; none is left in the input."""
    terminal = Terminal(ASK, setting, answers, term)
    terminal.read(b" s\r\n")
    os.waitpid(terminal.process, 0)

    assert f"found {kind} in" in terminal.output.decode()
    assert setting != "half-blocks" or b"\x1b" not in terminal.output
    assert term == "xterm-kitty" or b"\x1b_G" not in terminal.output


@pytest.mark.alone
def test_a_terminal_that_does_not_answer_is_not_waited_for() -> None:
    """Half-blocks after a quarter of a second; no byte is sent that such a terminal would print."""
    terminal = Terminal(ASK, "auto", {})
    terminal.read(b" s\r\n")
    os.waitpid(terminal.process, 0)
    words = terminal.output.decode()

    assert "found half-blocks" in words
    assert 0.2 < float(words.split(" in ")[1].split(" s")[0]) < 0.4
    assert words.split("found")[0] == "\x1b[16t\x1b[c"


def test_nothing_is_asked_without_a_terminal_or_in_a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nobody to answer."""
    monkeypatch.setattr(graphics, "_answer", lambda question: pytest.fail("asked"))
    graphics.prepare("auto", {"TERM": "xterm-kitty"})
    graphics.prepare("auto", {"TERM": "xterm-kitty", "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"})

    assert graphics.chosen().graphics == graphics.HALF_BLOCKS


@pytest.mark.parametrize(
    ("answers", "term", "escape"),
    [
        (KITTY, "xterm-kitty", re.compile(rb"\x1b_Ga=p,i=\d+,c=\d+,r=\d+,U=1")),
        (SIXEL, "xterm-256color", re.compile(rb"\x1bP[\d;]*q")),
    ],
    ids=["kitty", "sixel"],
)
def test_the_darkroom_sends_the_terminals_own_graphics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: dict[bytes, bytes], term: str, escape: re.Pattern[bytes]
) -> None:
    """An image for each row of pictures, and others when a parameter is turned; no picture in half-blocks."""
    monkeypatch.chdir(tmp_path)
    terminal = Terminal(APP, "auto", answers, term)
    terminal.read(b"Train")
    os.write(terminal.handle, b"\x0f")
    terminal.read(b"row 3:")
    terminal.read(b"\x1b_Ga=p" if term == "xterm-kitty" else b"\x1bP")
    first = escape.findall(terminal.output)
    terminal.output = b""
    os.write(terminal.handle, b"\x1b[C")
    terminal.read(b"16")
    terminal.read(b"\x1b_G" if term == "xterm-kitty" else b"\x1bP")
    turned = terminal.output
    terminal.end()

    assert len(first) >= 1
    assert escape.search(turned) or b"\x1b_G" in turned
    assert "▀".encode() not in turned


async def test_the_rows_of_a_gallery_become_fewer_and_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a line of words comes or goes above them: each row keeps its own captions, and no row is left over."""
    monkeypatch.setattr(graphics, "chosen", lambda: graphics.Terminal(graphics.SIXEL, (9, 18)))
    graphics._import_quietly((9, 18))
    found = []
    async with Holder().run_test(size=(60, 30)) as pilot:
        gallery = pilot.app.query_one(Gallery)
        for count in (24, 3, 12):
            picture = np.zeros((8, 8, 1), np.uint8)
            gallery.pairs = tuple((picture, picture, f"row {number}") for number in range(count))
            await pilot.pause()
            words = [str(caption.content) for caption in gallery.query(Static)]
            found.append((len(gallery.query(".gallery-row")), len(words), "row 0" in words[0]))

    assert all(images == captions > 0 for images, captions, _ in found)
    assert len({images for images, _, _ in found}) > 1
    assert all(first for *_, first in found)
