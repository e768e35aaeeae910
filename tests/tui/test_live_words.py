"""The words and the economy of the Live screen, mostly without a screen."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import pytest
from rich.text import Text

from tests.tui.conftest import WrittenRun, running, screen_text, settle, until
from tuiml import events
from tuiml.coach.diagnosis import diagnose
from tuiml.coach.verdict import TITLES, Verdict
from tuiml.draw.view import View
from tuiml.folds import Epoch
from tuiml.state import RunState
from tuiml.tui.app import TuimlApp
from tuiml.tui.curves.pace import Pace, cost
from tuiml.tui.live import captions, gauges, look, network, words
from tuiml.tui.live.gauges import Gauges, Gpu, Meter
from tuiml.tui.live.screen import Live

GIB = 2**30


def trained(epochs: int) -> RunState:
    """A run of so many epochs, the loss falling and the validation loss lowest at the fifth."""
    state = RunState(run="r", epochs=epochs, metric_names=["accuracy"], status="running")
    for number in range(1, epochs + 1):
        metrics = {"loss": 1 / number, "val_loss": 0.5 + abs(number - 5) / 10, "accuracy": 0.9, "val_accuracy": 0.8}
        state.history.append(Epoch(number, metrics, 0.5, 1e-3, None, float(number)))
    return state


def test_gauges_are_read_from_this_machine() -> None:
    """Of this very process: memory at once, shares and the rate of rows from the second reading on."""
    meter = Meter()
    first = meter.read(os.getpid(), socket.gethostname(), 10.0, 1000.0)
    sum(number * number for number in range(200_000))
    second = meter.read(os.getpid(), socket.gethostname(), 12.0, 1500.0)

    assert first.cpu is None
    assert first.rate is None
    assert (first.runner_memory or 0) > 2**20
    assert second.rate == 250.0
    assert second.cpu is not None
    assert 0 <= second.cpu <= 1
    assert 0 < (second.memory or 0) < 1


def test_a_runner_elsewhere_has_no_gauges_of_this_machine() -> None:
    """Its host is another one: only its rate of rows is known."""
    meter = Meter()
    meter.read(1, "elsewhere.example", 0.0, 0.0)

    assert meter.read(1, "elsewhere.example", 2.0, 10.0) == Gauges(rate=5.0)


@pytest.mark.parametrize("width", [120, 60, 30, 5])
def test_gauges_keep_to_their_line(width: int) -> None:
    """What is worth most comes first; nothing is cut in half."""
    read = Gauges(0.97, 8, 1.7, 3 * GIB // 2, 0.5, 24 * GIB, (Gpu(0.45, 3 * GIB, 78 * GIB),), 12_345.6)
    words = gauges.line(read, width).plain

    assert len(words) <= width
    whole = "12,346 rows/s · runner 1.5 GiB on 1.7 of 8 cores · GPU 45% 3.0 of 78 GiB · CPU 97% · memory 50% of 24 GiB"
    assert whole.startswith(words)
    assert (words == whole) == (width == 120)


@pytest.mark.parametrize("kind", TITLES)
def test_every_verdict_has_a_symbol_beside_its_color(kind: str) -> None:
    """None is told by color alone; long ones say how sure they are only where there is room."""
    found = Verdict(kind, 9, 0.8, ("val_loss rose 6 epochs", "gap 0.42"))  # type: ignore[arg-type]
    wide, narrow = (captions.verdict(found, width, trained(8)).plain for width in (200, 60))

    assert wide[1] == " "
    assert not wide[0].isalnum()
    assert wide[0] != "?"
    assert found.sentence() in wide
    assert wide.endswith("(80% sure)")
    assert "sure" not in narrow
    assert captions.verdict(None, 80, trained(8)).plain == ""


def test_what_nobody_can_judge_is_said() -> None:
    """A run without validation rows; folds have them."""
    state = RunState(rows={"train": 60000, "validation": 0, "test": 10000})
    told = captions.verdict(None, 80, state).plain
    state.rows["test"] = 0
    alone = captions.verdict(None, 80, state).plain
    state.plan = events.FoldsPlanned(4, 1, 4, 60, 300, True)

    assert told == "no validation rows: overfitting shows in the test alone"
    assert alone == "no validation rows: overfitting does not show"
    assert captions.verdict(None, 80, state).plain == ""


def test_the_table_tells_the_gap_where_it_fits() -> None:
    """A column with its sign, and none where the terminal is too narrow for it."""
    state = trained(8)
    wide, narrow = captions.epochs(state, 5, 100), captions.epochs(state, 5, 66)

    assert "gap" in wide[0].plain.split()
    assert "+0.3000" in wide[5].plain
    assert "gap" not in narrow[0].plain.split()


def test_the_table_goes_to_an_old_epoch() -> None:
    """Of a long run the rows around the cursor are shown, the best epoch starred where it is among them."""
    state = trained(1000)
    rows = captions.epochs(state, state.best_epoch, 120, cursor=7)
    at = captions.row_of(rows, 7)

    assert at is not None
    assert rows[at].plain.split()[0] == "7"
    assert [row.plain.split()[0] for row in rows if "★" in row.plain and row is not rows[0]] == ["5"]
    assert "1 to 157 of 1000" in rows[0].plain
    assert captions.row_of(captions.epochs(state, 5, 120), 7) is None


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RunState(status="running"), "at most once a second"),
        (RunState(status="finished"), "was not measured"),
        (RunState(plan=events.FoldsPlanned(4, 1, 4, 60, 300, True)), "Folds are not measured"),
    ],
)
def test_what_was_not_measured_says_why(state: RunState, words: str) -> None:
    """No empty pane."""
    assert words in network.missing(state)


def test_norms_that_are_no_numbers_are_shown_as_such() -> None:
    """A network that has diverged draws no bar for it and crashes nothing."""
    state = RunState(
        measured=[
            events.Measured(at, 0, {}, {"a": value}, {}, {})
            for at, value in enumerate([1.0, float("nan"), 2.0, float("inf")])
        ]
    )

    assert "inf" in network.table(state, None, 80)[1].plain


def test_the_words_of_a_view() -> None:
    """All that is special, in the order of the keys; the ghost by its name, made harmless."""
    view = View(log=True, smoothing=0.9, window=(40.0, 60.0), batches=True, ghost=RunState(), ghost_name="ghost, best")

    assert look.words(view, "x\x1b[31m") == "log · smoothed 0.9 · epochs 40-60 · each batch · ghost, best: x\\x1b[31m"


def test_a_large_picture_is_painted_less_often() -> None:
    """The line to the terminal gets at most so many bytes a second, however many the pictures have."""
    pace, now, sent = Pace(), 0.0, 0
    picture = Text("•⠒" * 500)
    for at in range(500):
        picture.stylize("red", at, at + 1)
    for _ in range(400):
        now += 0.05
        if pace.ready(now):
            sent += cost([picture])
            pace.spend(cost([picture]), now)

    assert cost([picture]) > 20_000
    assert sent / now < 6 * 1024


async def test_new_epochs_paint_their_own_widgets_and_never_the_whole_screen(
    make_app: Callable[..., TuimlApp], written: Callable[..., WrittenRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A screen that paints itself sends 10 KB where a line would do."""
    run = written(epochs=60)
    run.hold()
    run.warm_up()
    run.train(1, 30)
    painted: list[object] = []
    async with running(make_app(watch=run.folder)) as pilot:
        await until(pilot, lambda: "Overfitting" in screen_text(pilot.app))
        refresh = Live.refresh
        monkeypatch.setattr(Live, "refresh", lambda self, *a, **k: painted.append((a, k)) or refresh(self, *a, **k))
        run.train(31, 34)
        await until(pilot, lambda: "epoch 34/60" in screen_text(pilot.app))
        await settle(pilot)

        assert painted == []


def test_the_words_on_show_have_cards() -> None:
    """The verdict's first; the penalty's says why the notes' sentence no longer holds; none of what is not there."""
    state = trained(8)
    plain = words.cards(state, View(), "epochs")
    for epoch in state.history:
        epoch.metrics["penalty"] = 0.1
    penalized = words.cards(state, View(), "network")

    assert diagnose(state)
    assert [card.title for card in plain][:2] == ["Overfitting", "Generalization gap"]
    assert "Penalty" not in [card.title for card in plain]
    assert penalized[0].title == "Weight norm"
    assert any("Keras now adds it in validation too" in card.notes for card in penalized)
