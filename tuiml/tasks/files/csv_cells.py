"""Columns of text as numbers, categories or dates: what the cells of a file mean."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from tuiml.tasks.columns import Column
from tuiml.text import clean

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "?", "-"))
"""Cells that say that nothing is known, in any case."""
LARGEST = 1e100
"""Numbers beyond it have no deviation that could be computed."""
FEW = 20
"""More different values than this are no categories."""
_STRAY = 0.2
"""Up to this share of texts among many different numbers is taken for a mistake, not for categories."""
_MARKED = re.compile(r"[-+]?[$€£¥]?\s?[-+]?(\d+|\d{1,3}([,.'\s]\d{3})+)([.,]\d+)?\s?[%$€£¥]?")
"""Numbers as people write them: 12.5%, $9.99, 1,234,567, 1,5."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A column with its cells (n,) float64: numbers, or numbers of categories; NaN where missing.

    `fault` says why a network cannot use them, `unusual` what one should know of them; `dates` are seconds since 1970.
    """

    column: Column
    values: npt.NDArray[np.float64]
    fault: str = ""
    unusual: str = ""
    dates: npt.NDArray[np.float64] | None = None

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name


def understand(name: str, texts: Sequence[str], lines: Sequence[int], decimal_comma: bool) -> Cells:
    """Return a column as its cells show it; `lines` are their line numbers in the file, for what is told."""
    read = [_number(text, decimal_comma) for text in texts]
    strays = [place for place, number in enumerate(read) if number is None]
    numbers = np.array([math.nan if number is None else number for number in read], np.float64)
    if not strays:
        return Cells(Column(name), numbers, _too_large(numbers, texts, lines))
    given = numbers[~np.isnan(numbers)]
    different, filled = len(np.unique(given)), len(given) + len(strays)
    first = f"line {lines[strays[0]]}, column {clean(name)}: "
    if len(strays) <= _STRAY * filled and (different > FEW or 2 * different > len(given)):
        fault = f"{first}expected a number, as in {len(given):,} of {filled:,} cells; received {clean(texts[strays[0]], 40)!r}"
        return Cells(Column(name), numbers, fault)
    unusual = ""
    if len(given) or _MARKED.fullmatch(texts[strays[0]]):
        plain = "a number" if len(given) else "written plainly, as 1234.5 is"
        unusual = (
            f"{first}{clean(texts[strays[0]], 40)!r} is not {plain}, so all cells of the column are taken as texts."
        )
    return _categories(name, texts, unusual)


def encode(column: Column, texts: Sequence[str], lines: Sequence[int], decimal_comma: bool) -> npt.NDArray[np.float64]:
    """Return cells (n,) of new rows for a known column; a category that it does not have gets a number that no category has.

    Raises ValueError with line, column and what was expected for a text among numbers, or a number that is too large.
    """
    if column.categories:
        codes = {category: code for code, category in enumerate(column.categories)}
        return np.array([math.nan if _missing(text) else codes.get(text, len(codes)) for text in texts], np.float64)
    read = [_number(text, decimal_comma) for text in texts]
    if None in read:
        place = read.index(None)
        received = clean(texts[place], 40)
        raise ValueError(f"line {lines[place]}, column {clean(column.name)}: expected a number, received {received!r}")
    numbers = np.array(read, np.float64)
    if fault := _too_large(numbers, texts, lines):
        raise ValueError(fault)
    return numbers


def _missing(text: str) -> bool:
    return text.lower() in MISSING


def _number(text: str, decimal_comma: bool) -> float | None:
    """Return the number that is written, NaN for a missing one, None for another text."""
    try:
        number = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        return math.nan if _missing(text) else None
    return None if "_" in text else number  # Python's float takes 1_000


def _too_large(numbers: npt.NDArray[np.float64], texts: Sequence[str], lines: Sequence[int]) -> str:
    large = np.flatnonzero(np.abs(numbers) > LARGEST)
    if not len(large):
        return ""
    place = int(large[0])
    return f"line {lines[place]}: expected numbers up to {LARGEST:g}, received {clean(texts[place], 40)}"


def _categories(name: str, texts: Sequence[str], unusual: str) -> Cells:
    categories = tuple(sorted({text for text in texts if not _missing(text)}))
    codes = {category: float(code) for code, category in enumerate(categories)}
    values = np.array([codes.get(text, math.nan) for text in texts], np.float64)
    return Cells(Column(name, categories), values, unusual=unusual, dates=_dates(categories, values))


def _dates(categories: Sequence[str], codes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
    """Return seconds since 1970 of each cell, NaN where missing; None where not all texts are ISO dates."""
    try:
        times = [datetime.fromisoformat(text) for text in categories]
    except ValueError:
        return None
    seconds = np.array([(time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() for time in times])
    return np.where(np.isnan(codes), math.nan, seconds[np.nan_to_num(codes).astype(int)])
