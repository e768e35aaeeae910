"""Events as a log would give them."""

from __future__ import annotations

from tuiml.events import Event
from tuiml.records import Record, decode, encode


def records(*happened: Event | tuple[float, Event]) -> list[Record]:
    """Events as records, a second apart unless a time is given."""
    found = []
    for seq, item in enumerate(happened, 1):
        t, event = item if isinstance(item, tuple) else (float(seq), item)
        record = decode(encode(event, seq, t))
        assert record is not None
        found.append(record)
    return found
