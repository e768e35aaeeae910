"""K-fold validation is one run: every fold's network, the epoch count they suggest, the refit."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tuiml import events
from tuiml.folds import mean_curve
from tuiml.records import Record
from tuiml.runs import launch, wishes
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import read_all
from tuiml.runs.summary import summary
from tuiml.state import RunState

pytestmark = pytest.mark.tf

SMALL = ("data.fraction=0.2004", "train.epochs=4", "model.layers=16", "regularize.dropout=0.2")
ALONE = "early_stopping=patience=9"  # looks at each network as a whole: none can be stacked
ONE_BY_ONE = (ALONE, "folds.k=2", "folds.repeats=2")


def happened(folder: RunFolder, kind: str) -> list[events.Event]:
    """All events of a kind."""
    return [record.event for record in read_all(folder.events) if record.kind == kind and record.event is not None]


@pytest.fixture(scope="module")
def side_by_side(prepare, go) -> tuple[RunFolder, RunState]:
    """A run of three folds, twice, stacked, and how it ended. Whoever writes into it copies it."""
    folder = prepare("digits", *SMALL, "folds.k=3", "folds.repeats=2")
    return folder, go(folder)


@pytest.fixture(scope="module")
def one_by_one(prepare, go) -> tuple[RunFolder, RunState]:
    """A run of two folds, twice, one after the other, and how it ended."""
    folder = prepare("digits", *SMALL, *ONE_BY_ONE)
    return folder, go(folder)


@pytest.mark.parametrize(("name", "k"), [("side_by_side", 3), ("one_by_one", 2)])
def test_cross_validation_is_one_run(request: pytest.FixtureRequest, name: str, k: int) -> None:
    """Planned before it begins, every fold of every repeat trained, then a refit on all rows, tested once."""
    folder, state = request.getfixturevalue(name)
    kinds = [record.kind for record in read_all(folder.events)]

    assert (state.status, state.exit_code) == ("finished", 0)
    assert state.plan is not None
    assert (state.plan.models, state.plan.stacked) == (2 * k, name == "side_by_side")
    times = [record.t for record in read_all(folder.events) if record.kind in ("FoldsPlanned", "EpochEnded")]
    assert state.plan.seconds is not None
    assert state.plan.seconds > (times[-1] - times[0]) / 5  # building a network takes longer than these epochs
    assert kinds.index("FoldsPlanned") < kinds.index("EpochStarted")
    assert sorted(state.folds) == [(repeat, fold) for repeat in (1, 2) for fold in range(1, k + 1)]
    assert {fold.status for fold in state.folds.values()} == {"finished"}
    assert {tuple(epoch.number for epoch in fold.history) for fold in state.folds.values()} == {(1, 2, 3, 4)}
    assert state.suggested is not None
    assert [epoch.number for epoch in state.history] == list(range(1, state.suggested.epoch + 1))
    assert not any(name.startswith("val_") for name in state.history[-1].metrics)
    assert [event.weights for event in happened(folder, "Evaluated") if isinstance(event, events.Evaluated)] == [
        "final"
    ]
    assert state.rows["train"] == sum(state.rows.values()) - state.rows["test"]
    assert state.progress() == 1.0
    assert folder.model.exists()
    assert [path.name for path in folder.checkpoints.iterdir() if path.is_dir()] == []

    told = summary(folder, state)
    metrics = told["metrics"]
    numbers, means, deviations = mean_curve(state.folds, "val_loss")
    assert numbers == [1, 2, 3, 4]
    assert metrics["val_loss"]["mean"] == pytest.approx(means[-1])
    assert metrics["val_loss"]["std"] == pytest.approx(deviations[-1])
    assert metrics["val_loss"]["folds"] == [fold.metrics["val_loss"] for _, fold in sorted(state.folds.items())]
    assert metrics["best_val_loss"]["mean"] == pytest.approx(means[told["folds"]["suggested_epoch"] - 1])
    assert {"test_loss", "test_accuracy"} <= metrics.keys()
    assert told["best_epoch"] is None
    assert (told["folds"]["k"], told["folds"]["repeats"], told["folds"]["failed"]) == (k, 2, 0)


KILL = """
import os, signal, sys
from pathlib import Path
from tuiml.events import EpochEnded
from tuiml.runs.folder import RunFolder
from tuiml.train import runner

def hear(record):
    event = record.event
    if isinstance(event, EpochEnded) and (event.repeat, event.fold, event.epoch) == (1, 2, 3):
        os.kill(os.getpid(), signal.SIGKILL)

sys.exit(runner.run(RunFolder(Path(sys.argv[1])), hear))
"""


def test_a_killed_run_resumes_at_the_fold_it_was_in(prepare, go, one_by_one) -> None:
    """kill -9 inside the second fold: finished folds are not trained again, and all figures are those of an unbroken run."""
    _, unbroken = one_by_one
    broken = prepare("digits", *SMALL, *ONE_BY_ONE)
    killed = subprocess.run([sys.executable, "-c", KILL, str(broken.path)], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    before = RunState.replay(read_all(broken.events))
    resumed = go(broken)

    assert resumed.status == "finished"
    assert figures(resumed) == figures(unbroken)
    assert resumed.test == unbroken.test
    assert before.folds[1, 1].status == "finished"
    begun = [event for event in happened(broken, "EpochStarted") if isinstance(event, events.EpochStarted)]
    assert [event.epoch for event in begun if (event.repeat, event.fold) == (1, 1)] == [1, 2, 3, 4]
    assert len(happened(broken, "FoldEnded")) == 4


def test_a_stack_stopped_inside_an_epoch_goes_on_as_if_it_had_not_been(prepare, go) -> None:
    """The state of all folds is saved between two batches, order and dropout included."""
    sets = (*SMALL, "folds.k=3", "train.batch_size=1")
    sets += ("train.epochs=80",)  # many, lest they be over before the wish is seen
    whole, broken = prepare("digits", *sets), prepare("digits", *sets)
    stopped = go(broken, stop_inside(broken, 2))
    resumed, unbroken = go(broken), go(whole)

    assert stopped.status == "stopped"
    assert not stopped.suggested
    assert resumed.status == "finished"
    assert figures(resumed) == figures(unbroken)
    assert resumed.suggested == unbroken.suggested


def stop_inside(folder: RunFolder, epoch: int) -> Callable[[Record], None]:
    """A listener that wishes a stop once, when the first batches of an epoch have been told."""
    asked: list[str] = []

    def hear(record: Record) -> None:
        if isinstance(record.event, events.BatchEnded) and record.event.epoch >= epoch and not asked:
            asked.append(launch.wish(folder, "stop", "cli").id)

    return hear


def test_a_fold_that_was_over_when_the_run_was_stopped_stays_over(tmp_path) -> None:
    """A stop that is wished for in the very epoch in which patience ends costs nothing: the fold is told as finished."""
    from tuiml.tasks.recipes import build_recipe
    from tuiml.train import rows
    from tuiml.train.control import Control, Stopped
    from tuiml.train.folds import CrossValidation
    from tuiml.train.plan import planned

    def hear(event: events.Event) -> None:
        heard.append(event)
        if isinstance(event, events.EpochEnded) and event.epoch == 2:
            control.ask(wishes.make("stop", "cli"))

    heard: list[events.Event] = []
    control = Control(hear)
    recipe = build_recipe("digits", sets=[*SMALL, "folds.k=3", "early_stopping=patience=1,min_delta=1000"])
    source = rows.read(recipe, lambda text: None)
    folder = RunFolder(tmp_path)
    folder.checkpoints.mkdir()
    folds = CrossValidation(
        folder, source, planned(source), RunState(), control, hear, lambda text: None, lambda rows, model: None
    )
    with pytest.raises(Stopped):
        folds.run()

    assert [(one.fold, one.status) for one in heard if isinstance(one, events.FoldEnded)] == [(1, "finished")]


def figures(state: RunState) -> dict[object, list[dict[str, float]]]:
    """The metrics of all epochs of all networks."""
    found: dict[object, list[dict[str, float]]] = {
        place: [epoch.metrics for epoch in fold.history] for place, fold in sorted(state.folds.items())
    }
    return found | {"refit": [epoch.metrics for epoch in state.history]}


@pytest.fixture
def poisoned(tmp_path: Path) -> Callable[..., str]:
    """A task of 30 rows, those given with a target so large that whoever learns from it is lost."""

    def make(*rows: int) -> str:
        random = np.random.default_rng(0)
        x = random.normal(size=(30, 4)).astype(np.float32)
        y = x.sum(axis=1)
        y[list(rows)] = 1e15
        np.savez(tmp_path / "poisoned.npz", x=x, y=y)
        return f"npz:{tmp_path / 'poisoned.npz'}"

    return make


TWO_EPOCHS = (
    "train.epochs=2",
    "optimizer.name=sgd",
    "train.batch_size=1",
    "folds.k=3",
    "folds.shuffled=off",
    "data.test=0",
    "data.validation=0",
    "data.kind=value",
)


@pytest.mark.parametrize("alone", [False, True])
def test_a_fold_that_fails_does_not_lose_the_others(prepare, go, poisoned, alone: bool) -> None:
    """Only the first fold's network does not learn from row 3: it finishes, the others are told as failed, and the run ends well."""
    more = [ALONE] if alone else []
    folder = prepare(poisoned(3), *TWO_EPOCHS, "folds.refit=off", *more)
    state = go(folder)

    assert [state.folds[1, fold].status for fold in (1, 2, 3)] == ["finished", "failed", "failed"]
    assert "no longer a finite number" in state.folds[1, 2].error
    assert (state.status, state.exit_code) == ("finished", 0)
    assert state.suggested is not None
    assert state.suggested.failed == 2
    assert len(state.results()["val_mae"]["folds"]) == 1
    assert len([notice for notice in state.notices if notice.code == "fold-failed"]) == 2


def test_a_run_whose_folds_all_fail_has_failed(prepare, go, poisoned) -> None:
    """It ends with the exit code of what they failed of, and says it; so does whoever takes it up again."""
    folder = prepare(poisoned(3, 13), *TWO_EPOCHS)
    for state in (go(folder), go(folder)):
        assert (state.status, state.exit_code) == ("failed", 4)
        assert "no longer a finite number" in state.error


def test_time_that_is_over_before_an_epoch_is_said(prepare, go) -> None:
    """Each network has its share of the minutes; one of so few that no epoch is complete has nothing to show."""
    state = go(prepare("digits", "folds.k=2", "train.epochs=2", "train.max_minutes=0.00001"))

    assert (state.status, state.exit_code) == ("failed", 1)
    assert "no epoch was complete" in state.error
    assert "max_minutes" in state.error


def test_added_epochs_go_to_the_refit(go, side_by_side, tmp_path) -> None:
    """The folds are not trained again."""
    finished, first = side_by_side
    folder = RunFolder(shutil.copytree(finished.path, tmp_path / finished.id))
    assert first.suggested is not None
    launch.wish(folder, "add_epochs", "cli", 2)
    state = go(folder)

    assert state.status == "finished"
    assert len(state.history) == state.epochs == first.suggested.epoch + 2
    assert [epoch.metrics for epoch in state.history[: first.suggested.epoch]] == [
        epoch.metrics for epoch in first.history
    ]
    assert len(happened(folder, "FoldEnded")) == 6
    assert any(notice.code == "added-epochs" for notice in state.notices)


@pytest.fixture(scope="module")
def teacher(prepare, go) -> RunFolder:
    """A run whose weights others begin with."""
    folder = prepare("digits", *SMALL, "train.epochs=1")
    go(folder)
    return folder


@pytest.mark.parametrize("alone", [False, True])
def test_weights_of_the_same_task_are_no_honest_beginning(prepare, go, teacher, alone: bool) -> None:
    """They have seen the rows that folds validate on, which is told; and which layers begin so, once for all networks."""
    more = [ALONE] if alone else []
    state = go(prepare("digits", *SMALL, "folds.k=2", "train.epochs=1", f"train.init_from={teacher.path}", *more))

    assert state.status == "finished"
    texts = [notice.text for notice in state.notices if notice.code == "init-from"]
    assert ["seen rows that the folds validate on" in text for text in texts] == [True, False]
    assert "begins with the weights of" in texts[1]


def test_statistics_are_of_each_folds_training_rows() -> None:
    """A table's columns are standardized by the rows that the fold trains on, none by those it validates on."""
    from tuiml.tasks.recipes import build_recipe
    from tuiml.train import rows
    from tuiml.train.plan import planned

    source = rows.read(build_recipe("wine", sets=["folds.k=4"]), lambda text: None)
    numbers, plan = planned(source)
    for fold in plan:
        mine = rows.feeds(source, numbers[fold.train], numbers[fold.validation], lambda text: None)
        assert np.abs(mine.train.x[mine.train.rows].mean(axis=0)).max() < 1e-5
        assert np.abs(mine.train.x[mine.train.rows].std(axis=0) - 1).max() < 1e-5
        assert mine.validation is not None
        assert np.abs(mine.validation.x[mine.validation.rows].mean(axis=0)).max() > 1e-2
