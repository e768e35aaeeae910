"""Several runs in one chart are told apart by letter and color, and each one's best is named."""

from __future__ import annotations

import math
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests import studies
from tuiml.draw.overlay import LETTERS, MOST, overlay
from tuiml.draw.view import View
from tuiml.folds import Epoch
from tuiml.state import RunState

Run = Callable[..., RunState]
values = st.one_of(st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308]), st.floats(), st.floats(0, 3))


def of(losses: list[float], name: str = "loss", **more: float) -> RunState:
    """A run with these validation losses."""
    state = RunState(epochs=len(losses), metric_names=["accuracy"], baseline=dict(more))
    for number, loss in enumerate(losses, 1):
        metrics = {name: loss / 2, f"val_{name}": loss}
        state.history.append(Epoch(number, metrics, 0.5, 1e-3, None, number / 2))
    return state


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.text(max_size=30), st.lists(values, max_size=12)), max_size=11),
    st.integers(0, 130),
    st.integers(0, 42),
    st.booleans(),
    st.floats(),
    st.booleans(),
    st.none() | st.tuples(st.floats(), st.floats()),
    st.none() | st.integers(-3, 20),
    st.booleans(),
)
def test_any_runs_at_any_size_give_a_block_of_that_size(
    given_runs: list[tuple[str, list[float]]],
    width: int,
    height: int,
    log: bool,
    smoothing: float,
    time: bool,
    window: tuple[float, float] | None,
    cursor: int | None,
    train: bool,
) -> None:
    """None, one, more than can be drawn, with any name and any numbers: never an exception, never a cell too many."""
    view = View(log=log, smoothing=smoothing, time=time, window=window, cursor=cursor)
    runs = [(name, of(losses)) for name, losses in given_runs]
    lines = overlay(runs, "loss", width, height, view, train=train).plain.split("\n")

    assert len(lines) == max(height, 1)
    assert all(cell_len(line) == (width if height > 0 else 0) for line in lines)


def test_no_run_is_left_out_of_the_picture() -> None:
    """A short run far above a long one: at least its best is in sight, though the beginnings go on above."""
    long = of([0.1 + 0.02 * (at % 5) for at in range(150)])
    near, far = of([1.7, 1.1, 0.7, 0.5, 0.38]), of([900.0, 800.0])
    [title, *chart] = overlay([("short", near), ("long", long)], "loss", 80, 20, plain=True).plain.split("\n")
    diverged = overlay([("short", far), ("long", long)], "loss", 80, 20, plain=True).plain.split("\n")[1:]

    both = overlay([("short", near), ("long", long), ("wild", far)], "loss", 80, 20, plain=True).plain.split("\n")[1:]

    assert "goes on to 1.7" in title
    assert "A" in "".join(both)
    assert "A" in "".join(chart)
    assert len([line for line in diverged if "⡇" in line]) > 8


def test_each_run_has_its_letter_on_its_curve_and_in_the_legend(run: Run) -> None:
    """Eight runs without color: every letter is in the picture more than once, beside its run's name above."""
    runs = [(f"run-{number}", of([1 + number / 5 + 1 / at for at in range(1, 30)])) for number in range(MOST)]
    text = overlay(runs, "loss", 120, 40, plain=True)
    lines = text.plain.split("\n")
    head = "\n".join(line for line in lines if "run-" in line)

    assert [word for number, word in enumerate(LETTERS) if f"{word} run-{number}" not in head] == []
    body = "\n".join(lines[head.count("\n") + 1 :])
    assert all(body.count(letter) >= 3 for letter in LETTERS)
    assert not text.spans or all(not span.style or "#" not in str(span.style) for span in text.spans)


def test_runs_that_are_alike_are_all_seen() -> None:
    """Three runs with the same numbers show by turns, each with its letter."""
    runs = [(name, of([1.0] * 40)) for name in ("one", "two", "three")]
    row = next(line for line in overlay(runs, "loss", 100, 20).plain.split("\n")[1:] if "A" in line)

    assert row.count("A") >= 3
    assert row.count("B") >= 3
    assert row.count("C") >= 3


def test_the_best_run_has_a_star_and_each_its_best_epoch() -> None:
    """Lowest loss or highest accuracy, as they were measured, whatever the smoothing."""
    runs = [("a", of([3, 1, 2])), ("b", of([3, 2, 2.5])), ("c", of([math.nan] * 3))]
    for view in (View(), View(smoothing=0.9, log=True)):
        head = overlay(runs, "loss", 120, 16, view).plain.split("\n")[0]
        assert "A a 1.0000 at 2 ★  B b 2.0000 at 2  C c nothing yet" in head
    runs[2][1].status = "finished"
    assert "C c not measured" in overlay(runs, "loss", 120, 16).plain
    rising = [("a", of([0.1, 0.3], "accuracy")), ("b", of([0.1, 0.9], "accuracy"))]
    assert "B b 0.9000 at 2 ★" in overlay(rising, "metric", 120, 16).plain


def test_the_cursor_puts_values_into_the_legend() -> None:
    """A run that had ended before has none."""
    head = overlay([("a", of([3, 1, 2])), ("b", of([3]))], "loss", 120, 16, View(cursor=3)).plain.split("\n")[0]
    assert "│ epoch 3  A a 2.0000  B b –" in head


def test_what_is_not_drawn_is_counted(run: Run) -> None:
    """Runs beyond the eighth, and names that a small chart has no room for."""
    runs = [(f"a-rather-long-name-of-run-{number}", run()) for number in range(10)]
    assert "+2 more" in overlay(runs, "loss", 120, 40).plain
    small = overlay(runs[:8], "loss", 40, 8).plain.split("\n")
    named = sum(f"{letter} 0." in line for line in small[:2] for letter in LETTERS)
    assert f"+{8 - named} more" in "".join(small[:2])


def test_a_run_without_validation_and_a_study_say_what_their_curve_is(run: Run) -> None:
    """Training of the one, the mean of the folds of the other."""
    alone = run()
    for epoch in alone.history:
        del epoch.metrics["val_loss"]
    head = overlay([("all-rows", alone), ("study", studies.state())], "loss", 120, 16).plain.split("\n")[0]
    assert "A all-rows (train) 0.1353 at 12" in head
    assert "B study (mean of folds)" in head


def test_training_curves_come_on_request(run: Run) -> None:
    """Dashed, said in the legend, and inside of the axis."""
    text = overlay([("a", run()), ("b", run(30))], "loss", 100, 20, train=True).plain
    assert "⠒ ⠒ train" in text.split("\n")[0]
    assert "⠒ ⠒" not in overlay([("a", run()), ("b", run(30))], "loss", 100, 20).plain.split("\n")[0]


def test_a_baseline_that_all_share_is_drawn() -> None:
    """One of several tasks would be wrong for the others."""
    assert (
        "baseline 2.0000" in overlay([("a", of([3, 1], loss=2.0)), ("b", of([3, 1], loss=2.0))], "loss", 90, 16).plain
    )
    assert "baseline" not in overlay([("a", of([3, 1], loss=2.0)), ("b", of([3, 1], loss=1.0))], "loss", 90, 16).plain
