"""The order of a list of runs: by a column, a metric or a field of the recipe."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tuiml.entry import Entry
from tuiml.errors import UsageError, did_you_mean
from tuiml.runs.terms import fields

_STATUSES = ("running", "preparing", "stopping", "paused", "finished", "stopped", "failed", "crashed")
_WORDS: dict[str, Callable[[Entry], str]] = {
    "name": lambda entry: entry.name or entry.id,
    "task": lambda entry: entry.task,
    "note": lambda entry: entry.note,
}
_HIGHEST_FIRST: dict[str, Callable[[Entry], float | None]] = {
    "age": lambda entry: entry.started or None,
    "epochs": lambda entry: entry.epochs,
    "time": lambda entry: entry.seconds,
    "parameters": lambda entry: entry.parameters or None,
}
_LOWEST_FIRST: dict[str, Callable[[Entry], float | None]] = {
    "status": lambda entry: _STATUSES.index(entry.status) if entry.status in _STATUSES else len(_STATUSES),
    "best": lambda entry: entry.best_epoch,
}
_METRICS: dict[str, Callable[[Entry], float | None]] = {
    "val": lambda entry: entry.best,
    "test": lambda entry: entry.test,
}
KEYS = ("age", "status", "name", "task", "epochs", "best", "val", "test", "time", "note", "parameters")
"""What a list is sorted by, besides names of metrics and paths of recipe fields."""


def ordered(
    entries: Iterable[Entry], key: str, backwards: bool = False, rises: Callable[[str], bool] = lambda name: False
) -> list[Entry]:
    """Return the entries by `key`: newest, longest and best first, words from a to z; `backwards` the other way round.

    `rises` says of a metric whether more is better. Runs that have no value come last, either way. Raises UsageError.
    """
    known = list(entries)
    value = _value(key, known, rises)
    told = [(entry, value(entry)) for entry in known]
    with_value = sorted((pair for pair in told if pair[1] is not None), key=lambda pair: pair[1], reverse=backwards)
    return [entry for entry, _ in with_value] + [entry for entry, found in told if found is None]


def _value(key: str, entries: list[Entry], rises: Callable[[str], bool]) -> Callable[[Entry], Any]:
    """Return what to sort by, the first in the list being the lowest."""
    if key in _WORDS:
        return lambda entry: _WORDS[key](entry).casefold() or None
    if key in _HIGHEST_FIRST:
        return lambda entry: _negative(_HIGHEST_FIRST[key](entry))
    if key in _LOWEST_FIRST:
        return _LOWEST_FIRST[key]
    if key in _METRICS:  # runs of other tasks have other metrics: those of one direction stand together
        return lambda entry: _directed(_METRICS[key](entry), rises(entry.metric))
    if any(key in entry.metrics for entry in entries):
        return lambda entry: _directed(entry.metrics.get(key), rises(key))
    if key in fields():
        return lambda entry: _plain(entry.recipe, key)
    raise UsageError(
        f"runs cannot be sorted by {key!r}.{did_you_mean(key, [*KEYS, *fields()])} Expected {', '.join(KEYS)}, a metric that one "
        "of the runs has (val_loss), or a field of the recipe (regularize.dropout); with - before it the other way round."
    )


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _directed(value: float | None, rising: bool) -> tuple[bool, float] | None:
    if value is None or value != value:  # nan has no place in an order
        return None
    return not rising, -value if rising else value


def _plain(recipe: Any, path: str) -> tuple[bool, Any] | None:
    for name in path.split("."):
        recipe = recipe.get(name) if isinstance(recipe, dict) else None
    if recipe is None:
        return None
    number = isinstance(recipe, (int, float))
    return not number, recipe if number else str(recipe)
