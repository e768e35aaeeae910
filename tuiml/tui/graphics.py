"""How the terminal shows pictures: its own graphics (Kitty, Sixel), asked for once before the app begins, or half-blocks."""

from __future__ import annotations

import importlib.util
import io
import logging
import os
import re
import select
import sys
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

KITTY, SIXEL, HALF_BLOCKS, AUTO = "kitty", "sixel", "half-blocks", "auto"
_LIBRARY = "textual_image"
_PATIENCE = 0.25
"""Seconds that an answer may take; a terminal without one gets half-blocks."""
# Each answers or is passed over in silence: graphics, the size of a cell in pixels, and at last what every terminal answers.
_KITTY_ASKED = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_CELL_ASKED, _ATTRIBUTES_ASKED = "\x1b[16t", "\x1b[c"
_ATTRIBUTES, _CELL = re.compile(rb"\x1b\[\?([\d;]*)c"), re.compile(rb"\x1b\[6;(\d+);(\d+)t")


class Terminal(NamedTuple):
    """What a terminal can show; `cell` is the width and height of a cell in pixels."""

    graphics: str = HALF_BLOCKS
    cell: tuple[int, int] = (10, 20)


_found = Terminal()


def prepare(setting: str, environ: Mapping[str, str] | None = None) -> None:
    """Find out how pictures are shown; call it before the app takes the terminal, which then hears no answers.

    `setting` is auto, or what is to be taken without asking. Pictures other than half-blocks need the package
    textual-image. Nothing is asked where nobody would answer: without a terminal, in a browser, without the package.
    """
    global _found
    environ = os.environ if environ is None else environ
    _found = Terminal()
    if setting == HALF_BLOCKS or not _may_ask(environ) or importlib.util.find_spec(_LIBRARY) is None:
        return
    found = _ask(environ, setting)
    if found.graphics != HALF_BLOCKS:
        _import_quietly(found.cell)
        _found = found


def chosen() -> Terminal:
    """Return how pictures are shown; half-blocks until `prepare` has found something better."""
    return _found


def _may_ask(environ: Mapping[str, str]) -> bool:
    real = all(stream is not None and stream.isatty() for stream in (sys.__stdin__, sys.__stdout__))
    return real and "TEXTUAL_DRIVER" not in environ and environ.get("TERM", "dumb") != "dumb"


def _ask(environ: Mapping[str, str], setting: str) -> Terminal:
    """Ask, and return what the terminal says it can; Sixel first, as some that know Kitty's graphics do not know its placeholders."""
    # Only terminals of that family are asked in Kitty's own words: some others would print them.
    names = f"{environ.get('TERM', '')} {environ.get('TERM_PROGRAM', '')}".lower()
    kitty = setting == KITTY or "KITTY_WINDOW_ID" in environ or any(name in names for name in ("kitty", "ghostty"))
    answer = _answer((_KITTY_ASKED if kitty else "") + _CELL_ASKED + _ATTRIBUTES_ASKED)
    attributes, cell = _ATTRIBUTES.search(answer), _CELL.search(answer)
    size = (int(cell[2]), int(cell[1])) if cell and int(cell[1]) and int(cell[2]) else Terminal().cell
    if setting in (KITTY, SIXEL):
        return Terminal(setting, size)
    if attributes and b"4" in attributes[1].split(b";"):
        return Terminal(SIXEL, size)
    return Terminal(KITTY if b"\x1b_Gi=31;OK" in answer else HALF_BLOCKS, size)


def _answer(question: str) -> bytes:
    """Return what the terminal says until it has told its attributes, or until patience ends; nothing of it is echoed."""
    import termios
    import tty

    if sys.__stdin__ is None or sys.__stdout__ is None:
        return b""
    handle, answer = sys.__stdin__.fileno(), b""
    before = termios.tcgetattr(handle)
    end = time.monotonic() + _PATIENCE
    try:
        tty.setraw(handle, termios.TCSANOW)
        sys.__stdout__.write(question)
        sys.__stdout__.flush()
        while not _ATTRIBUTES.search(answer) and (left := end - time.monotonic()) > 0:
            if select.select([handle], [], [], left)[0]:
                answer += os.read(handle, 4096)
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)
    return answer


def _import_quietly(cell: tuple[int, int]) -> None:
    """Import the library without its own questions to the terminal, tell it the size of a cell, and keep its log to itself."""
    log = logging.getLogger(_LIBRARY)
    log.addHandler(logging.NullHandler())
    log.propagate = False
    real, sys.__stdout__ = sys.__stdout__, io.StringIO()  # type: ignore[misc, assignment]
    try:
        import textual_image.widget  # noqa: F401
        from textual_image._terminal import CellSize, get_cell_size
    finally:
        sys.__stdout__ = real  # type: ignore[misc]
    remembered: Any = get_cell_size
    remembered._result = CellSize(*cell)
