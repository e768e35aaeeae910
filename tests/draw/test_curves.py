"""Charts have exactly the size asked for, hide nothing finite, and are read without color."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from io import StringIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from tuiml.draw import axes
from tuiml.draw.chart import MARK, Layout, Line, chart
from tuiml.draw.curves import loss_and_metric
from tuiml.draw.legend import legend
from tuiml.state import RunState

Run = Callable[..., RunState]
WILD = [math.nan, math.inf, -math.inf, 1e308, -1e308, 1.7976931348623157e308, 5e-324, 0.0, -0.0, 1.0, 1e17]
values = st.one_of(st.sampled_from(WILD), st.floats(), st.floats(0, 2))
BRAILLE = set(map(chr, range(0x2801, 0x2900)))


def sized(text: Text, width: int, height: int) -> bool:
    """Whether the text is a block of that many cells."""
    lines = text.split("\n", allow_blank=True)
    return len(lines) == max(height, 1) and all(line.cell_len == (width if height > 0 else 0) for line in lines)


def ansi(text: Text, system: str) -> str:
    """What a terminal of that color depth receives."""
    console = Console(file=StringIO(), force_terminal=True, color_system=system, width=300)  # type: ignore[arg-type]
    console.print(text)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


@settings(max_examples=100)
@given(
    st.integers(0, 200),
    st.integers(0, 200),
    st.lists(st.lists(st.tuples(values, values), max_size=12), max_size=3),
    st.booleans(),
    st.one_of(st.none(), values),
    st.sampled_from(["braille", "dot", "x"]),
)
@example(120, 40, [[(1.0, 1e308), (2.0, -1e308)]], False, 1.0, "braille")
@example(120, 40, [[(1.0, 0.5)] * 5], True, None, "dot")
def test_any_numbers_at_any_size_give_a_block_of_that_size(
    width: int, height: int, series: list[list[tuple[float, float]]], log: bool, mark: float | None, marker: str
) -> None:
    """Nothing raises: not nan, infinity, the largest float, constants, one point, none; not 0x0, 1x1 or 200x200."""
    lines = [
        Line(str(number), [x for x, _ in points], [y for _, y in points], marker)
        for number, points in enumerate(series)
    ]
    layout = Layout(
        title="title", x_label="epoch", log=log, mark=mark, cursor=mark, level=mark, level_label="level", zone=mark
    )
    text = chart(lines, width, height, layout)
    assert sized(text, width if height else 0, height)


@settings(max_examples=100)
@given(st.tuples(values, values), st.tuples(values, values), st.booleans())
def test_any_limits_are_taken(x_limits: tuple[float, float], y_limits: tuple[float, float], log: bool) -> None:
    """Limits that are equal, reversed, infinite or nan do no harm."""
    text = chart([Line("a", [1, 2, 3], [1, 2, 3])], 40, 10, Layout(x_limits=x_limits, y_limits=y_limits, log=log))
    assert sized(text, 40, 10)


@pytest.mark.parametrize("width", range(24))
def test_every_small_size_works(width: int, run: Run) -> None:
    """From nothing to a few cells, the whole picture keeps its size."""
    for height in range(12):
        assert sized(loss_and_metric(run(), "loss", width, height), width if height else 0, height)


def test_ten_thousand_points_keep_their_spikes() -> None:
    """One epoch of loss 9 among ten thousand of 1 is drawn at the top."""
    y = [1.0] * 10_000
    y[6_000] = 9.0
    top = chart([Line("a", range(1, 10_001), y)], 80, 12).plain.split("\n")[0]
    assert BRAILLE & set(top)


def test_curves_go_where_the_numbers_go() -> None:
    """A falling line starts at the top left and ends at the bottom right of the canvas."""
    rows = chart([Line("a", [1, 2, 3, 4], [4, 3, 2, 1])], 40, 12).plain.split("\n")[:10]
    places = [min(index for index, character in enumerate(row) if character in BRAILLE) for row in rows]
    assert places == sorted(places)
    assert places[0] <= 4
    assert places[-1] >= 33


def test_ticks_of_epochs_are_whole_numbers() -> None:
    """Two or three epochs in a wide chart get no 1.5."""
    for last in (1, 2, 3, 7, 60, 9_999):
        words = chart([Line("a", range(1, last + 1), range(last))], 100, 10).plain.split("\n")[-1].split()
        assert words
        assert all(word.isdigit() and 0 <= int(word) <= last + 1 for word in words)
        assert len(words) == len(set(words))


def test_ticks_of_values_are_short_and_distinct() -> None:
    """Labels have at most four significant digits and no two rows say the same."""
    for low, high in (
        (0.0, 1.0),
        (0.02, 0.84),
        (0.9712, 0.9831),
        (0.00012, 0.00057),
        (3.2, 870.0),
        (0.99991, 0.99992),
        (-5.0, 5.0),
        (12_345.0, 12_346.0),
        (1e-9, 3e-9),
        (0, 1e12),
    ):
        ticks = axes.value_ticks(axes.y_axis([low, high]), 14)
        assert 2 <= len(ticks) <= 14
        assert len(set(ticks.values())) == len(ticks), ticks
        assert all(
            len(word.partition("e")[0].replace(".", "").replace("-", "").strip("0")) <= 4 for word in ticks.values()
        ), ticks


def test_a_flat_curve_lies_in_the_middle_and_rounding_noise_looks_flat() -> None:
    """A constant is not blown up: neither 0.5 alone nor 0.5 with an error in the ninth digit climbs."""
    for y in ([0.5] * 5, [0.5, 0.5 + 1e-9, 0.5]):
        rows = chart([Line("a", range(1, len(y) + 1), y)], 40, 13).plain.split("\n")[:-2]
        drawn = [number for number, row in enumerate(rows) if BRAILLE & set(row)]
        assert len(drawn) == 1
        assert 3 <= drawn[0] <= 7


def test_a_logarithmic_axis_has_ticks_in_values_and_leaves_out_what_is_not_positive() -> None:
    """Powers of ten are equally far apart and labelled as numbers; zero is not drawn."""
    text = chart([Line("a", [1, 2, 3, 4], [1.0, 0.1, 0.01, 0.0])], 60, 14, Layout(log=True)).plain
    labels = [row.partition("┤")[0].strip() for row in text.split("\n") if "┤" in row]
    assert [float(word) for word in labels][:: len(labels) - 1] == [1.0, 0.01]
    assert 3 <= len(labels) <= 6


def test_the_best_epoch_is_a_dotted_line_at_its_place() -> None:
    """It crosses the canvas in one column, under the curves."""
    rows = chart([Line("a", [1, 2, 3, 4, 5], [5, 4, 3, 4, 5])], 60, 12, Layout(mark=3)).plain.split("\n")
    columns = {row.index(MARK) for row in rows if MARK in row}
    assert len(columns) == 1
    assert 28 <= columns.pop() <= 34
    unmarked = chart([Line("a", [1, 2], [1, 2])], 60, 12, Layout(mark=math.nan)).plain
    assert MARK not in unmarked


def test_plain_has_no_color_codes_and_color_has_no_background() -> None:
    """`plain` is only characters; otherwise the terminal's background shows through."""
    lines = [Line("a", [1, 2], [1, 2], "braille", "#56b4e9"), Line("b", [1, 2], [2, 1], "dot", (230, 159, 0))]
    assert "\x1b" not in ansi(chart(lines, 60, 12, Layout(title="loss"), plain=True), "truecolor")
    colored = ansi(chart(lines, 60, 12, Layout(title="loss")), "truecolor")
    assert "38;2;86;180;233" in colored
    assert "48;" not in colored
    assert chart(lines, 60, 12, plain=True).plain == chart(lines, 60, 12).plain


def test_train_and_validation_differ_in_sixteen_colors(run: Run) -> None:
    """The pair stays a pair on a terminal of sixteen colors."""
    codes = {
        code
        for code in ansi(loss_and_metric(run(), "loss", 80, 14), "standard").split("\x1b[")
        if ("⠒" in code or "•" in code) and not code.startswith("0m")
    }
    assert len({code.partition("m")[0] for code in codes}) >= 2


def test_train_and_validation_differ_in_shape(run: Run) -> None:
    """Without color: dots for training, braille for validation, both on every chart."""
    for which in ("loss", "metric"):
        drawn = loss_and_metric(run(), which, 60, 12, plain=True).plain.split("\n", 1)[1]
        assert "•" in drawn
        assert any(character in BRAILLE for character in drawn)


def test_the_legend_names_every_marker() -> None:
    """Each label stands behind its own sample; nothing lies on the curves."""
    text = legend(
        [
            Line("train", [1, 2], [1, 2]),
            Line("validation", [1, 2], [1, 2], "dot"),
            Line("other", [1, 2], [1, 2], "x"),
        ],
        words=f"{MARK} best epoch 3",
    ).plain
    assert text == "⠒⠒⠒ train  ••• validation  xxx other  ┊ best epoch 3"
    assert legend([Line("train", [1], [1])]).plain == "◦ train"


def test_the_first_epoch_alone_is_visible(run: Run) -> None:
    """One point of training and one of validation, by different characters."""
    body = loss_and_metric(run(1, planned=12), "loss", 60, 12).plain.split("\n", 1)[1]
    assert "•" in body
    assert "◦" in body


def test_before_the_first_epoch_ends_the_batches_are_drawn(run: Run) -> None:
    """The loss of each batch moves at once; a metric shows where its running mean stands."""
    state = run(0, planned=5)
    assert "nothing to draw yet" in loss_and_metric(state, "loss", 60, 12).plain
    state.epoch, state.step, state.steps, state.metrics = 1, 50, 100, {"loss": 0.7, "accuracy": 0.6}
    state.batch_losses = [(step / 100, 2 - step / 50) for step in range(1, 51)]
    text = loss_and_metric(state, "loss", 60, 12).plain
    assert "each batch" in text.split("\n")[0]
    assert text.count("•") > 20
    assert "•" in loss_and_metric(state, "metric", 60, 12).plain


def test_the_head_says_what_is_drawn_in_the_longest_form_that_fits(run: Run) -> None:
    """Wide: last values, best epoch and gap; narrow: short words; never an ellipsis from 30 cells on."""
    heads = {width: loss_and_metric(run(), "loss", width, 10).plain.split("\n")[0].rstrip() for width in (30, 50, 80)}
    assert heads == {
        80: "loss  ••• train 0.1353  ⠒⠒⠒ validation 0.4600  ┊ best epoch 4 · gap 0.3247",
        50: "loss  ••• train  ⠒⠒⠒ validation  ┊ best epoch 4",
        30: "loss  ••• train  ⠒⠒⠒ val",
    }


def test_a_run_without_validation_or_metric_is_drawn(run: Run) -> None:
    """Only what exists is drawn and named."""
    state = run(6, metric="")
    for epoch in state.history:
        del epoch.metrics["val_loss"]
    assert "validation" not in loss_and_metric(state, "loss", 80, 12).plain
    assert "nothing to draw" in loss_and_metric(state, "metric", 80, 12).plain


def test_a_diverged_run_is_drawn(run: Run) -> None:
    """Losses that became nan or infinite leave a gap and a word in the head."""
    state = run(6)
    for epoch in state.history[3:]:
        epoch.metrics.update(loss=math.nan, val_loss=math.inf)
    text = loss_and_metric(state, "loss", 80, 12).plain
    assert "train nan" in text
    assert BRAILLE & set(text)


def test_charts_drawn_by_several_threads_do_not_mix() -> None:
    """What is drawn beside others is the same as alone."""
    lines = [[Line("a", [1, 2, 3], [number, 3 - number, number * number])] for number in range(4)]
    alone = [chart(each, 50, 10).plain for each in lines]
    found: dict[int, set[str]] = {number: set() for number in range(4)}

    def draw(number: int) -> None:
        for _ in range(10):
            found[number].add(chart(lines[number], 50, 10).plain)

    threads = [threading.Thread(target=draw, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(4)] == [{text} for text in alone]


def test_foreign_titles_and_labels_are_harmless() -> None:
    """A run's name in a title or a legend brings no escape sequence, and wide characters do not widen the block."""
    line = Line("\x1b[31mname", [1, 2], [1, 2])
    text = chart([line], 40, 10, Layout(title="\x1b]0;模型模型模型模型模型模型模型模型模型模型模型"))
    assert sized(text, 40, 10)
    assert "\x1b" not in text.plain + legend([line]).plain
