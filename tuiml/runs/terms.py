"""One term of a filter of runs: what can be asked of a run (`key OP value`), and the test that answers it."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from tuiml.entry import Entry
from tuiml.errors import UsageError, did_you_mean
from tuiml.state import LIVE

if TYPE_CHECKING:
    from tuiml.knobs import Knob

Test = Callable[[Entry, float], bool]
"""Answers for a run and the present time, in seconds since 1970."""

STATUSES = (*LIVE, "finished", "stopped", "failed", "crashed", "live")
_TEXTS = ("status", "task", "name", "id", "note", "reason", "error", "origin")
_NUMBERS: dict[str, Callable[[Entry], float | None]] = {
    "epochs": lambda entry: entry.epochs,
    "best_epoch": lambda entry: entry.best_epoch,
    "parameters": lambda entry: entry.parameters or None,
    "seconds": lambda entry: entry.seconds,
}
METRICS = tuple(
    f"{prefix}{name}" for name in ("loss", "accuracy", "mae") for prefix in ("", "val_", "test_", "best_test_")
)
"""Metrics known without looking at the runs."""
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    ":": operator.eq,
}
_UNITS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def fields() -> dict[str, Knob]:
    """Return the recipe's fields by path. Most lists ask for none, and importing them takes as long as all of such a list."""
    from tuiml.knobs import KNOBS

    return KNOBS


def seconds(text: str) -> float:
    """Return the seconds of "90", "30s", "10min", "12h", "2d" or "3w". Raises UsageError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)?", text.strip().lower())
    if not found:
        raise UsageError(f"expected a time such as 90s, 10min, 12h, 2d or 3w; received {text!r}.")
    return float(found[1]) * _UNITS[found[2] or "s"]


def word(text: str) -> Test:
    """Return the test of a bare word: whether id, name, task or note contain it, or match it where it has a * or ?."""
    return lambda entry, now: any(fits(text, part) for part in (entry.id, entry.name, entry.task, entry.note))


def compared(key: str, operation: str, value: str, metrics: Iterable[str] = ()) -> Test:
    """Return the test of `key OPERATION value`; `metrics` are names besides `METRICS`. Raises UsageError saying what was expected."""
    named = {*METRICS, *metrics}
    if key in _TEXTS:
        return _text(key, operation, value)
    if key in ("age", "time"):
        return _span(key, operation, value)
    if key in _NUMBERS or key in named:
        read = _NUMBERS.get(key, lambda entry: entry.metrics.get(key))
        return _number(read, operation, _as_number(key, operation, value))
    path = _path(key)
    if path:
        return _recipe(path, operation, value)
    keys = [*_TEXTS, "age", "time", *_NUMBERS, *sorted(named)]
    raise UsageError(
        f"there is nothing called {key!r} to ask of a run.{did_you_mean(key, [*keys, *fields()])} Known: {', '.join(keys[:10])}, "
        "names of metrics, fields of the recipe (regularize.dropout); words with a : need quotes."
    )


def fits(pattern: str, text: str) -> bool:
    """Return whether `text` contains `pattern`, or is like it where that has a * or ?; letters' case does not matter."""
    pattern, text = pattern.casefold(), text.casefold()
    return fnmatchcase(text, pattern) if "*" in pattern or "?" in pattern else pattern in text


def _text(key: str, operation: str, value: str) -> Test:
    if operation not in (":", "="):
        raise UsageError(
            f"{key} is text: expected {key}:WORD, or {key}=WORD for the whole of it; received {operation}."
        )
    if key == "status":
        return _status(value)
    if operation == "=":
        return lambda entry, now: getattr(entry, key).casefold() == value.casefold()
    return lambda entry, now: fits(value, getattr(entry, key))


def _status(value: str) -> Test:
    wanted = set()
    for part in value.casefold().split(","):
        meant = {part} if part in STATUSES else {status for status in STATUSES if part and status.startswith(part)}
        if not meant:
            raise UsageError(
                f"{part!r} is no status.{did_you_mean(part, STATUSES)} Expected {', '.join(STATUSES)}, several with commas."
            )
        wanted |= meant
    return lambda entry, now: entry.status in wanted or ("live" in wanted and entry.live)


def _span(key: str, operation: str, value: str) -> Test:
    limit = seconds(value)
    if key == "time":
        return _number(lambda entry: entry.seconds, operation, limit)
    compare = _COMPARE[operation]
    return lambda entry, now: bool(entry.started) and compare(now - entry.started, limit)


def _number(read: Callable[[Entry], float | None], operation: str, limit: float) -> Test:
    compare = _COMPARE[operation]

    def test(entry: Entry, now: float) -> bool:
        found = read(entry)
        return found is not None and compare(found, limit)

    return test


def _as_number(key: str, operation: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise UsageError(f"expected a number after {key}{operation}, such as {key}{operation}0.5; received {value!r}.")
    return number


def _path(key: str) -> str:
    """Return the recipe field meant by a path, or by the last part of one where only one ends so; a group's is its name."""
    for path in (key, f"{key}.name"):
        if path in fields():
            return path
    ending = [path for path in fields() if path.endswith(f".{key}") and not path.startswith("early_stopping.")]
    return ending[0] if len(ending) == 1 else ""


def _recipe(path: str, operation: str, value: str) -> Test:
    knob = fields()[path]
    if operation not in (":", "="):
        limit, compare = _limit(knob, operation, value), _COMPARE[operation]
        return lambda entry, now: any(compare(item, limit) for item in _values(entry, path) if _is_number(item))
    if knob.kind == "choice" and not any(fits(value, choice) for choice in knob.choices):
        raise UsageError(
            f"{path} is never {value!r}.{did_you_mean(value, knob.choices)} Expected {', '.join(knob.choices)}."
        )
    try:
        number = float(value)
    except ValueError:
        number = math.nan

    def test(entry: Entry, now: float) -> bool:
        found = _values(entry, path)
        if any(item == number for item in found if _is_number(item)):
            return True
        text = ",".join(map(_written, found)) or "off"
        return text.casefold() == value.casefold() if operation == "=" else fits(value, text)

    return test


def _limit(knob: Knob, operation: str, value: str) -> float:
    if knob.kind in ("switch", "choice"):
        raise UsageError(f"{knob.path} is {knob.range}: expected {knob.path}:VALUE; received {operation}.")
    return _as_number(knob.path, operation, value)


def _values(entry: Entry, path: str) -> list[Any]:
    """Return the values of a recipe field: one, or several of a list such as the dropout of each layer; none where it is off."""
    found: Any = entry.recipe
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return [] if found is None else found if isinstance(found, list) else [found]


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, dict):
        return ",".join(f"{name}={_written(item)}" for name, item in value.items())
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
