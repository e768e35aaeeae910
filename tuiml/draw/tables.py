"""Epochs and runs as rows: cells with arrows, a line for a log, rich tables. Loads neither NumPy nor plotext."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tuiml.draw.numbers import duration as duration
from tuiml.draw.numbers import figure, rises
from tuiml.folds import Epoch
from tuiml.gap import gap as gap_of
from tuiml.gap import honest_at
from tuiml.state import RunState
from tuiml.text import clean

if TYPE_CHECKING:
    from rich.table import Table

ARROWS = "▲▼ better  △▽ worse than the epoch before  ★ lowest val_loss  ○ honest gap"
"""What the marks of `epoch_cells` mean, for a caption."""
_MARKS = {(True, True): "▲", (True, False): "△", (False, True): "▼", (False, False): "▽"}
_ASCII_MARKS = {(True, True): "^", (True, False): "^!", (False, True): "v", (False, False): "v!"}
_GAP = "gap"
STATUS_STYLES = {
    "running": "green",
    "preparing": "green",
    "paused": "yellow",
    "stopping": "yellow",
    "failed": "red",
    "crashed": "red",
}


def epoch_cells(
    state: RunState, last: int | None = None, ascii: bool = False, *, gap: bool = False, penalty: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Return headers and rows of the last `last` epochs (None: all): loss, metric and their validation, seconds.

    With `gap` also how much worse val_loss is, with `penalty` what L1 and L2 add to both, where they do. A mark says where a
    value went since the epoch before: filled when that is better, hollow when worse; a gap to the honest loss has a ○ (`ARROWS`).
    The best epoch has a star. A column of learning rates is there when they changed, filled in where they did.
    """
    names = _names(state, gap, penalty)
    changing = len({epoch.learning_rate for epoch in state.history}) > 1
    first = max(len(state.history) - last, 0) if last is not None else 0
    headers = ["epoch", *map(clean, names), "time", *(["learning rate"] if changing else [])]
    best = state.best_epoch
    rows = [_cells(state, index, names, best, changing, ascii) for index in range(first, len(state.history))]
    return headers, rows


def epoch_line(state: RunState, ascii: bool = False) -> str:
    """Return the last complete epoch as one plain line for a log; empty before there is one. `ascii` for other encodings than UTF-8."""
    if not state.history:
        return ""
    epoch, before = state.history[-1], _before(state, len(state.history) - 1)
    place = f"epoch {epoch.number:>{len(str(state.epochs))}}/{state.epochs}"
    values = [
        f"{clean(name)} {_value(name, epoch, before, ascii)}".rstrip()
        for name in _names(state)
        if name in epoch.metrics
    ]
    if before is not None and epoch.learning_rate != before.learning_rate:
        values.append(f"learning rate {epoch.learning_rate:.3g}")
    eta = state.eta()
    ends = [duration(epoch.seconds)] + ([f"eta {duration(eta, whole=True)}"] if eta else [])
    ends += ["* best" if ascii else "★ best"] if epoch.number == state.best_epoch else []
    return "  ".join([place, *values, *ends])


def epoch_row(state: RunState, ascii: bool = False) -> tuple[str, str]:
    """Return the headers and the last complete epoch as two lines that stand in columns, at most 80 cells with two metrics."""
    headers, rows = epoch_cells(state, 1, ascii)
    number = f"{rows[-1][0].rstrip(' ★*')}/{state.epochs}" if rows else ""
    star = rows[-1][0][-1:] if rows and rows[-1][0].endswith(("★", "*")) else " "
    cells = [number, *rows[-1][1:]] if rows else headers
    widths = [max(len(header), 9) for header in headers]
    wide = " ".join(f"{header:>{width}}" for header, width in zip(headers, widths, strict=True))
    row = " ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return wide, f"{row} {star}".rstrip()


def epoch_table(state: RunState, last: int | None = None, ascii: bool = False) -> Table:
    """Return the cells of `epoch_cells` as a rich table."""
    from rich.table import Table
    from rich.text import Text

    headers, rows = epoch_cells(state, last, ascii)
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for header in headers:
        table.add_column(Text(header), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row), style="bold" if row[0].endswith(("★", "*")) else None)
    return table


def _names(state: RunState, gap: bool = False, penalty: bool = False) -> list[str]:
    known = set().union(*(epoch.metrics for epoch in state.history[-1:]))
    shown = ["loss", *([state.metric] if state.metric else [])]
    shown += [f"val_{name}" for name in shown if f"val_{name}" in known]
    shown += [_GAP] if gap and "val_loss" in known else []
    return shown + [name for name in ("penalty", "val_penalty") if penalty and name in known]


def _before(state: RunState, index: int) -> Epoch | None:
    return state.history[index - 1] if index else None


def _cells(state: RunState, index: int, names: list[str], best: int | None, changing: bool, ascii: bool) -> list[str]:
    epoch, before = state.history[index], _before(state, index)
    star = ("*" if ascii else "★") if epoch.number == best else " "
    values = [_gap(state, epoch) if name == _GAP else _value(name, epoch, before, ascii) for name in names]
    cells = [f"{epoch.number} {star}", *values, duration(epoch.seconds)]
    if changing:
        cells.append(
            f"{epoch.learning_rate:.3g}" if before is None or epoch.learning_rate != before.learning_rate else ""
        )
    return cells


def _gap(state: RunState, epoch: Epoch) -> str:
    """Return the gap of the loss after an epoch; neither direction is better: below zero it says as little as above."""
    honest = honest_at(state, epoch.number, "loss")
    value = gap_of(epoch, "loss", honest)
    words = f"{value:+.4f}" if value is not None and math.isfinite(value) and abs(value) < 100 else figure(value)
    return f"{words} {'○' if honest is not None else ' '}"


def _value(name: str, epoch: Epoch, before: Epoch | None, ascii: bool) -> str:
    value = epoch.metrics.get(name)
    return (
        f"{figure(value):>6} {_mark(name, value, before.metrics.get(name) if before else None, ascii)}"
        if value is not None
        else ""
    )


def _mark(name: str, value: float, before: float | None, ascii: bool) -> str:
    width = 2 if ascii else 1
    if before is None or not (math.isfinite(value) and math.isfinite(before)):
        return " " * width
    if value == before:
        return "=".ljust(width)
    up = value > before
    return (_ASCII_MARKS if ascii else _MARKS)[up, up == rises(name)].ljust(width)
