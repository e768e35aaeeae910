"""RunState is the one reading of a run's events."""

import math

from tests.nouns.conftest import records
from tuiml import events
from tuiml.records import decode
from tuiml.state import RunState

START = events.RunStarted("r", "digits", 4, 32, 0, 1, "host")
READY = events.ModelReady(["output (10,) 650"], 650, "mse", ["accuracy"], 10, "cpu")


def epoch(number: int, loss: float, val_loss: float, left: int | None = None) -> events.EpochEnded:
    """An epoch with both losses."""
    return events.EpochEnded(number, {"loss": loss, "val_loss": val_loss, "accuracy": 0.5}, 1.0, 1e-3, left)


def test_curves_and_best_epoch_come_from_the_events() -> None:
    """The best epoch is the one of lowest validation loss; nan is never best."""
    state = RunState.replay(
        records(START, READY, epoch(1, 1.0, 0.9), epoch(2, 0.8, 0.7), epoch(3, 0.6, math.nan), epoch(4, 0.4, 0.8))
    )

    assert state.series("loss") == ([1, 2, 3, 4], [1.0, 0.8, 0.6, 0.4])
    assert state.best_epoch == 2
    assert state.metric == "accuracy"


def test_eta_counts_the_epochs_left_at_the_speed_of_the_last_ones() -> None:
    """Two of four epochs at ten seconds each leave twenty seconds."""
    state = RunState.replay(
        records(
            (0.0, START),
            (0.5, READY),
            (1.0, events.EpochStarted(1, 1e-3)),
            (10.0, epoch(1, 1, 1)),
            (20.0, epoch(2, 1, 1)),
        )
    )

    assert state.progress() == 0.5
    assert state.eta() == 20.0


def test_progress_counts_batches_inside_an_epoch_and_never_passes_one() -> None:
    """Half an epoch of four is an eighth; a run with added epochs stays at one."""
    half = RunState.replay(
        records(START, READY, events.EpochStarted(1, 1e-3), events.BatchEnded(1, 5, 10, {"loss": 1.0}))
    )
    over = RunState.replay(records(START, READY, *(epoch(number, 1, 1) for number in range(1, 7))))

    assert half.progress() == 0.125
    assert over.progress() == 1.0


def test_a_resumed_run_forgets_the_epochs_after_its_checkpoint() -> None:
    """What is trained again is counted once."""
    resumed = events.RunStarted("r", "digits", 4, 32, 0, 2, "host", resumed_from=1)
    state = RunState.replay(
        records(
            START, READY, epoch(1, 1.0, 0.9), epoch(2, 0.8, 0.7), resumed, READY, epoch(2, 0.8, 0.7), epoch(3, 0.6, 0.6)
        )
    )

    assert [row.number for row in state.history] == [1, 2, 3]


def test_status_follows_pause_stop_and_end() -> None:
    """Each state has its own word."""
    story = records(
        START,
        READY,
        events.EpochStarted(1, 1e-3),
        events.Paused(1, 3),
        events.Resumed(1, 3),
        events.Wished("a", "stop", "tui"),
        events.RunEnded("stopped", "stopped by tui", None, 3.0),
    )
    words = [RunState.replay(story[:length]).status for length in range(1, len(story) + 1)]

    assert words == ["preparing", "preparing", "running", "paused", "running", "stopping", "stopped"]


def test_added_epochs_extend_the_plan() -> None:
    """A wish for more epochs moves the goal."""
    state = RunState.replay(records(START, READY, events.Wished("a", "add_epochs", "cli", 6)))

    assert state.epochs == 10
    assert state.obeyed == ["a"]


def test_results_keep_final_and_best_weights_apart() -> None:
    """`test_*` are of the final weights, `best_test_*` of the best epoch's."""
    state = RunState.replay(
        records(
            START,
            READY,
            epoch(1, 1, 1),
            events.Evaluated("test", {"loss": 0.3}),
            events.Evaluated("test", {"loss": 0.2}, "best"),
        )
    )

    assert {name: value for name, value in state.results().items() if "test" in name} == {
        "test_loss": 0.3,
        "best_test_loss": 0.2,
    }


def test_an_unknown_kind_changes_nothing() -> None:
    """A newer version's events are passed over."""
    record = decode('{"seq":9,"t":9.0,"kind":"Teleported"}')
    assert record is not None
    state = RunState.replay([*records(START), record])

    assert (state.status, state.count) == ("preparing", 2)


def test_the_time_between_two_runners_is_not_counted() -> None:
    """A run of ten seconds, resumed a day later for five, has taken fifteen."""
    ended = events.RunEnded("stopped", "stopped by cli", None, 10.0)
    resumed = events.RunStarted("r", "digits", 4, 32, 0, 2, "host", resumed_from=0)
    state = RunState.replay(records((100.0, START), (110.0, ended), (90_000.0, resumed), (90_005.0, ended)))

    assert state.elapsed(now=1e9) == 15.0
    assert state.started == 100.0


def test_the_speed_does_not_suffer_from_pauses_and_warm_ups() -> None:
    """Epochs of one second stay epochs of one second after a pause and after a day's rest with ten seconds of warm-up."""
    story = (
        (0.0, START),
        (1.0, events.EpochStarted(1, 1e-3)),
        (2.0, epoch(1, 1, 1)),
        (2.0, events.Paused(2, 1)),
        (60.0, events.Resumed(2, 1)),
        (61.0, epoch(2, 1, 1)),
        (61.0, events.RunEnded("stopped", "stopped by cli", None, 10.0)),
        (90_000.0, events.RunStarted("r", "digits", 4, 32, 0, 2, "host", resumed_from=2)),
        (90_010.0, events.EpochStarted(3, 1e-3)),
        (90_011.0, epoch(3, 1, 1)),
    )
    state = RunState.replay(records(*story))

    assert state.epoch_seconds() == 1.0
    assert state.eta() == 1.0


def test_progress_within_a_stage_is_one_stage() -> None:
    """Megabytes and percent that grow are one line of the warm-up, with the time at which it began."""
    told = ("reading mnist", "making 9 copies, 0 % done", "making 9 copies, 50 % done", "building the network")
    state = RunState.replay(records(START, *(events.Preparing(what) for what in told)))

    assert [(stage.what, stage.t) for stage in state.stages] == [
        ("reading mnist", 2.0),
        ("making 9 copies, 50 % done", 3.0),
        ("building the network", 5.0),
    ]


def test_counts_say_which_rows_are_copies() -> None:
    """Offline, and only there; logs of older versions know nothing of copies."""
    plain = RunState.replay(records(START, events.DataReady(10, 0, 5, [8, 8, 1], [])))
    offline = RunState.replay(records(START, events.DataReady(3000, 20, 5, [8, 8, 1], [], 2000)))

    assert plain.counts() == "10 train + 5 test"
    assert offline.counts() == "3,000 train (2,000 are copies) + 20 validation + 5 test"
