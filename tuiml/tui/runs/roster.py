"""What the list of runs says: a line, the words about the run under the cursor, title, empty states. Pure functions of entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from textual.content import Content

from tuiml.draw import runs as columns
from tuiml.draw.numbers import figure
from tuiml.draw.runs import Cells
from tuiml.entry import Entry
from tuiml.text import clean
from tuiml.tui import themes

MARGIN = 2
"""Cells before the first column: the mark."""
_FAINT = ("metric", "time", "age", "note")


def line(entry: Entry, cells: Cells, widths: Mapping[str, int], width: int, marked: bool, now: float) -> Content:
    """Return the line of a run, `width` cells wide at most; its age is that of `now`, in seconds since 1970."""
    age = {"age": columns.span(max(now - entry.started, 0.0), coarse=True)} if entry.started else {}
    parts = columns.padded({**cells, **age}, widths)
    between = " " * columns.gap(widths, width - MARGIN)
    styles = {"status": themes.STATUS_COLORS.get(entry.status, ""), **dict.fromkeys(_FAINT, "dim")}
    pieces = [piece for key, text in parts.items() for piece in ((text, styles.get(key, "")), (between, ""))]
    return Content.assemble(("◆ " if marked else "  ", "bold $text-accent"), *pieces[:-1])


def heading(widths: Mapping[str, int], width: int, sort: str, backwards: bool) -> Content:
    """Return the headings; that of the column which the list is sorted by has a mark."""
    between = " " * columns.gap(widths, width - MARGIN)
    return Content(" " * MARGIN + between.join(columns.heading(widths, sort, backwards).values()))


def column_at(x: int, widths: Mapping[str, int], width: int) -> str:
    """Return the column `x` cells from the left; empty where there is none."""
    left = MARGIN
    for key, size in widths.items():
        if left <= x < left + size:
            return key
        left += size + columns.gap(widths, width - MARGIN)
    return ""


def title(entries: Collection[Entry], shown: int, marked: int) -> str:
    """Return how many runs there are, shown, alive and marked."""
    if not entries:
        return ""
    live = sum(entry.live for entry in entries)
    count = f"{shown} of {len(entries)}" if shown != len(entries) else f"{shown} run{'s' if shown > 1 else ''}"
    return " · ".join([count, *([f"{live} live"] if live else []), *([f"{marked} marked"] if marked else [])])


def detail(entry: Entry | None, origin: Entry | None) -> Content:
    """Return two lines about the run under the cursor: which it is and its figures; its note, or why it ended."""
    if entry is None:
        return Content("")
    which = [clean(entry.id, 80)]
    if entry.best is not None:
        at = f" at epoch {entry.best_epoch}" if entry.best_epoch else ""
        which.append(f"val_{clean(entry.metric, 30)} {figure(entry.best)}{at}")
    which += [f"test {figure(entry.test)}"] if entry.test is not None else []
    which += [f"varies {clean(origin.title if origin else entry.origin, 40)}"] if entry.origin else []
    which += [f"{entry.parameters:,} parameters"] if entry.parameters else []
    why = entry.error or entry.reason
    said = [("note ", "dim"), (clean(entry.note, 300), "italic")] if entry.note else []
    told = [("  " if said else "", ""), (clean(why, 300), "$text-error" if entry.error else "dim")] if why else []
    return Content.assemble((" · ".join(which), ""), "\n", *said, *told)


def nothing(runs_dir: Path, entries: Collection[Entry], text: str, done: bool) -> Content:
    """Return what is said in place of an empty list: what to do next."""
    where = clean(runs_dir, 200)
    if entries:
        return Content(
            f"None of the {len(entries)} runs fits {clean(text, 100)}\n\n/ changes the filter; esc there drops it."
        )
    if not done:
        return Content("reading runs…")
    return Content(
        f"No runs in {where} yet.\n\nPress esc for the form and ctrl+r there: digits trains in under a minute."
    )


def hidden(cells: Collection[Cells], widths: Collection[str]) -> str:
    """Return the columns that have something to say and no room."""
    return ", ".join(key for key in columns.HEADINGS if key not in widths and any(row[key] for row in cells))


def word(error: str, text: str, removed: Collection[str], reading: str, missing: str) -> Content:
    """Return the line under the title: what is wrong with the filter, can be undone, is the filter, is being read, has no room."""
    if error:
        return Content.styled(clean(error, 400), "$text-error")
    parts = [Content.styled(reading, "dim")] if reading else []
    if removed:
        parts.append(
            Content.styled(
                f"{_runs(removed)} deleted · u brings {'it' if len(removed) == 1 else 'them'} back", "$text-warning"
            )
        )
    if text:
        parts.append(Content.assemble(("filter ", "dim"), (clean(text, 200), "bold"), ("  / changes it", "dim")))
    if missing:
        parts.append(Content.styled(f"no room for {missing}", "dim"))
    return Content("  ").join(parts)


def _runs(ids: Collection[str]) -> str:
    return clean(next(iter(ids)), 60) if len(ids) == 1 else f"{len(ids)} runs"
