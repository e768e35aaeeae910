"""Numbers read the same wherever they are shown."""

from __future__ import annotations

import math

import pytest
from rich.cells import cell_len

from tuiml.draw.numbers import SYMBOLS, duration, figure, rises, status


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.004, "4 ms"),
        (0.0001, "1 ms"),
        (0.4, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (72, "1 min 12 s"),
        (3599.9, "1 h 00 min"),
        (7500, "2 h 05 min"),
        (200_000, "2 d 8 h"),
        (-1, "0.0 s"),
        (None, ""),
        (math.nan, ""),
        (math.inf, ""),
    ],
)
def test_durations_have_the_unit_they_deserve(seconds: float | None, words: str) -> None:
    """No rounding shows 60 seconds or 60 minutes."""
    assert duration(seconds) == words


def test_whole_durations_have_no_fraction() -> None:
    """An estimate does not pretend to tenths of a second."""
    assert duration(4.2, whole=True) == "4 s"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0"),
        (0.8714, "0.8714"),
        (12.345, "12.35"),
        (1234.4, "1234"),
        (1e-5, "1.0e-05"),
        (1e9, "1.0e+09"),
        (-0.5, "-0.5000"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (None, ""),
    ],
)
def test_figures_are_short(value: float | None, words: str) -> None:
    """Four decimals near one, fewer for large numbers, powers of ten where needed."""
    assert figure(value) == words


def test_losses_and_errors_fall_and_scores_rise() -> None:
    """Validation metrics follow the metric they belong to."""
    assert [rises(name) for name in ("loss", "val_loss", "mae", "mse")] == [False] * 4
    assert [rises(name) for name in ("accuracy", "val_accuracy", "binary_accuracy", "AUC", "precision")] == [True] * 5


@pytest.mark.parametrize("word", SYMBOLS)
def test_every_status_has_its_own_symbol_one_cell_wide(word: str) -> None:
    """Symbols are told apart without color, in Unicode and in ASCII; the word is always there."""
    assert cell_len(SYMBOLS[word]) == 1
    assert status(word).endswith(f" {word}")
    assert status(word, ascii=True).isascii()
    assert len({status(other, ascii=True)[0] for other in SYMBOLS}) == len(set(SYMBOLS.values())) == len(SYMBOLS)


def test_an_unknown_status_is_shown_all_the_same() -> None:
    """A newer program's word does not break an older one's list."""
    assert status("sleeping") == "? sleeping"
