"""Telling a user who looks elsewhere that a run has ended: the terminal's bell, and a notification where it is known to show one."""

from __future__ import annotations

from collections.abc import Mapping

from tuiml.text import clean

_PROGRAMS = ("iTerm.app", "WezTerm", "ghostty", "rio")
"""Values of TERM_PROGRAM of terminals that document OSC 9 as a notification; others print it, or take it for progress."""


def announcement(words: str, environ: Mapping[str, str]) -> str:
    """Return what to write to the terminal: the bell, and behind it OSC 9 with the words where that is known to work.

    iTerm2 makes itself known through ssh by LC_TERMINAL, kitty by KITTY_WINDOW_ID; inside tmux the notification is
    wrapped, so that tmux hands it on where `allow-passthrough` is on.
    """
    known = (
        environ.get("TERM_PROGRAM") in _PROGRAMS
        or environ.get("LC_TERMINAL") == "iTerm2"
        or "KITTY_WINDOW_ID" in environ
    )
    if not known:
        return "\a"
    notice = f"\x1b]9;{clean(words, 200)}\x1b\\"
    if "TMUX" in environ:
        notice = "\x1bPtmux;" + notice.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    return "\a" + notice
