"""Cards that explain: what a field or a word of the screens means, when to use it, and what one will see on the curve."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from tuiml.errors import UsageError, did_you_mean
from tuiml.knobs import KNOBS
from tuiml.text import clean


@dataclass(frozen=True)
class Card:
    """What there is to say about a field or a word; `range` is what is usual, `notes` what the sources say, each "" where nothing is."""

    title: str
    what: str
    when: str
    range: str
    curve: str
    notes: str = ""
    also: tuple[str, ...] = ()
    """Other ways to write the word."""


def card(path_or_word: str) -> Card:
    """Return the card of a field (`regularize.dropout`) or of a word of the screens ("gap", "val_loss below loss").

    Upper and lower case are the same. Raises UsageError, with the nearest card, where there is none.
    """
    wanted = path_or_word.strip().lower()
    found = cards().get(wanted) or cards().get(_others().get(wanted, ""))
    if found is None:
        known = [*cards(), *_others()]
        raise UsageError(f"There is no card about {clean(path_or_word, 60)!r}.{did_you_mean(wanted, known)}")
    return found


@cache
def cards() -> dict[str, Card]:
    """Return every card by the path of its field, or by its word in lower case."""
    files = (file for file in (resources.files(__package__) / "cards").iterdir() if file.name.endswith(".toml"))
    told: dict[str, dict[str, Any]] = {}
    for file in sorted(files, key=lambda file: file.name):
        told |= tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: _card(name, fields) for name, fields in told.items()}


def _card(name: str, fields: dict[str, Any]) -> Card:
    knob = KNOBS.get(name)
    made = Card(**({"title": knob.title} if knob else {}) | fields)
    return replace(made, also=tuple(made.also))


@cache
def _others() -> dict[str, str]:
    return {word.lower(): name for name, card in cards().items() for word in card.also}
