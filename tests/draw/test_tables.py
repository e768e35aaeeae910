"""Epochs and runs as rows: what changed, which way, and whether that is good, without color."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from io import StringIO

from rich.console import Console, RenderableType

from tuiml.draw.tables import epoch_cells, epoch_line, epoch_table
from tuiml.folds import Epoch
from tuiml.state import RunState

Run = Callable[..., RunState]


def printed(renderable: RenderableType, width: int = 120) -> str:
    """What a terminal of that width shows."""
    console = Console(file=StringIO(), width=width)
    console.print(renderable)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_cells_say_direction_and_whether_it_got_better(run: Run) -> None:
    """A falling loss and a rising accuracy are filled; a rising validation loss and a falling accuracy are hollow."""
    headers, rows = epoch_cells(run(6))
    assert headers == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy", "time"]
    assert [cell[-1] for cell in rows[0][1:5]] == [" "] * 4
    assert [cell[-1] for cell in rows[1][1:5]] == ["▼", "▲", "▼", "▲"]
    assert [cell[-1] for cell in rows[5][1:5]] == ["▼", "▲", "△", "▽"]
    assert [row[0] for row in rows] == ["1  ", "2 ★", "3  ", "4  ", "5  ", "6  "]
    assert rows[0][5] == "0.4 s"


def test_the_last_rows_know_what_came_before_them(run: Run) -> None:
    """`last` limits rows without forgetting the epoch before the first one shown."""
    _, rows = epoch_cells(run(6), last=1)
    assert len(rows) == 1
    assert rows[0] == epoch_cells(run(6))[1][-1]
    assert epoch_cells(run(6), last=0)[1] == []


def test_the_learning_rate_is_told_when_it_changes(run: Run) -> None:
    """A constant rate takes no column; a halved one appears where it was halved."""
    state = run(4)
    state.history[2:] = [Epoch(e.number, e.metrics, e.seconds, 5e-4, e.patience_left, e.t) for e in state.history[2:]]
    headers, rows = epoch_cells(state)
    assert headers[-1] == "learning rate"
    assert [row[-1] for row in rows] == ["0.001", "", "0.0005", ""]
    assert "learning rate" not in epoch_line(state)
    del state.history[3:]
    assert "learning rate 0.0005" in epoch_line(state)


def test_what_did_not_change_and_what_is_not_a_number_have_no_arrow(run: Run) -> None:
    """Equal values get "=", a nan none."""
    state = run(3)
    state.history[1].metrics["loss"] = state.history[0].metrics["loss"]
    state.history[2].metrics["val_loss"] = math.nan
    _, rows = epoch_cells(state)
    assert rows[1][1].endswith("=")
    assert rows[2][3] == "   nan  "


def test_an_epoch_is_one_line_for_a_log(run: Run) -> None:
    """Place, four figures with arrows, seconds, time left; a star on the best."""
    state = run(3, planned=12)
    assert (
        epoch_line(state)
        == "epoch  3/12  loss 0.6065 ▼  accuracy 0.7978 ▲  val_loss 0.3400 ▽  val_accuracy 0.8867 △  0.4 s  eta 4 s".replace(
            "▽", "△"
        ).replace("0.8867 △", "0.8867 ▽")
    )
    del state.history[1:]
    assert epoch_line(state).endswith("★ best")
    assert epoch_line(RunState()) == ""


def test_ascii_lines_are_ascii_and_say_the_same(run: Run) -> None:
    """Terminals without UTF-8 get v and ^, with ! for worse."""
    line = epoch_line(run(6), ascii=True)
    assert line.isascii()
    assert "val_loss 0.3800 ^!" in line
    assert all(cell.isascii() for row in epoch_cells(run(6), ascii=True)[1] for cell in row)


def test_a_run_without_metric_or_validation_has_only_its_loss(run: Run) -> None:
    """No column stands for what does not exist."""
    state = run(3, metric="")
    for epoch in state.history:
        del epoch.metrics["val_loss"]
    assert epoch_cells(state)[0] == ["epoch", "loss", "time"]
    assert "val" not in epoch_line(state)


def test_the_epoch_table_fits_eighty_columns(run: Run) -> None:
    """All columns are there, no cell is cut."""
    text = printed(epoch_table(run(12)), 80)
    assert "…" not in text
    assert "val_accuracy" in text
    assert "4 ★" in text


def test_lists_load_neither_numpy_nor_plotext_nor_a_screen() -> None:
    """`tuiml runs` answers fast: what is not needed is not imported."""
    code = (
        "import sys; from tuiml.draw import runs; from tuiml.entry import Entry; runs.fit([runs.cells(Entry('a'), 0.0)], 80);"
        "print([name for name in ('numpy', 'plotext', 'PIL', 'textual', 'pydantic') if name in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
