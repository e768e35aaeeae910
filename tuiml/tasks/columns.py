"""Columns of a table as they are read, before anything is learned from them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column by its name: of numbers, or, with `categories`, of their numbers from 0 on. A missing cell is NaN either way."""

    name: str
    categories: tuple[str, ...] = ()
