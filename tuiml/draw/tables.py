"""Epochs and runs as rows: cells with arrows, a line for a log, rich tables. Loads neither NumPy nor plotext."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tuiml.draw.folds import ended
from tuiml.draw.numbers import duration as duration
from tuiml.draw.numbers import figure, rises, status
from tuiml.folds import Epoch, spreads
from tuiml.state import RunState
from tuiml.text import clean

if TYPE_CHECKING:
    from rich.table import Table

ARROWS = "▲▼ better  △▽ worse than the epoch before  ★ lowest val_loss"
"""What the marks of `epoch_cells` mean, for a caption."""
_MARKS = {(True, True): "▲", (True, False): "△", (False, True): "▼", (False, False): "▽"}
_ASCII_MARKS = {(True, True): "^", (True, False): "^!", (False, True): "v", (False, False): "v!"}
_GAP = "val - train"
STATUS_STYLES = {
    "running": "green",
    "preparing": "green",
    "paused": "yellow",
    "stopping": "yellow",
    "failed": "red",
    "crashed": "red",
}


@dataclass(frozen=True)
class RunRow:
    """One run in a list. `best` is the validation metric at the best epoch, of folds its mean, `test` that on the test rows."""

    id: str
    name: str
    task: str
    status: str
    epochs: str
    best: float | None = None
    test: float | None = None
    when: str = ""
    note: str = ""

    @classmethod
    def of(cls, id: str, name: str, state: RunState, note: str = "") -> Self:
        """Return the row of a run from what its log says; `when` is the local time it started."""
        import time

        metric = state.metric or "loss"
        best = next((e.metrics.get(f"val_{metric}") for e in state.history if e.number == state.best_epoch), None)
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(state.started)) if state.started else ""
        epochs = f"{len(state.history)}/{state.epochs}"
        if state.plan is not None:
            best = (
                spreads(state.folds, state.suggested.epoch if state.suggested else None)
                .get(f"val_{metric}", {})
                .get("mean")
            )
            epochs = ended(state) if state.folding or not state.plan.refit else epochs
        return cls(id, name, state.task, state.status, epochs, best, state.test.get(metric), when, note)


def epoch_cells(
    state: RunState, last: int | None = None, ascii: bool = False, *, gap: bool = False, penalty: bool = False
) -> tuple[list[str], list[list[str]]]:
    """Return headers and rows of the last `last` epochs (None: all): loss, metric and their validation, seconds.

    With `gap` also val_loss - loss, with `penalty` what L1 and L2 add to both, where they do. A mark says where a value
    went since the epoch before: filled when that is better, hollow when worse (`ARROWS`).
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


def runs_table(rows: Iterable[RunRow], ascii: bool = False) -> Table:
    """Return runs as a rich table; statuses are a symbol and a word beside their color.

    Columns that say nothing beyond the run's id are left out. Where room is short, names, tasks and notes are cut, figures are not.
    """
    from rich.table import Table
    from rich.text import Text

    runs = list(rows)
    cells = {
        "run": [Text(clean(run.id)) for run in runs],
        "status": [Text(status(clean(run.status), ascii), STATUS_STYLES.get(run.status, "")) for run in runs],
        "epochs": [Text(clean(run.epochs)) for run in runs],
        "best val": [Text(figure(run.best)) for run in runs],
        "test": [Text(figure(run.test)) for run in runs],
    }
    flexible = {
        "task": [clean(run.task) for run in runs] if any(run.task not in run.id for run in runs) else [],
        "name": [clean(run.name) for run in runs] if any(run.name not in run.id for run in runs) else [],
        "started": [clean(run.when) for run in runs]
        if any(run.when[:10].replace("-", "") not in run.id for run in runs)
        else [],
        "note": [clean(run.note) for run in runs],
    }
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for header in cells:
        table.add_column(header, justify="right" if header in ("epochs", "best val", "test") else "left", no_wrap=True)
    for header, words in flexible.items():
        if any(words):
            # rich narrows columns that may wrap before the others; their cells are cut instead of wrapped
            table.add_column(header, min_width=4)
            cells[header] = [Text(word, no_wrap=True, overflow="ellipsis") for word in words]
    for row in zip(*cells.values(), strict=True):
        table.add_row(*row)
    return table


def _names(state: RunState, gap: bool = False, penalty: bool = False) -> list[str]:
    known = set().union(*(epoch.metrics for epoch in state.history[-1:]))
    shown = ["loss", *([state.metric] if state.metric else [])]
    shown += [f"val_{name}" for name in shown if f"val_{name}" in known]
    shown += [_GAP] if gap and "val_loss" in known else []
    return shown + [name for name in ("penalty", "val_penalty") if penalty and name in known]


def _figure(epoch: Epoch, name: str) -> float | None:
    """Return a metric of an epoch, or its gap: how much worse the loss is on rows that were not learned from."""
    if name == _GAP:
        loss, unseen = epoch.metrics.get("loss"), epoch.metrics.get("val_loss")
        return None if loss is None or unseen is None else unseen - loss
    return epoch.metrics.get(name)


def _before(state: RunState, index: int) -> Epoch | None:
    return state.history[index - 1] if index else None


def _cells(state: RunState, index: int, names: list[str], best: int | None, changing: bool, ascii: bool) -> list[str]:
    epoch, before = state.history[index], _before(state, index)
    star = ("*" if ascii else "★") if epoch.number == best else " "
    cells = [f"{epoch.number} {star}", *(_value(name, epoch, before, ascii) for name in names), duration(epoch.seconds)]
    if changing:
        cells.append(
            f"{epoch.learning_rate:.3g}" if before is None or epoch.learning_rate != before.learning_rate else ""
        )
    return cells


def _value(name: str, epoch: Epoch, before: Epoch | None, ascii: bool) -> str:
    value = _figure(epoch, name)
    if name == _GAP:  # neither direction is better: below zero it says as little as above
        return f"{value:+.4f}" if value is not None and math.isfinite(value) and abs(value) < 100 else figure(value)
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
