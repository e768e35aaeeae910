"""The grammar of filters: what it means, whatever is written in it, and what it says when it means nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml.entry import Entry
from tuiml.runs.filter import FilterError, parse

RECIPE = {
    "task": "mnist",
    "early_stopping": {"patience": 5, "monitor": "val_loss"},
    "model": {"preset": "cnn"},
    "optimizer": {"name": "adam", "learning_rate": 0.01, "nesterov": False},
    "regularize": {"dropout": [0.0, 0.5], "l2": 1e-4},
    "augment": {"ops": "flip,rotate:15"},
}
NOW = 1_000_000_000.0
ENTRY = Entry(
    "20260101-120000-mnist",
    name="Big net",
    note="too slow [red]",
    task="mnist",
    status="finished",
    epochs=12,
    best_epoch=8,
    metrics={"loss": 0.1, "val_loss": 0.3, "val_accuracy": 0.91, "test_top": 0.9},
    parameters=8970,
    seconds=75.0,
    started=NOW - 3 * 86400,
    recipe=RECIPE,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "big",
        "BIG slow",
        "'too slow'",
        "name:big*",
        'name="big NET"',
        "id:20260101",
        "task:mnist status:finished",
        "status:failed,fin",
        "-status:live",
        "val_loss<0.31 val_loss>=0.3 val_accuracy>.9",
        "val_loss=0.3",
        "epochs:12 best_epoch<9 parameters>1e3",
        "seconds<80 time>1min time<2m",
        "age<4d age>2d age>60h",
        "regularize.dropout>0",
        "dropout>=0.5 dropout=0",
        "l2:0.0001",
        "augment.ops:*flip*",
        "augment.ops:rotate:15",
        "optimizer:adam preset:cnn learning_rate<0.1",
        "early_stopping.patience<=5 early_stopping:patience=5*",
        "nesterov:off",
        "nothing | mnist",
        "test_top>0.8",
        "-val_mae<1",
        "regularize.l1:off",
        "note:[red]",
    ],
)
def test_a_filter_that_fits(text: str) -> None:
    """Words, keys with their comparisons, recipe fields, ages, alternatives and negations, each true of the run."""
    assert parse(text, ENTRY.metrics).matches(ENTRY, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "small",
        "-big",
        "big small",
        "status:live",
        "val_loss<0.3",
        "val_mae<1",
        "age<3h",
        "dropout>0.5",
        "optimizer.name:sgd",
        "early_stopping:off",
        "small | tiny",
        "name=big",
        "task:fashion*",
    ],
)
def test_a_filter_that_does_not_fit(text: str) -> None:
    """Whatever is asked of it, the run is not among the found; a value that it has not is never near enough."""
    assert parse(text).matches(ENTRY, NOW) is False


@pytest.mark.parametrize(
    ("text", "first", "words"),
    [
        ("big val_los<3", 4, "'val_loss'"),
        ("status:finishd", 0, "'finished'"),
        ("status:", 0, "running"),
        ("dropout>x", 0, "a number"),
        ("regularize.dropuot>0", 0, "'regularize.dropout'"),
        ("age<2x", 0, "2d"),
        ("task>3", 0, "text"),
        ("val_loss < 3", 9, "without spaces"),
        ("a |", 2, "after |"),
        ("| a", 0, "before |"),
        ("a || b", 3, "before |"),
        ("say 'so", 4, "partner"),
        ("a -", 2, "a word"),
        ("folder:/data", 0, "quotes"),
        ("optimizer:adm", 0, "'adam'"),
        ("nesterov>0", 0, "on or off"),
        ("loss<nan", 0, "a number"),
    ],
)
def test_a_wrong_filter_says_where_and_what_would_be_right(text: str, first: int, words: str) -> None:
    """The place of the first wrong term, what was expected, the nearest right word."""
    with pytest.raises(FilterError) as error:
        parse(text)

    assert error.value.place[0] == first
    assert error.value.place[1] <= max(len(text), 1)
    assert words in str(error.value)
    assert f"character {first + 1}" in str(error.value)


TERMS = st.sampled_from(
    ["big", "small", "val_loss<0.5", "val_loss>0.5", "status:failed", "'too slow'", "dropout>0", "age<1d"]
)


@given(st.lists(st.lists(st.tuples(st.booleans(), TERMS), min_size=1, max_size=4), min_size=1, max_size=3))
def test_alternatives_terms_and_negations_are_any_all_and_not(groups: list[list[tuple[bool, str]]]) -> None:
    """A filter of any shape is true exactly when its parts say so."""
    text = " | ".join(" ".join(f"{'-' if negated else ''}{term}" for negated, term in group) for group in groups)
    expected = any(all(parse(term).matches(ENTRY, NOW) != negated for negated, term in group) for group in groups)

    assert parse(text).matches(ENTRY, NOW) is expected


@given(st.text(max_size=40) | st.text(alphabet="ab:<>=|-'\"* \tstaus.5,", max_size=20))
def test_any_text_is_a_filter_or_told_to_be_none(text: str) -> None:
    """Nothing that can be typed raises anything but the error that teaches; the place lies in the text."""
    place = (0, 0)
    try:
        parse(text).matches(ENTRY, NOW)
    except FilterError as error:
        place = error.place

    assert 0 <= place[0] <= place[1] <= len(text)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_comparisons_are_those_of_numbers(value: float, limit: float) -> None:
    """<, <=, >, >= and = of a metric, whatever the numbers."""
    entry = Entry("x", metrics={"val_loss": value})
    found: dict[str, Any] = {
        sign: parse(f"val_loss{sign}{limit!r}").matches(entry) for sign in ("<", "<=", ">", ">=", "=")
    }

    assert found == {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
    }


@given(st.lists(st.sampled_from(["red", "*", "|", "-x", "a:b", "<3", "two words"]), min_size=1, max_size=3))
def test_quotes_hold_whatever_a_note_holds(words: list[str]) -> None:
    """A note's own text in quotes finds it, whatever signs of the grammar are in it."""
    note = " ".join(words)

    assert parse(f'"{note}"').matches(Entry("x", note=note))
    assert parse(f"note:'{note}'").matches(Entry("x", note=note))
