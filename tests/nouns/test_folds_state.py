"""What k-fold validation says, read from its events."""

import math

import pytest

from tests.nouns.conftest import records
from tuiml import events, folds
from tuiml.events import Event
from tuiml.folds import Epoch, Fold
from tuiml.state import RunState

START = events.RunStarted("r", "boston_housing", 4, 1, 0, 1, "host")
READY = events.ModelReady(["output (1,) 65"], 65, "mse", ["mae"], 10, "cpu")


def plan(epochs: int = 4, stacked: bool = False, refit: bool = True) -> events.FoldsPlanned:
    """Two folds."""
    return events.FoldsPlanned(2, 1, 2, epochs, 100, stacked, 60.0, refit)


def begun(epoch: int, fold: int | None) -> events.EpochStarted:
    """The beginning of an epoch of a fold, or of the refit."""
    return events.EpochStarted(epoch, 1e-3, fold, 1 if fold else None)


def ended(epoch: int, fold: int | None, error: float = 1.0) -> events.EpochEnded:
    """The end of an epoch of a fold, or of the refit."""
    metrics = {"mae": error / 2} | ({"val_mae": error, "val_loss": error**2} if fold else {})
    return events.EpochEnded(epoch, metrics, 1.0, 1e-3, None, fold, 1 if fold else None)


def done(fold: int, status: str = "finished") -> events.FoldEnded:
    """The end of a fold."""
    return events.FoldEnded(fold, 1, status, {}, None if status == "finished" else "lost")


def study(*errors: list[float]) -> list[Event]:
    """The events of folds trained one after another, with these validation errors, epoch by epoch."""
    told: list[Event] = [START, READY, plan(len(errors[0]))]
    for fold, values in enumerate(errors, 1):
        for epoch, error in enumerate(values, 1):
            told += [begun(epoch, fold), ended(epoch, fold, error)]
        told.append(done(fold))
    return told


def test_folds_have_curves_of_their_own_and_history_is_the_refits() -> None:
    """Epochs of a fold never appear among those of the run's own network."""
    told = study([4.0, 3.0, 2.0, 5.0], [6.0, 5.0, 4.0, 7.0])
    suggested = events.FoldsEnded("val_mae", 3, 3.0, 3.0, 1.0)
    state = RunState.replay(records(*told, suggested, begun(1, None), ended(1, None)))

    assert [epoch.metrics["val_mae"] for epoch in state.folds[1, 2].history] == [6.0, 5.0, 4.0, 7.0]
    assert [epoch.number for epoch in state.history] == [1]
    assert state.best_epoch is None
    assert state.epochs == 3
    assert folds.mean_curve(state.folds, "val_mae") == ([1, 2, 3, 4], [5.0, 4.0, 3.0, 6.0], [1.0] * 4)


def test_results_hold_the_folds_last_epoch_and_the_suggested_one() -> None:
    """{mean, std, folds} of both, beside the refit's own figures and its test."""
    told = study([4.0, 3.0, 2.0, 5.0], [6.0, 5.0, 4.0, 7.0])
    rest = [events.FoldsEnded("val_mae", 3, 3.0, 3.0, 1.0), begun(1, None), ended(1, None)]
    results = RunState.replay(records(*told, *rest, events.Evaluated("test", {"mae": 2.5}))).results()

    assert results["val_mae"] == {"mean": 6.0, "std": 1.0, "folds": [5.0, 7.0]}
    assert results["best_val_mae"] == {"mean": 3.0, "std": 1.0, "folds": [2.0, 4.0]}
    assert (results["mae"], results["test_mae"]) == (0.5, 2.5)


def test_an_epoch_told_twice_counts_once() -> None:
    """A runner that was killed had told of epochs after its last checkpoint: the next one trains them again."""
    lost = [begun(1, 1), ended(1, 1, 9.0), begun(2, 1), ended(2, 1, 8.0)]
    state = RunState.replay(records(START, READY, plan(), *lost, START, begun(2, 1), ended(2, 1, 7.0)))

    assert [(epoch.number, epoch.metrics["val_mae"]) for epoch in state.folds[1, 1].history] == [(1, 9.0), (2, 7.0)]


def test_progress_counts_all_networks_and_the_refit() -> None:
    """Two folds of four epochs and a refit of four: twelve, of which half an epoch is a twenty-fourth."""
    told = [START, READY, plan(), begun(1, 1), events.BatchEnded(1, 5, 10, {"loss": 1.0})]
    assert RunState.replay(records(*told)).progress() == pytest.approx(0.5 / 12)

    told = study([1.0] * 4, [1.0] * 4)
    assert RunState.replay(records(*told)).progress() == pytest.approx(8 / 12)

    told += [events.FoldsEnded("val_mae", 2, 1.0, 1.0, 0.0), begun(1, None), ended(1, None)]
    assert RunState.replay(records(*told)).progress() == pytest.approx(9 / 10)
    assert RunState.replay(records(*told, begun(2, None), ended(2, None))).progress() == 1.0


def test_progress_of_folds_side_by_side_counts_each() -> None:
    """Half an epoch of two folds at once is one of twelve; without a refit, one of eight."""
    for refit, all_epochs in ((True, 12), (False, 8)):
        told = [START, READY, plan(stacked=True, refit=refit), begun(1, 1), begun(1, 2)]
        state = RunState.replay(records(*told, events.BatchEnded(1, 5, 10, {"loss": 1.0})))
        assert state.progress() == pytest.approx(1 / all_epochs)


def test_time_left_is_the_estimate_first_and_then_what_was_measured() -> None:
    """Two of twelve epochs in twenty seconds leave a hundred."""
    planned = [(0.0, START), (1.0, READY), (2.0, plan())]
    assert RunState.replay(records(*planned)).eta() == 60.0

    trained = [(10.0, begun(1, 1)), (20.0, ended(1, 1)), (20.0, begun(2, 1)), (30.0, ended(2, 1))]
    assert RunState.replay(records(*planned, *trained)).eta() == pytest.approx(100.0)


def test_a_failed_fold_is_told_and_not_counted() -> None:
    """The mean is over the others."""
    told = [START, READY, plan(2), begun(1, 1), ended(1, 1, 9.0), done(1, "failed")]
    told += [begun(1, 2), ended(1, 2, 3.0), begun(2, 2), ended(2, 2, 2.0), done(2)]
    state = RunState.replay(records(*told))
    suggested = folds.suggest(state.folds, "val_mae", 0.0, 0)

    assert (state.folds[1, 1].status, state.folds[1, 1].error) == ("failed", "lost")
    assert folds.mean_curve(state.folds, "val_mae") == ([1, 2], [3.0, 2.0], [0.0, 0.0])
    assert suggested == events.FoldsEnded("val_mae", 2, 2.0, 2.0, 0.0, 1)


def test_a_fold_stopped_early_does_not_cut_the_others_short() -> None:
    """Its network stays as it was, so that the epoch suggested may be one that it never had."""
    told = study([4.0, 3.0, 2.0, 1.0], [4.0, 4.0])
    state = RunState.replay(records(*told))
    suggested = folds.suggest(state.folds, "val_mae", 0.0, 0)

    assert folds.mean_curve(state.folds, "val_mae")[:2] == ([1, 2, 3, 4], [4.0, 3.5, 3.0, 2.5])
    assert suggested == events.FoldsEnded("val_mae", 4, 2.5, 2.5, 1.5)
    assert folds.results(state.folds, suggested)["best_val_mae"]["folds"] == [1.0, 4.0]


def test_added_epochs_leave_the_folds_alone() -> None:
    """They are the refit's, whenever they were wished for."""
    wish = events.Wished("1", "add_epochs", "cli", 5)
    state = RunState.replay(records(START, READY, plan(), wish, begun(1, 1)))
    assert (state.epochs, state.added) == (4, 5)
    state.apply(records(*[START] * 5, events.FoldsEnded("val_mae", 2, 1.0, 1.0, 0.0))[-1])
    assert state.epochs == 7


def test_the_smoothed_curve_is_the_notes_own() -> None:
    """The first value is kept; each later one is 0.9 of the average before and 0.1 of itself."""
    assert folds.smoothed([9.0, 2.0, 1.0, 3.0], 0.9, 1) == pytest.approx([2.0, 1.9, 0.9 * 1.9 + 0.3])
    assert folds.smoothed([1.0, math.nan, 2.0], 0.5, 0)[2] == 1.5
    assert folds.best([math.nan, 2.0, 1.0, 1.0]) == 2
    assert folds.best([math.nan]) is None


def test_the_suggestion_is_where_the_smoothed_mean_curve_is_lowest() -> None:
    """Of a valley with noise on it, counted in epochs of the whole curve, first epochs left out."""
    values = [abs(epoch - 60) / 10 + (0.5 if epoch % 2 else 0.0) for epoch in range(1, 201)]
    history = [Epoch(number, {"val_mae": value}, 1.0, 1e-3, None, 0.0) for number, value in enumerate(values, 1)]
    suggested = folds.suggest({(1, 1): Fold(1, 1, history, "finished")}, "val_mae", 0.9, 10)

    assert suggested is not None
    assert 60 <= suggested.epoch <= 70
    assert suggested.mean == values[suggested.epoch - 1]
    assert suggested.value == min(folds.smoothed(values, 0.9, 10))


def test_a_short_study_is_not_left_without_a_curve() -> None:
    """Of twenty epochs two are left out, not ten."""
    assert [folds.skipped(10, epochs) for epochs in (5, 20, 100, 500)] == [0, 2, 10, 10]
