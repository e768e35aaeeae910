"""Facts as a log holds them: one line of JSON each, with a number, a time and a kind.

Non-finite numbers travel as the strings "nan", "inf" and "-inf", so that each line is valid JSON.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from tuiml.events import Event

VERSION = 1
_YEAR_3000 = 32503680000.0  # in seconds since 1970


@dataclass(frozen=True)
class Record:
    """One line of a log: when it was written, what it says. `event` is None for a kind this version does not know."""

    seq: int
    t: float
    kind: str
    event: Event | None
    fields: dict[str, Any]


def encode(event: Event, seq: int, t: float) -> str:
    """Return the event as one line of JSON without its line break; `t` is in seconds since 1970."""
    fields = {name: outward(value) for name, value in vars(event).items()}
    envelope = {"v": VERSION, "seq": seq, "t": round(t, 6), "kind": type(event).__name__}
    return json.dumps(envelope | fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode(line: str | bytes) -> Record | None:
    """Return the record on a line, or None when the line is torn or not a record at all."""
    try:
        fields = json.loads(line)
        seq, t, kind = fields.pop("seq"), fields.pop("t"), fields.pop("kind")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not (_fits(seq, int) and _fits(t, float) and _fits(kind, str) and 0 <= t < _YEAR_3000):
        return None
    fields.pop("v", None)
    fields = {name: _inward(value) for name, value in fields.items()}
    return Record(seq, t, kind, _event(kind, fields), fields)


def _event(kind: str, fields: dict[str, Any]) -> Event | None:
    event_class = Event.registry.get(kind)
    if event_class is None:
        return None
    known = _types(kind)
    given = {name: value for name, value in fields.items() if name in known}
    if not all(_fits(value, known[name]) for name, value in given.items()):
        return None
    try:
        return event_class(**given)
    except TypeError:  # of another version with other required fields: kept as a record, not interpreted
        return None


@cache
def _types(kind: str) -> dict[str, Any]:
    hints = get_type_hints(Event.registry[kind])
    return {field.name: hints[field.name] for field in dataclasses.fields(Event.registry[kind])}


@cache
def _parts(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(kind), get_args(kind)


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value read from a log is what a field holds: a damaged or foreign record is not interpreted."""
    if type(value) is kind:
        return True
    origin, inner = _parts(kind)
    if origin is list:
        return isinstance(value, list) and all(_fits(item, inner[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(item, inner[1]) for item in value.values())
    if inner:
        return any(_fits(value, option) for option in inner)
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def outward(value: Any) -> Any:
    """Return a value as JSON can hold it: numbers that are not finite as strings, tuples as lists."""
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, dict):
        return {key: outward(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [outward(item) for item in value]
    return value


def _inward(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _number(item) for key, item in value.items()}
    return value


def _number(value: Any) -> Any:
    return float(value) if value in ("nan", "inf", "-inf") else value
