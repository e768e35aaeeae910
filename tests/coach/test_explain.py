"""Cards: there is one for everything that a screen asks about, and each is short and plain."""

from __future__ import annotations

import re
from collections import Counter
from textwrap import wrap
from typing import get_args

import pytest

from tuiml.coach import explain
from tuiml.coach.verdict import Kind
from tuiml.errors import UsageError
from tuiml.knobs import KNOBS

WORDS = (
    *("gap", "penalty", "honest", "baseline", "val_loss below loss", "best epoch", "patience left", "weight norm"),
    *("near-zero weights", "silent units", "smoothing", "log scale", "ghost", "parameters", "memory", "time", "preset"),
)
"""What screens ask about beside fields."""


@pytest.mark.parametrize("path", KNOBS)
def test_every_field_has_a_card(path: str) -> None:
    """A field without an explanation is a failure: what it is, when, what is usual, what one will see."""
    found = explain.card(path)

    assert found.title == KNOBS[path].title
    assert all((found.what, found.when, found.range, found.curve))


@pytest.mark.parametrize("word", [*WORDS, *get_args(Kind)])
def test_every_word_of_the_screens_has_a_card(word: str) -> None:
    """In any case and by its other names."""
    found = explain.card(word)

    assert found.curve
    assert explain.card(word.upper()) == found
    assert all(explain.card(other) == found for other in found.also)


@pytest.mark.parametrize("name", explain.cards())
def test_a_card_is_short_and_without_markup(name: str) -> None:
    """At most two screens of 60 x 15, so that scrolling once shows all of it; nothing a terminal would interpret."""
    card = explain.card(name)
    parts = [part for part in (card.what, card.when, card.range, card.curve, card.notes) if part]
    lines = sum(1 + len(wrap(part, 50)) for part in parts)

    assert lines <= 2 * 12 + 4, f"{lines} lines"
    assert not re.search(r"\[|\x1b|`{2}", " ".join(parts))
    assert all(part[-1] in ".:" for part in (card.what, card.when, card.curve, card.notes) if part)


def test_no_card_is_about_a_field_that_is_gone() -> None:
    """A dotted name is a field's; no two cards claim the same word."""
    words = Counter(word.lower() for name, card in explain.cards().items() for word in (name, *card.also))

    assert {name for name in explain.cards() if "." in name} <= KNOBS.keys()
    assert [word for word, count in words.items() if count > 1] == []


def test_a_word_without_a_card_is_answered_with_the_nearest() -> None:
    """A misspelt word teaches the right one."""
    with pytest.raises(UsageError, match=r"'gpa'. Did you mean 'gap'"):
        explain.card("gpa")
