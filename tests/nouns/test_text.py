"""No foreign text reaches a terminal with its power to steer it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tuiml.text import clean, clean_lines


@given(text=st.text(alphabet=st.characters(), max_size=300))
def test_nothing_that_moves_a_cursor_survives(text: str) -> None:
    """Control, format and surrogate characters are gone from any text."""
    assert not [letter for letter in clean(text) if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_an_escape_sequence_becomes_visible() -> None:
    """A file name that would write the clipboard is shown instead."""
    assert clean("osc\x1b]52;c;aGk=\x07.png") == "osc\\x1b]52;c;aGk=\\x07.png"


def test_ordinary_text_is_left_alone() -> None:
    """Letters of all scripts stay as they are."""
    assert clean("naïve 数据 файл.png") == "naïve 数据 файл.png"


def test_long_text_is_cut_and_lines_are_kept_apart() -> None:
    """A name of ten thousand letters does not fill the screen."""
    assert len(clean("x" * 10_000)) == 2000
    assert clean_lines("a\nb\x1b[2J") == "a\nb\\x1b[2J"
