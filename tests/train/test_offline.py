"""Runs on the enlarged set of offline augmentation, and on labels that are mixed."""

from __future__ import annotations

import numpy as np
import pytest

from tuiml import events
from tuiml.records import Record
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import read_all
from tuiml.train import checkpoint

pytestmark = pytest.mark.tf

OFFLINE = ("augment.mode=offline", "augment.copies=2", "augment.ops=rotate:10,shift:0.1")


def happened(folder: RunFolder, kind: type[events.Event]) -> list[events.Event]:
    """All events of a kind in a run's log."""
    return [record.event for record in read_all(folder.events) if isinstance(record.event, kind)]


def test_an_epoch_goes_through_originals_and_copies(prepare, go) -> None:
    """Steps follow the enlarged set, the counts say what are copies, validation and test are as they were."""
    folder = prepare("digits", "train.epochs=1", *OFFLINE)
    state = go(folder)

    assert state.rows == {"train": 3450, "validation": 287, "test": 360}
    assert state.copies == 2300
    assert state.counts() == "3,450 train (2,300 are copies) + 287 validation + 360 test"
    assert (state.steps, state.status) == (108, "finished")
    assert any(stage.what.startswith("making 2,300 copies") for stage in state.stages)


@pytest.mark.parametrize("ops", ["rotate:10,shift:0.1", "mixup:0.4,featurewise"])
def test_a_resumed_run_rebuilds_the_same_set(prepare, go, stop_in, ops) -> None:
    """Stopped in the middle of an epoch and taken up again, it ends with the bits of an unbroken run."""
    sets = ("train.epochs=3", "regularize.dropout=0.3", *OFFLINE[:2], f"augment.ops={ops}")
    whole, broken = prepare("digits", *sets), prepare("digits", *sets)
    unbroken = go(whole)
    stop_in(2)

    assert go(broken).status == "stopped"
    halfway = checkpoint.load_newest(broken.checkpoints)
    assert halfway is not None
    assert (halfway.epoch, halfway.step) == (1, 2)
    resumed = go(broken)

    assert [row.metrics for row in resumed.history] == [row.metrics for row in unbroken.history]
    one, other = (checkpoint.load_newest(folder.checkpoints) for folder in (whole, broken))
    assert one is not None
    assert other is not None
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)


def test_a_stop_is_obeyed_while_copies_are_made(prepare, go) -> None:
    """It ends there: no network is built, nothing is trained."""
    folder = prepare("digits", *OFFLINE[:1], "augment.copies=2000", OFFLINE[2])

    def stop(record: Record) -> None:
        if isinstance(record.event, events.Preparing) and record.event.what.startswith("making"):
            launch.wish(folder, "stop", "cli")

    state = go(folder, stop)

    assert (state.status, state.history, state.layers) == ("stopped", [], [])


def test_copies_beyond_the_resident_share_are_streamed(prepare, go, monkeypatch) -> None:
    """Chunk by chunk, with the same figures as from memory; and it learns."""
    from tuiml.train import feed

    resident = go(prepare("digits", "train.epochs=3", *OFFLINE))
    monkeypatch.setattr(feed, "_RESIDENT_SHARE", 0.0)
    streamed = go(prepare("digits", "train.epochs=3", *OFFLINE))

    assert [row.metrics for row in streamed.history] == [row.metrics for row in resident.history]
    assert resident.test["accuracy"] > 0.8


def test_what_augmentation_does_amiss_is_noticed_at_the_start(prepare, go) -> None:
    """Measured on real pictures, told once, as a warning."""
    folder = prepare("digits", "train.epochs=1", "augment.ops=shift:0.6")
    go(folder)
    noticed = [event for event in happened(folder, events.Noticed) if event.code == "augmentation"]

    assert len(noticed) == 1
    assert "% of the pictures lose more than half" in noticed[0].text


@pytest.mark.parametrize("ops", ["mixup:0.4", "cutmix,rotate:5"])
def test_mixed_labels_train_and_are_validated_whole(prepare, go, ops) -> None:
    """Categorical crossentropy on shares of classes; validation rows keep their one class and get learned."""
    folder = prepare("digits", "train.epochs=10", f"augment.ops={ops}")
    state = go(folder)

    assert state.loss == "categorical_crossentropy"
    assert state.status == "finished"
    assert state.history[-1].metrics["val_accuracy"] > 0.85
