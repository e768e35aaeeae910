"""Every view of every run is a block of the size asked for, and says what it shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tuiml import events
from tuiml.draw import axes, fold_curves
from tuiml.draw.chart import ABOVE, CURSOR, LEVEL, MARK, ZONE, frame
from tuiml.draw.curves import _plan, epoch_at, loss_and_metric
from tuiml.draw.run_lines import lines_of
from tuiml.draw.view import SMOOTHINGS, Clock, View, move_cursor, next_smoothing, next_zoom, other_axis, zoom
from tuiml.folds import Epoch
from tuiml.state import RunState

Run = Callable[..., RunState]
WILD = [math.nan, math.inf, -math.inf, 1.7976931348623157e308, -1e308, 5e-324, 0.0, 1.0]
values = st.one_of(st.sampled_from(WILD), st.floats(), st.floats(0, 3))


def block(text: str, width: int, height: int) -> bool:
    """Whether the text is that many lines of that many cells."""
    lines = text.split("\n")
    return len(lines) == max(height, 1) and all(cell_len(line) == (width if height > 0 else 0) for line in lines)


def canvas(text: str) -> list[str]:
    """The rows between the heading and the axis, without the labels of y."""
    return [row.partition("┤" if "┤" in row else "│")[2] for row in text.split("\n") if "┤" in row or "│" in row]


@st.composite
def states(draw: st.DrawFn) -> RunState:
    """A run whose every number may be anything, in any stage."""
    epochs = draw(st.integers(0, 40))
    state = RunState(
        status="running", epochs=draw(st.integers(0, 60)), metric_names=draw(st.sampled_from([[], ["mae"]]))
    )
    names = draw(st.sets(st.sampled_from(["loss", "val_loss", "mae", "val_mae", "penalty", "val_penalty"])))
    for number in range(1, epochs + 1):
        metrics = {name: draw(values) for name in sorted(names)}
        state.history.append(
            Epoch(number, metrics, draw(st.floats(0, 9)), 1e-3, draw(st.integers(0, 9)), draw(st.floats(0, 1e9)))
        )
    state.baseline = {name: draw(values) for name in draw(st.sets(st.sampled_from(["loss", "mae"])))}
    state.measured = [
        events.Measured(number, 9, {"loss": draw(values)}, {}, {}, {}) for number in draw(st.sets(st.integers(1, 40)))
    ]
    state.batch_losses = [(place / 4, draw(values)) for place in range(draw(st.integers(0, 30)))]
    return state


views = st.builds(
    View,
    log=st.booleans(),
    smoothing=st.one_of(st.sampled_from(SMOOTHINGS), st.floats()),
    time=st.booleans(),
    window=st.none() | st.tuples(st.floats(), st.floats()) | st.tuples(st.floats(0, 20), st.floats(20, 40)),
    cursor=st.none() | st.integers(-5, 60),
    batches=st.booleans(),
    total=st.booleans(),
    honest=st.booleans(),
    gap=st.booleans(),
    baseline=st.booleans(),
    ghost=st.none() | states(),
    ghost_name=st.sampled_from(["", "模型\x1b[31m", "as in the notes"]),
)


@settings(max_examples=150)
@given(
    states(), views, st.sampled_from(["loss", "metric", "mae"]), st.integers(0, 130), st.integers(0, 42), st.booleans()
)
def test_every_view_of_every_run_is_a_block_of_the_size_asked_for(
    state: RunState, view: View, which: str, width: int, height: int, plain: bool
) -> None:
    """Any numbers, nan and infinity among them, any combination of wishes, any size: never an exception, never a cell too many."""
    text = loss_and_metric(state, which, width, height, view, plain=plain).plain
    assert block(text, width, height)
    assert "\x1b" not in text
    assert epoch_at(state, which, width, height, width // 2, view) is None or state.history


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (8, 4), (20, 6), (40, 12)])
def test_all_wishes_at_once_fit_the_smallest_sizes(size: tuple[int, int], run: Run) -> None:
    """From one cell on, with and without epochs."""
    everything = View(True, 0.6, True, (1, 5), 3, True, True, ghost=run(9), ghost_name="ghost")
    for state in (run(12, baseline={"loss": 0.7}), run(1), run(0)):
        assert block(loss_and_metric(state, "loss", *size, everything).plain, *size)


def test_what_is_drawn_does_not_grow_with_the_run(run: Run) -> None:
    """Of ten thousand epochs, a hundred thousand batches and ten thousand measurements, what can be told apart is looked at."""
    long = run(10_000)
    long.batch_losses = [(place / 10, 1.0 + place % 7) for place in range(100_000)]
    long.measured = [events.Measured(number, 9, {"loss": 0.5}, {}, {}, {}) for number in range(1, 10_001)]
    drawn = _plan(long, "loss", 80, 20, View(batches=True), True).lines

    assert [line.label for line in drawn] == ["each batch", "train", "validation", "honest train"]
    assert all(len(line.x) <= 160 for line in drawn)
    assert drawn[2].y[0] == max(long.series("val_loss")[1][:125])


def test_dots_of_training_show_where_validation_shares_their_cells() -> None:
    """Two curves that are the same all the way show by turns, in a level line and in a steep one."""
    for losses in ([1.0] * 30, [30.0 - number for number in range(30)]):
        state = RunState(epochs=30)
        state.history = [
            Epoch(at, {"loss": loss, "val_loss": loss}, 0.1, 1e-3, None, at) for at, loss in enumerate(losses, 1)
        ]
        drawn = "".join(canvas(loss_and_metric(state, "loss", 60, 20, View(gap=False)).plain))
        dots, braille = drawn.count("•"), sum("\u2801" <= character <= "\u28ff" for character in drawn)

        assert dots >= 15
        assert braille >= 15


def test_best_epoch_and_patience_are_told(run: Run) -> None:
    """In words above the chart and as a dotted line in it; patience only while it counts."""
    state = run(12)
    state.history[-1] = replace(state.history[-1], patience_left=3)

    assert "┊ best epoch 4 · patience 3 left" in loss_and_metric(state, "loss", 80, 20).plain
    assert sum(MARK in row for row in canvas(loss_and_metric(state, "loss", 80, 20).plain)) > 5
    state.status = "finished"
    assert "patience" not in loss_and_metric(state, "loss", 80, 20).plain


def test_overfitting_is_hatched_where_it_is_said_to_begin(run: Run) -> None:
    """Between the curves, after the epoch that the view names; the gap stands above, and both go with `gap` off."""
    text = loss_and_metric(run(12), "loss", 80, 20, View(overfits=4)).plain
    rows = canvas(text)
    best = next(row.index(MARK) for row in rows if MARK in row)
    hatched = [at for row in rows for at, character in enumerate(row) if character == ZONE]

    assert "╱ gap 0.3247" in text
    assert len(hatched) > 20
    assert min(hatched) > best
    assert ZONE not in loss_and_metric(run(12), "loss", 80, 20, View(overfits=4, gap=False)).plain
    assert ZONE not in loss_and_metric(run(12), "loss", 80, 20).plain


def test_the_gap_is_to_the_honest_metric_where_it_was_measured(run: Run) -> None:
    """Running means of the training loss are with dropout on; the figure in inference mode takes their place."""
    state = run(12)
    state.measured = [events.Measured(12, 99, {"loss": 0.06, "accuracy": 0.99}, {}, {}, {})]

    assert "gap 0.4000" in loss_and_metric(state, "loss", 80, 20).plain
    assert "honest train 0.0600" in loss_and_metric(state, "loss", 90, 20).plain
    assert "gap 0.1433" in loss_and_metric(state, "metric", 80, 20).plain


def test_the_baseline_is_a_labelled_line_or_far_away_a_word(run: Run) -> None:
    """One near the curves is drawn; one that would flatten them is told."""
    near = loss_and_metric(run(12, baseline={"loss": 1.0}), "loss", 80, 20).plain
    far = loss_and_metric(run(12, baseline={"loss": 9.0}), "loss", 80, 20).plain

    assert any(LEVEL * 10 in row and "baseline 1.0000" in row for row in canvas(near))
    assert LEVEL not in far
    assert "baseline 9.0000 is above" in far.split("\n")[1]
    assert axes.value_ticks(
        frame([], 80, 20, _plan(run(12, baseline={"loss": 9.0}), "loss", 80, 20, View(), True).layout).up, 16
    )
    assert (
        "baseline" not in loss_and_metric(run(12, baseline={"loss": 1.0}), "loss", 80, 20, View(baseline=False)).plain
    )


def test_one_huge_early_value_does_not_flatten_the_rest(run: Run) -> None:
    """The axis is of the others, a ▲ stands where the curve comes from, and how far it goes is told."""
    state = run(40)
    state.history[0].metrics["loss"] = 5e4
    layout = _plan(state, "loss", 80, 20, View(), True).layout
    text = loss_and_metric(state, "loss", 80, 20).plain

    assert layout.y_limits is not None
    assert layout.y_limits[1] < 3
    assert canvas(text)[0].startswith(ABOVE)
    assert "▲ goes on to 50000" in text.split("\n")[1]


def test_a_ghost_is_dashed_dim_and_named(run: Run) -> None:
    """Its validation curve lies under the run's own, by another marker."""
    lines = lines_of(run(12), "loss", View(ghost=run(20), ghost_name="without dropout"))
    text = loss_and_metric(run(12), "loss", 110, 20, View(ghost=run(20), ghost_name="without dropout")).plain

    assert [line.label for line in lines] == ["without dropout", "train", "validation"]
    assert "⠒ ⠒ without dropout" in text.split("\n")[0]
    assert (list(lines[0].x), list(lines[0].y)) == ([float(at) for at in range(1, 21)], run(20).series("val_loss")[1])


def test_a_ghost_is_in_sight_or_said_to_be_elsewhere(run: Run) -> None:
    """A remedy that works leaves its origin far above: that is what one wants to see."""
    cured, origin, diverged = run(60), run(60), run(60)
    for history, factor in ((cured.history, 0.3), (diverged.history, 1e4)):
        for epoch in history:
            epoch.metrics["val_loss"] *= factor
            epoch.metrics["loss"] *= factor
    seen = loss_and_metric(cured, "loss", 110, 20, View(ghost=origin, ghost_name="origin", baseline=False)).plain
    lost = loss_and_metric(cured, "loss", 110, 20, View(ghost=diverged, ghost_name="origin", baseline=False)).plain

    narrow = loss_and_metric(
        cured, "loss", 55, 12, View(ghost=diverged, ghost_name="ghost, origin", smoothing=0.6)
    ).plain

    assert "⠒ ⠒ origin  " in seen
    assert "⠒ ⠒ origin ▲  " in lost
    assert "⠒ ⠒ ghost ▲  ••• train  ⠒⠒⠒ val " in narrow.split("\n")[0]


def test_the_cursor_reads_values_off(run: Run) -> None:
    """As they were measured, smoothed or not; an epoch that does not exist is the one nearest to it."""
    state = run(12)
    for view in (View(cursor=12), View(cursor=99), View(cursor=12, smoothing=0.9)):
        text = loss_and_metric(state, "loss", 80, 20, view).plain
        assert "│ epoch 12: train 0.1353  validation 0.4600  gap 0.3247" in text.split("\n")[1]
    assert "epoch 3 (1.4 s): train 0.6065" in loss_and_metric(state, "loss", 80, 20, View(cursor=3, time=True)).plain
    assert loss_and_metric(state, "loss", 80, 8, View(cursor=12)).plain.startswith(f"{CURSOR} epoch 12: train")
    assert len(loss_and_metric(state, "loss", 40, 8, View(cursor=12)).plain.split("\n")[0].rstrip()) <= 40


def test_every_form_of_the_heading_fits_80_columns(run: Run) -> None:
    """Nothing is cut off with all wishes at once: shorter words take the place of longer ones."""
    state = run(12, baseline={"loss": 9.0, "accuracy": 0.1})
    state.measured = [events.Measured(12, 99, {"loss": 0.06, "accuracy": 0.9}, {}, {}, {})]
    state.batch_losses = [(at / 2, 1.0) for at in range(24)]
    for epoch in state.history:
        epoch.metrics.update(penalty=0.2, val_penalty=0.2)
    for which in ("loss", "metric"):
        for height in (8, 20):
            for view in (
                View(),
                View(True, 0.6, batches=True, total=True, ghost=run(9), ghost_name="l2=0.001"),
                View(cursor=9),
            ):
                heads = loss_and_metric(state, which, 80, height, view).plain.split("\n")[:2]
                assert "…" not in "".join(heads)


def test_smoothing_and_scale_are_said_in_every_form(run: Run) -> None:
    """A curve that is not what was measured says so at any width that has room for words."""
    for width in (40, 60, 80, 120):
        for height in (6, 20):
            head = loss_and_metric(run(12), "loss", width, height, View(log=True, smoothing=0.6)).plain.split("\n")[0]
            assert head.startswith("loss (log, smoothed 0.6)")


def test_the_total_loss_adds_the_penalty_where_there_is_one(run: Run) -> None:
    """The curves rise by it and the name says so; without L1 or L2 nothing changes. The gap stays the data's."""
    state = run(12)
    plain = loss_and_metric(state, "loss", 80, 20, View(total=True)).plain
    for epoch in state.history:
        epoch.metrics.update(penalty=0.5, val_penalty=0.25)
    train, validation = lines_of(state, "loss", View(total=True))
    head = loss_and_metric(state, "loss", 80, 20, View(total=True)).plain

    assert plain == loss_and_metric(run(12), "loss", 80, 20).plain
    assert (train.y[-1], validation.y[-1]) == pytest.approx((0.6353, 0.71), abs=1e-3)
    assert head.startswith("loss + penalty")
    assert "gap 0.3247" in head


def test_time_is_the_clock_of_training(run: Run) -> None:
    """Places are seconds since training began, pauses taken out, ascending whatever the clock did; ticks are round times."""
    state = run(6)
    clock = Clock(state.history, True)
    line = lines_of(state, "loss", View(time=True))[0]
    state.history[3] = replace(state.history[3], t=0.0)
    again = lines_of(state, "loss", View(time=True))[0]

    assert list(line.x) == pytest.approx([0.4, 0.9, 1.4, 1.9, 2.4, 2.9])
    assert clock.at(2.5) == pytest.approx(1.15)
    assert clock.at(8) == pytest.approx(3.9)
    assert list(again.x) == sorted(again.x)
    assert loss_and_metric(state, "loss", 80, 20, View(time=True)).plain.split("\n")[-1].startswith("time")


@pytest.mark.parametrize(
    ("seconds", "labels"),
    [
        (2.0, "0 0.5s 1.0s 1.5s 2.0s"),
        (75, "0 15s 30s 45s 1m 1m15"),
        (3000, "0 10m 20m 30m 40m 50m"),
        (5400, "0 15m 30m 45m 1h 1h15 1h30"),
        (30000, "0 2h 4h 6h 8h"),
        (500000, "0 1d 2d 3d 4d 5d"),
    ],
)
def test_ticks_of_time_are_round(seconds: float, labels: str) -> None:
    """Seconds, minutes, hours and days, each in its own words."""
    assert " ".join(axes.time_ticks(axes.x_axis([0, seconds], time=True), 70).values()) == labels


def test_a_window_shows_its_part_with_an_axis_of_its_own(run: Run) -> None:
    """Epochs 20 to 30 fill the chart; a window that is none shows all."""
    state = run(60)
    shown = _plan(state, "loss", 80, 20, View(window=(20, 30)), True)

    assert {x for line in shown.lines for x in line.x} == set(map(float, range(20, 31)))
    assert shown.layout.y_limits == (pytest.approx(math.exp(-5)), pytest.approx(0.5))
    for wrong in ((30, 20), (math.nan, 3), (5, 5)):
        whole = loss_and_metric(state, "loss", 80, 20, View(window=wrong)).plain
        assert whole == loss_and_metric(state, "loss", 80, 20).plain


def test_the_cursor_moves_from_epoch_to_epoch(run: Run) -> None:
    """It begins at the last one in sight and stops at both ends."""
    state, view = run(12), View()
    moved = move_cursor(state, view, -1)

    assert moved.cursor == 12
    assert move_cursor(state, moved, -3).cursor == 9
    assert move_cursor(state, moved, 5).cursor == 12
    assert move_cursor(state, moved, -50).cursor == 1
    assert move_cursor(state, View(window=(2, 6)), 1).cursor == 6
    assert move_cursor(run(0), moved, 1).cursor is None


@given(st.integers(1, 300), st.lists(st.integers(-4, 4), max_size=8), st.booleans(), st.floats(-10, 400))
def test_zooming_stays_inside_of_the_run_and_leads_back(
    epochs: int, steps: list[int], time: bool, center: float
) -> None:
    """However the wheel turns, the window is a part of the run with epochs in it; far enough away is all of it."""
    state = RunState(epochs=epochs)
    state.history = [Epoch(at, {"loss": 1.0}, 0.5, 1e-3, None, at / 2) for at in range(1, epochs + 1)]
    view = View(time=time)
    for step in steps:
        view = zoom(state, view, step, center)
        if view.limits is not None:
            low, high = view.limits
            assert Clock(state.history, time).at(1) - 1e-9 <= low < high <= Clock(state.history, time).at(epochs) + 1e-9
    assert zoom(state, view, -20).window is None


def test_the_keys_for_zoom_and_smoothing_come_round(run: Run) -> None:
    """Three times closer, then all again; every smoothing, then none; another axis forgets the window."""
    state, view, seen = run(100), View(), []
    for _ in range(4):
        view = next_zoom(state, view)
        seen.append(view.limits)
    smoothings = []
    for _ in SMOOTHINGS:
        view = next_smoothing(view)
        smoothings.append(view.smoothing)

    assert seen == [(50.5, 100), (75.25, 100), (87.625, 100), None]
    assert smoothings == [0.6, 0.9, 0.0]
    assert other_axis(View(window=(1, 5))) == View(time=True)


def test_a_click_finds_the_epoch_that_is_drawn_there(run: Run) -> None:
    """The column of each epoch's point leads back to it, in epochs and in time, zoomed or not; labels lead nowhere."""
    state = run(12)
    for view in (View(), View(time=True), View(window=(3, 9)), View(log=True, batches=True)):
        plan = _plan(state, "loss", 100, 20, view, True)
        place = frame(plan.lines, 100, plan.height, plan.layout)
        for number in range(3, 10):
            column = place.gutter + place.across.cell(Clock(state.history, view.time).at(number), place.cells)
            assert (epoch_at(state, "loss", 100, 20, column, view) or (0, 0))[0] == number
        assert epoch_at(state, "loss", 100, 20, 1, view) is None


def test_folds_take_log_smoothing_and_window() -> None:
    """Their chart says what was done to the curves, at exactly the size asked for; the curve that decides stays the plan's."""
    from tests.studies import state

    found, view = state(), View(log=True, smoothing=0.9, window=(10, 30), time=True, cursor=3)
    for draw in (fold_curves.folds_chart, fold_curves.refit_chart):
        text = draw(found, "metric", 100, 16, replace(view, time=False)).plain
        assert "(log, smoothed 0.9)" in text.split("\n")[0]
        assert block(text, 100, 16)
        assert text.split("\n")[-1].split()[1::20] == ["10"]
        assert block(draw(found, "loss", 30, 7, view).plain, 30, 7)
    deciding = [line.y for line in fold_curves.lines_of(found, "metric", 1, view) if line.label == "smoothed"]
    assert deciding == [line.y for line in fold_curves.lines_of(found, "metric") if line.label == "smoothed"]
