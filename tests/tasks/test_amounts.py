"""How much is kept apart follows the chapter's rules, at the amounts it names and between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuiml.fields import DataFields
from tuiml.tasks.amounts import auto, held_out

amounts = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("rows", "shares"),
    [
        (100, (0.6, 0.2, 0.2)),
        (10_000, (0.6, 0.2, 0.2)),
        (1_000_000, (0.98, 0.01, 0.01)),
        (10_000_000, (0.995, 0.0025, 0.0025)),
        (10**9, (0.995, 0.0025, 0.0025)),
    ],
)
def test_the_chapters_amounts(rows: int, shares: tuple[float, float, float]) -> None:
    """60/20/20 for little data, 98/1/1 at a million, 99.5/0.25/0.25 beyond."""
    assert auto(rows, official_test=False) == pytest.approx(shares)


def test_without_validation_seventy_percent_train() -> None:
    """The chapter's 70/30."""
    assert auto(5000, official_test=False, validation=False) == pytest.approx((0.7, 0, 0.3))


def test_between_the_amounts_the_logarithm_counts() -> None:
    """A hundred thousand rows are half-way between ten thousand and a million, and so are their shares."""
    assert auto(100_000, official_test=False) == pytest.approx((0.79, 0.105, 0.105))


@given(amounts, amounts, st.booleans(), st.booleans())
def test_more_data_never_means_a_larger_share_kept_apart(
    one: int, other: int, official: bool, validation: bool
) -> None:
    """Shares sum to 1, most is trained on, and the share of training grows with the amount."""
    few, many = (auto(rows, official, validation) for rows in sorted((one, other)))
    for shares in (few, many):
        assert sum(shares) == pytest.approx(1)
        assert min(shares) >= 0
        assert shares[0] >= 0.6 - 1e-9
    assert few[0] <= many[0] + 1e-9
    assert few[1] >= many[1] - 1e-9
    assert few[2] >= many[2] - 1e-9


@given(amounts)
def test_beside_an_official_test_set_training_and_validation_keep_their_proportion(rows: int) -> None:
    """No test row is taken, and validation is to training what it is without one."""
    train, validation, _ = auto(rows, official_test=False)
    alone = auto(rows, official_test=True)
    assert alone[2] == 0
    assert alone[1] == pytest.approx(validation / (train + validation))


@given(st.integers(3, 10**6), st.booleans())
def test_rows_asked_for_are_counted_from_what_is_written(rows: int, official: bool) -> None:
    """A number is a number, a share at least one row, 0 none, auto what the rules say."""

    def asked(**fields: object) -> tuple[int, int]:
        return held_out(rows, official, DataFields(**fields).model_dump())

    assert asked(validation=7, test=9) == (7, 0 if official else 9)
    assert asked(validation=0, test=0) == (0, 0)
    assert asked(validation=1e-9, test=0.5) == (1, 0 if official else round(rows / 2))
    assert asked(test=0)[0] == max(1, round(auto(rows, official)[1] * rows))
