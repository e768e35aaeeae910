"""The history of a run as comma-separated values."""

import csv
import io

from tuiml import events
from tuiml.export import history
from tuiml.records import Record
from tuiml.state import RunState


def replayed(*told: events.Event) -> RunState:
    """The state after these events."""
    return RunState.replay(
        Record(seq, float(seq), type(event).__name__, event, vars(event)) for seq, event in enumerate(told, 1)
    )


def test_every_epoch_is_a_row_with_all_its_metrics() -> None:
    """A metric that one epoch lacks is an empty cell; numbers keep all their digits."""
    state = replayed(
        events.EpochEnded(1, {"loss": 0.1 + 0.2, "val_loss": 2.0}, 0.5, 1e-3),
        events.EpochEnded(2, {"loss": 0.25}, 0.5, 1e-3),
    )
    [first, second] = csv.DictReader(io.StringIO(history.to_csv(state)))

    assert float(first["loss"]) == 0.1 + 0.2
    assert (second["epoch"], second["val_loss"]) == ("2", "")


def test_folds_have_columns_of_their_own_and_the_refit_has_neither() -> None:
    """Each epoch of each fold is there, then those of the network that learned from all rows."""
    state = replayed(
        events.FoldsPlanned(2, 1, 2, 1, 10, False),
        *(events.EpochEnded(1, {"loss": float(fold)}, 0.1, 1e-3, None, fold, 1) for fold in (1, 2)),
        events.FoldsEnded("val_loss", 1, 1.0, 1.0, 0.0),
        events.EpochEnded(1, {"loss": 9.0}, 0.1, 1e-3),
    )
    rows = list(csv.DictReader(io.StringIO(history.to_csv(state))))

    assert [(row["repeat"], row["fold"], row["loss"]) for row in rows] == [
        ("1", "1", "1.0"),
        ("1", "2", "2.0"),
        ("", "", "9.0"),
    ]
