"""The end of a run is heard, and read where the terminal can show it."""

from __future__ import annotations

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
