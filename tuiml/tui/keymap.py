"""The user's own keys: which of them can be used, what is wrong with the others, and how a key is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from unicodedata import lookup

from textual.keys import REPLACED_KEYS, Keys

from tuiml.errors import did_you_mean
from tuiml.text import clean
from tuiml.tui import actions

_NAMED = frozenset(key.value for key in Keys) - {Keys.Any.value, Keys.Ignore.value}
_SHORT = frozenset(REPLACED_KEYS.values()) | {"space"}
_WRITTEN = {
    "plus": "+",
    "minus": "-",
    "full_stop": ".",
    "comma": ",",
    "slash": "/",
    "equals_sign": "=",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
}
"""How help and palette write keys whose names are longer than what stands on them."""


class Keymap(NamedTuple):
    """Keys by the name of their action, as Textual takes them, and what is to be said about those that are left out."""

    keys: dict[str, str]
    problems: tuple[str, ...]


def sound(wished: Mapping[str, str]) -> Keymap:
    """Return what can be used of the keys that were wished for, {action: "key,key"}: never two actions for one key of a screen."""
    keys: dict[str, str] = {}
    problems: list[str] = []
    for name, words in wished.items():
        if problem := _problem(name, words) or _clash(name, words, wished):
            problems.append(f"keys.{clean(name, 40)}: {problem}")
        else:
            keys[name] = ",".join(_names(words))
    return Keymap(keys, tuple(problems))


def written(name: str, keys: Mapping[str, str]) -> str:
    """Return the first key of an action as help and palette write it, the user's own where there is one."""
    first = (keys.get(name) or actions.ACTIONS[name].keys).partition(",")[0]
    return _WRITTEN.get(first, first)


def _problem(name: str, words: str) -> str:
    """Return why these keys cannot be the action's, or nothing."""
    if name not in actions.ACTIONS:
        return f"there is no such action.{did_you_mean(name, actions.ACTIONS)} Help (f1) shows what there is."
    strange = [word for word in _names(words) if word not in _NAMED and not _letter(word)]
    if strange or not _names(words):
        return f"{clean(strange[0], 30) if strange else 'nothing'!r} is no key; expected keys such as p, f6, ctrl+t or space, joined by commas."
    if actions.ACTIONS[name].screens == (actions.SETUP,) and any(_letter(word) for word in _names(words)):
        return "letters are typed on the form; expected keys such as f6 or ctrl+t."
    return ""


def _clash(name: str, words: str, wished: Mapping[str, str]) -> str:
    """Return which other action of a screen has one of the keys, or nothing; those that share a key by default may."""
    mine = actions.ACTIONS[name]
    for other, action in actions.ACTIONS.items():
        shared_by_default = set(_default(name)) & set(_default(other))
        if other == name or shared_by_default or not set(mine.screens) & set(action.screens):
            continue
        taken = _names(wished[other]) if other in wished else _default(other)
        if both := set(_names(words)) & set(taken):
            return f"{sorted(both)[0]} is the key of {other} there ({action.title}): give that another key too."
    return ""


def _default(name: str) -> list[str]:
    action = actions.ACTIONS[name]
    return list(_names(f"{action.keys},{action.letters}"))


def _names(words: str) -> list[str]:
    return list(_split(words))


def _split(words: str) -> Iterator[str]:
    for word in words.split(","):
        if word := word.strip():
            yield word if len(word) == 1 else word.lower()


def _letter(word: str) -> bool:
    """Whether a key types a character: the character itself, or its name in Unicode, as Textual writes it."""
    try:
        return (len(word) == 1 and word.isprintable()) or word in _SHORT or bool(lookup(word.replace("_", " ")))
    except KeyError:
        return False
