"""Pictures of Results at the two usual sizes: the five panes, values, labels, nothing to show, damage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui import judged_runs
from tests.tui.conftest import SIZES, WrittenRun, pose, settle, until
from tuiml.runs.predictor import Predictor
from tuiml.tui.app import TuimlApp
from tuiml.tui.messages import ResultsAsked
from tuiml.tui.results.screen import Results

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


def opened(run: WrittenRun, *keys: str) -> Callable[[Pilot[Any]], Any]:
    """Open the results of a run and press keys."""

    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        pilot.app.post_message(ResultsAsked(run.folder))
        await until(pilot, lambda: isinstance(pilot.app.screen, Results))
        await pose(pilot, *keys)

    return run_before


@SIZES
@pytest.mark.parametrize(
    "keys", [(), ("2", "n"), ("3", "o"), ("4",), ("5",)], ids=["summary", "confusion", "classes", "worst", "try"]
)
def test_classes(
    snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    """The five panes of ten classes of pictures."""
    run = judged_runs.write(written(), "digits")
    assert snap_compare(make_app(), terminal_size=size, run_before=opened(run, *keys))


@SIZES
@pytest.mark.parametrize("keys", [(), ("2",), ("3",), ("4",)], ids=["summary", "scatter", "errors", "worst"])
def test_values(
    snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    """The panes of a regression."""
    run = judged_runs.write(written(name="20260101-120000-diabetes"), "diabetes")
    assert snap_compare(make_app(), terminal_size=size, run_before=opened(run, *keys))


@SIZES
def test_texts(
    snap_compare: Any,
    make_app: MakeApp,
    written: Written,
    keras_home: Any,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    """Of texts: the worst in words."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    run = judged_runs.write(written(name="20260101-120000-reuters"), "reuters", ("data.words=2000",))
    assert snap_compare(make_app(), terminal_size=size, run_before=opened(run, "4"))


@SIZES
def test_many_classes(
    snap_compare: Any,
    make_app: MakeApp,
    written: Written,
    keras_home: Any,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
) -> None:
    """Of 46 classes a window of the matrix beside the most confused pairs."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    run = judged_runs.write(written(name="20260101-120000-reuters"), "reuters", ("data.words=2000",))
    assert snap_compare(make_app(), terminal_size=size, run_before=opened(run, "2", "n"))


@SIZES
def test_no_predictions_yet(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Half way: when there will be something, and how to have it sooner."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 6)
    assert snap_compare(make_app(), terminal_size=size, run_before=opened(run, "2"))


@SIZES
def test_damaged(snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Half a file of predictions: which, and what computes it anew."""
    run = judged_runs.write(written(), "digits")
    for split in ("test", "validation"):
        (run.folder.path / "predictions" / f"{split}.npz").write_bytes(b"PK\x03\x04 half of a file")
    assert snap_compare(make_app(), terminal_size=size, run_before=opened(run))


@SIZES
def test_an_answer(
    snap_compare: Any, make_app: MakeApp, written: Written, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    """What was typed, what the network saw of it, and what it says."""
    picture = [[[16 * (row * 8 + column) // 4 % 256] for column in range(8)] for row in range(8)]
    shares = {str(number): 0.91 if number == 3 else 0.01 for number in range(10)}
    fact = {"class": "3", "probability": 0.91, "probabilities": shares}
    answer = {"answers": [fact], "weights": "that it ended with, of epoch 12", "seen": {"picture": picture}}
    monkeypatch.setattr(Predictor, "ask", lambda *asked: answer)
    run = judged_runs.write(written(), "digits")
    (run.folder.path.parent.parent / "3.png").touch()
    keys = ("5", "3", "full_stop", "p", "n", "g", "enter")
    assert snap_compare(make_app(), terminal_size=size, run_before=opened(run, *keys))
