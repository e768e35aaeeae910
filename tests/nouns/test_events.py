"""Events survive the trip through a log, whatever they carry."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml import events
from tuiml.records import decode, encode

METRICS = st.dictionaries(
    st.sampled_from(["loss", "accuracy", "val_loss"]), st.floats(allow_nan=True, allow_infinity=True)
)


@given(metrics=METRICS, epoch=st.integers(1, 10**6), seq=st.integers(0, 2**53))
def test_a_record_comes_back_as_it_was_written(metrics: dict[str, float], epoch: int, seq: int) -> None:
    """Non-finite numbers included, and each line is JSON that any reader accepts."""
    line = encode(events.EpochEnded(epoch, metrics, 0.5, 1e-3), seq, 12.25)
    json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    record = decode(line)

    assert record is not None
    assert (record.seq, record.t, record.kind) == (seq, 12.25, "EpochEnded")
    assert isinstance(record.event, events.EpochEnded)
    back = record.event.metrics
    assert back.keys() == metrics.keys()
    assert all(back[name] == value or (math.isnan(back[name]) and math.isnan(value)) for name, value in metrics.items())


@given(text=st.text())
def test_any_text_stays_on_one_line(text: str) -> None:
    """A line break inside a message must not tear the log."""
    line = encode(events.Noticed("info", "x", text.encode(errors="replace").decode()), 1, 0.0)

    assert "\n" not in line
    assert "\r" not in line


@given(junk=st.one_of(st.binary(), st.text()))
def test_junk_is_no_record_and_no_error(junk: bytes | str) -> None:
    """A torn or foreign line reads as None, never as an exception."""
    record = decode(junk)

    assert record is None or record.kind


def test_a_kind_from_the_future_is_kept_but_not_interpreted() -> None:
    """Unknown kinds and fields of a newer version do not break an older reader."""
    unknown = decode('{"v":9,"seq":3,"t":1.0,"kind":"Teleported","where":"moon"}')
    extended = decode('{"v":9,"seq":4,"t":1.0,"kind":"Paused","epoch":2,"step":5,"mood":"calm"}')

    assert unknown is not None
    assert (unknown.event, unknown.fields) == (None, {"where": "moon"})
    assert extended is not None
    assert extended.event == events.Paused(2, 5)


@pytest.mark.parametrize(
    "line",
    [
        '{"seq":1,"t":1,"kind":"Paused","epoch":"two","step":1}',
        '{"seq":1,"t":1,"kind":"EpochEnded","epoch":1,"metrics":{"loss":"low"},"seconds":1,"learning_rate":0.1}',
        '{"seq":1,"t":1,"kind":"DataReady","train":1,"validation":1,"test":1,"shape":"8x8","classes":[]}',
        '{"seq":1,"t":1,"kind":"RunEnded","status":"finished"}',
    ],
)
def test_a_known_kind_with_foreign_fields_is_not_interpreted(line: str) -> None:
    """A damaged or foreign record cannot break a reader further up."""
    record = decode(line)

    assert record is not None
    assert record.event is None
