"""Runs as the rows of a list: which columns there is room for, their cells and heading, as plain text."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

from collections.abc import Mapping, Sequence

from tuiml.draw import numbers
from tuiml.draw.numbers import figure
from tuiml.entry import Entry
from tuiml.text import clean

Cells = Mapping[str, str]
HEADINGS = {
    "status": "status",
    "run": "run",
    "task": "task",
    "epochs": "epochs",
    "best": "best",
    "val": "val",
    "test": "test",
    "metric": "metric",
    "time": "time",
    "age": "age",
    "note": "note",
}
"""All columns in their order. `val` is the validation metric at the best epoch, `test` that of the final weights."""
_PRIORITY = ("status", "run", "val", "epochs", "task", "test", "age", "note", "best", "time", "metric")
"""What is shown first where room is short."""
_RIGHT = ("epochs", "best", "val", "test", "time", "age")
_LEAST = {"run": 15, "task": 8, "note": 12}
_MOST = {"run": 32, "task": 20}
GAP = 1
"""Cells between columns where room is short; two elsewhere."""


def cells(run: Entry, now: float, ascii: bool = False) -> dict[str, str]:
    """Return the cells of a run by column; `now`, in seconds since 1970, is what its age counts from.

    The note is the user's own, else what went wrong.
    """
    return {
        "status": numbers.status(clean(run.status), ascii),
        "run": clean(run.title, 80),
        "task": clean(run.task, 60),
        "epochs": run.folds or (f"{run.epochs}/{run.planned}" if run.planned else ""),
        "best": str(run.best_epoch or ""),
        "val": figure(run.best),
        "test": figure(run.test),
        "metric": clean(run.metric, 20) if run.best is not None or run.test is not None else "",
        "time": span(run.seconds) if run.seconds else "",
        "age": span(max(now - run.started, 0.0), coarse=True) if run.started else "",
        "note": clean(run.note or run.error, 300),
    }


def span(seconds: float, coarse: bool = False) -> str:
    """Return a time in at most six cells, "42s" "12m05" "3h20" "2d"; `coarse` in its greatest unit alone, "12m", at most three."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m" if coarse else f"{whole // 60}m{whole % 60:02}"
    if whole < 86400:
        return f"{whole // 3600}h" if coarse else f"{whole // 3600}h{whole % 3600 // 60:02}"
    return f"{whole // 86400}d" if whole < 1000 * 86400 else f"{whole // (365 * 86400)}y"


def size(count: int) -> str:
    """Return bytes in words: "12 kB", "34.5 MB", "1.2 GB"."""
    if count < 1e6:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:,.1f} MB" if count < 1e9 else f"{count / 1e9:,.1f} GB"


def fit(rows: Sequence[Cells], width: int, sort: str = "") -> dict[str, int]:
    """Return the width of each column that `width` cells have room for, in their order; the list is sorted by `sort`.

    Columns in which no row says anything are left out; those of words are cut where that makes room for another.
    """
    natural = {key: max((len(row[key]) for row in rows), default=0) for key in _PRIORITY}
    heads = {key: len(HEADINGS[key]) + 2 * (key == sort) for key in _PRIORITY}  # the heading's mark of the order
    wide = {key: max(min(size, _MOST.get(key, size)), heads[key]) for key, size in natural.items() if size}
    least = {key: min(size, max(_LEAST.get(key, size), heads[key])) for key, size in wide.items()}
    shown: list[str] = []
    left = width
    for key in (key for key in _PRIORITY if key in wide):
        if not shown or least[key] + GAP <= left:
            shown.append(key)
            left -= least[key] + (GAP if len(shown) > 1 else 0)
    if left >= 2 * len(shown):
        left -= len(shown) - 1
    widths = {key: least[key] for key in shown}
    while left > 0 and (growing := [key for key in shown if widths[key] < wide[key]]):
        for key in growing[:left]:
            widths[key] += 1
        left -= len(growing)
    return {key: widths[key] for key in HEADINGS if key in widths}


def gap(widths: Mapping[str, int], width: int) -> int:
    """Return the cells between columns: two where there is room."""
    return 2 if sum(widths.values()) + 2 * (len(widths) - 1) <= width else GAP


def heading(widths: Mapping[str, int], sort: str = "", backwards: bool = False) -> dict[str, str]:
    """Return the headings by column; the one that the list is sorted by has a mark."""
    mark = "▴" if backwards else "▾"
    return padded({key: f"{HEADINGS[key]} {mark}" if key == sort else HEADINGS[key] for key in widths}, widths)


def padded(row: Cells, widths: Mapping[str, int]) -> dict[str, str]:
    """Return a row's cells as wide as their columns, cut where they are longer, figures to the right."""
    return {
        key: _cut(row[key], size).rjust(size) if key in _RIGHT else _cut(row[key], size).ljust(size)
        for key, size in widths.items()
    }


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: max(size - 1, 0)] + "…"
