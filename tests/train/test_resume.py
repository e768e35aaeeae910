"""A stopped run goes on as if it had never been stopped."""

from collections.abc import Callable

import numpy as np
import pytest

from tuiml import events
from tuiml.records import Record
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import read
from tuiml.state import RunState
from tuiml.train import checkpoint

pytestmark = pytest.mark.tf

EVERYTHING = (
    "train.epochs=3",
    "train.batch_size=4",
    "regularize.dropout=0.3",
    "regularize.input_dropout=0.1",
    "regularize.l2=0.001",
    "augment.ops=rotate:10,shift:0.1",
    "early_stopping=patience=2,monitor=val_loss",
    "model.batch_norm=on",
    "optimizer.name=adam",
)


def stop_at(folder: RunFolder, epoch: int, step: int) -> Callable[[Record], None]:
    """A listener that wishes a stop once, after this batch or the next one told."""
    left: list[str] = []

    def hear(record: Record) -> None:
        event = record.event
        if isinstance(event, events.BatchEnded) and (event.epoch, event.step) >= (epoch, step) and not left:
            left.append(launch.wish(folder, "stop", "cli").id)

    return hear


@pytest.fixture(scope="module")
def whole(prepare, go) -> tuple[RunFolder, RunState]:
    """An unbroken run of everything, and how it ended; nobody writes into it."""
    folder = prepare("digits", *EVERYTHING)
    return folder, go(folder)


@pytest.mark.parametrize("epoch", [1, 2])
def test_a_resumed_run_ends_with_the_bits_of_an_unbroken_one(prepare, go, stop_in, whole, epoch) -> None:
    """Weights, optimizer and history agree to the last bit, with dropout, batch normalization, augmentation and early stopping."""
    (kept, unbroken), broken = whole, prepare("digits", *EVERYTHING)
    stop_in(epoch)
    assert go(broken).status == "stopped"
    halfway = checkpoint.load_newest(broken.checkpoints)
    assert halfway is not None
    assert (halfway.epoch, halfway.step) == (epoch - 1, 2)
    resumed = go(broken)

    assert resumed.status == "finished"
    assert [row.metrics for row in resumed.history] == [row.metrics for row in unbroken.history]
    one, other = (checkpoint.load_newest(folder.checkpoints) for folder in (kept, broken))
    assert one is not None
    assert other is not None
    assert one.arrays.keys() == other.arrays.keys()
    assert {
        name: float(np.abs(one.arrays[name].astype(float) - other.arrays[name].astype(float)).max())
        for name in one.arrays
    } == dict.fromkeys(one.arrays, 0.0)
    assert resumed.test == unbroken.test


def test_a_run_stopped_during_validation_keeps_the_metrics_of_training(prepare, go, whole, monkeypatch) -> None:
    """Validation counts with the same variables as training; what training had counted is not lost."""
    from tuiml.runs import wishes
    from tuiml.train.loop import CompiledLoop

    (_, unbroken), broken = whole, prepare("digits", *EVERYTHING)
    validate = CompiledLoop._validate

    def stop_first(loop, iterator):
        if loop.epoch == 2 and not stopped:
            stopped.append(True)
            next(loop._run("test", loop.validation, 0, 0))  # a part of the rows has been counted already
            loop._control.ask(wishes.make("stop", "test"))
        return validate(loop, iterator)

    stopped: list[bool] = []
    monkeypatch.setattr(CompiledLoop, "_validate", stop_first)
    assert len(go(broken).history) == 1
    resumed = go(broken)

    assert stopped == [True]
    assert [row.metrics for row in resumed.history] == [row.metrics for row in unbroken.history]


def test_added_epochs_go_on_where_the_run_ended(prepare, go) -> None:
    """Two epochs and two more are four epochs."""
    short, long = prepare("digits", "train.epochs=2"), prepare("digits", "train.epochs=4")
    go(short)
    launch.wish(short, "add_epochs", "cli", 2)
    extended, whole = go(short), go(long)

    assert [row.metrics for row in extended.history] == [row.metrics for row in whole.history]
    assert extended.epochs == 4


def test_a_damaged_checkpoint_is_passed_over(prepare, go) -> None:
    """Half a file, as a crash of the disk leaves it, costs the epochs since the checkpoint before, not the run."""
    folder = prepare("digits", "train.epochs=400", "train.batch_size=64")
    go(folder, stop_at(folder, 60, 1))
    newest = sorted(folder.checkpoints.glob("last-*.npz"))[-1]
    newest.write_bytes(newest.read_bytes()[:1000])
    found = checkpoint.load_newest(folder.checkpoints)
    assert found is None or found.path != newest
    state = go(folder, stop_at(folder, 90, 1))

    assert [row.number for row in state.history] == list(range(1, len(state.history) + 1))
    assert len(state.history) >= 89


def test_a_stop_older_than_the_runner_is_not_meant_for_it(prepare, go) -> None:
    """A wish left for a run that had already ended does not stop its next runner."""
    folder = prepare("digits", "train.epochs=1")
    go(folder)
    launch.wish(folder, "stop", "cli")
    launch.wish(folder, "add_epochs", "cli", 1)
    state = go(folder)

    assert (state.status, len(state.history)) == ("finished", 2)


def test_a_run_shows_as_it_ended(prepare, go) -> None:
    """Reading the folder later tells what the runner told."""
    folder = prepare("digits", "train.epochs=1")
    state = go(folder)

    assert read(folder).state == state
