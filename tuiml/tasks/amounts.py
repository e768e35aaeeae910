"""How many rows are for training, validation and testing, from the amount of data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

_ROWS = (10_000, 1_000_000, 10_000_000)
_HELD_OUT = (0.2, 0.01, 0.0025)
"""The chapter's shares of validation and of test rows, each: 60/20/20 up to 10,000 rows, 98/1/1 at a million, 99.5/0.25/0.25
beyond. It names no amount for the last; we take ten million. Between, shares are linear in the logarithm of the amount."""

_WITHOUT_VALIDATION = 1.5
"""70/30 instead of 60/20/20: of the validation rows that are not wanted, half go to the test set."""


def auto(rows: int, official_test: bool, validation: bool = True) -> tuple[float, float, float]:
    """Return the shares of `rows` rows, in 0..1, for training, validation and testing; they sum to 1.

    With an `official_test` set, all rows are split in training and validation rows alone, in the same proportion.
    Without `validation`, training and test rows are as in the chapter's 70/30.
    """
    share = float(np.interp(np.log10(max(rows, 1)), np.log10(_ROWS), _HELD_OUT))
    if official_test:
        kept_apart = share / (1 - share) if validation else 0.0
        return 1 - kept_apart, kept_apart, 0.0
    if validation:
        return 1 - 2 * share, share, share
    return 1 - _WITHOUT_VALIDATION * share, 0.0, _WITHOUT_VALIDATION * share


def held_out(rows: int, official_test: bool, data_fields: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many of `rows` rows `data.validation` and `data.test` ask for, which may be more than there are.

    Shares are of all `rows`; a share above 0 is at least one row. With an `official_test` set, no test row is asked for.
    """
    wanted_validation, wanted_test = data_fields["validation"], data_fields["test"]
    _, validation, test = auto(rows, official_test, wanted_validation != 0)
    return (
        _count(rows, validation if wanted_validation == "auto" else wanted_validation),
        0 if official_test else _count(rows, test if wanted_test == "auto" else wanted_test),
    )


def _count(rows: int, wanted: float) -> int:
    return 0 if wanted == 0 else max(1, round(wanted * rows)) if wanted < 1 else int(wanted)
