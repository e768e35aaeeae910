"""Folds as rows, words and curves."""

from __future__ import annotations

import math
import statistics

import pytest

from tests.studies import metrics, state
from tuiml.draw import fold_curves, folds
from tuiml.draw.card import result_card
from tuiml.draw.numbers import figure


@pytest.mark.parametrize(("k", "repeats"), [(4, 1), (3, 2)])
def test_each_fold_has_a_row_and_below_are_mean_and_spread(k: int, repeats: int) -> None:
    """The figures are those of each fold's last epoch, and of the lowest of the metric that decides."""
    found = state(k=k, repeats=repeats)
    headers, rows = folds.fold_cells(found)
    column, lowest = headers.index("val_mae"), headers.index("lowest val_mae")
    last = [metrics(60, repeat, fold)["val_mae"] for repeat in range(1, repeats + 1) for fold in range(1, k + 1)]
    best = [
        min(metrics(epoch, repeat, fold)["val_mae"] for epoch in range(1, 61))
        for repeat in range(1, repeats + 1)
        for fold in range(1, k + 1)
    ]

    assert [row[column] for row in rows[:-2]] == [figure(value) for value in last]
    assert [row[lowest] for row in rows[:-2]] == [figure(value) for value in best]
    assert [row[0] for row in rows[-2:]] == ["mean", "spread"]
    assert rows[-2][column] == figure(statistics.fmean(last))
    assert rows[-1][column] == figure(statistics.pstdev(last))
    assert rows[-1][lowest] == figure(statistics.pstdev(best))


def test_the_table_fits_80_columns() -> None:
    """Also with repeats, and however far the folds are."""
    for count in (10, 200, 700, None):
        assert max(map(len, folds.fold_lines(state(count, k=4, repeats=3)))) <= 78


@pytest.mark.parametrize("stacked", [True, False])
@pytest.mark.parametrize("which", ["loss", "metric"])
def test_a_chart_of_folds_has_exactly_the_size_asked_for(stacked: bool, which: str) -> None:
    """From before the first epoch to the end, down to one cell: never an exception, never a cell too many."""
    for count in (4, 5, 6, 40, 300, None):
        found = state(count, stacked=stacked)
        for width, height in ((80, 15), (120, 30), (40, 6), (20, 4), (1, 1), (0, 0)):
            for draw in (fold_curves.folds_chart, fold_curves.refit_chart):
                lines = draw(found, which, width, height).plain.split("\n")
                assert len(lines) == max(height, 1)
                assert all(len(line) == width for line in lines) or width < 1


def test_the_curves_are_the_folds_their_mean_and_the_smoothed_mean() -> None:
    """One line per fold with all its epochs; the smoothed one begins after the epochs left out and is lowest at the suggestion."""
    found = state()
    lines = fold_curves.lines_of(found, "metric")
    smoothed = next(line for line in lines if line.label == "smoothed")
    mean = next(line for line in lines if line.label == "mean")

    assert [len(line.x) for line in lines if line.label == "each fold"] == [60] * 4
    assert mean.y[19] == pytest.approx(statistics.fmean(metrics(20, 1, fold)["val_mae"] for fold in range(1, 5)))
    assert smoothed.x[0] == 7  # of 60 epochs a tenth is left out
    assert found.suggested is not None
    assert smoothed.x[list(smoothed.y).index(min(smoothed.y))] == found.suggested.epoch


def test_many_folds_of_many_epochs_are_thinned() -> None:
    """What is drawn does not grow with the study: at most 16 folds, at most 600 points of each."""
    found = state(k=20, epochs=700)
    lines = [line for line in fold_curves.lines_of(found, "loss") if "folds" in line.label]

    assert len(lines) == 16
    assert max(len(line.x) for line in lines) <= 600


def test_a_failed_fold_is_told_and_does_not_count() -> None:
    """Its row says so, the mean is of the others, the suggestion names how many failed."""
    found = state(failed=2)
    _, rows = folds.fold_cells(found)

    assert "failed" in rows[1][1]
    assert rows[-2][4] == figure(statistics.fmean(metrics(60, 1, fold)["val_mae"] for fold in (1, 3, 4)))
    assert "1 of the folds failed" in folds.suggestion(found)
    assert "no memory [red]" in folds.fold_line(found, found.folds[1, 2])


@pytest.mark.parametrize(
    ("count", "stacked", "words"),
    [(4, True, "fold 1 of 4"), (30, True, "all 4 folds at once"), (130, False, "fold 2 of 4"), (None, True, "refit")],
)
def test_what_trains_now_is_said(count: int | None, stacked: bool, words: str) -> None:
    """Which fold of how many, or the refit."""
    assert folds.now(state(count, stacked=stacked)) == words


def test_a_plan_says_how_many_networks_and_how_long() -> None:
    """Before anything has begun."""
    planned = folds.planned(state(4, k=4, repeats=3))

    assert planned.startswith(
        "12 networks (3 x 4 folds), then the refit on all training rows: 60 epochs each on 303 rows"
    )
    assert planned.endswith("about 4 min 00 s")


def test_the_card_of_a_study_has_folds_suggestion_and_the_refits_test() -> None:
    """Each figure with the epoch it is of; no line of ours is longer than the terminal."""
    found = state()
    assert found.suggested is not None
    lines = result_card(found, "tuiml", "/r").text(80).plain.split("\n")
    text, at = "\n".join(lines), found.suggested.epoch

    assert len([line for line in lines if "✓ finished" in line]) == 1 + 4
    assert f"suggested       {at} epochs: smoothed val_mae" in text
    assert f"test            loss 14.20, mae 2.5100 (the refit, epoch {at})" in text
    assert f"epoch {at}" in text
    assert "epoch 60" in text
    assert max(map(len, lines)) <= 80


def test_a_mean_that_is_not_finite_is_shown_as_such() -> None:
    """A fold that diverged neither hides nor breaks anything."""
    found = state()
    found.folds[1, 1].history[-1].metrics["val_mae"] = math.inf

    assert any("nan" in row or "inf" in row for row in folds.fold_cells(found)[1])
    assert fold_curves.folds_chart(found, "metric", 80, 15).plain.count("\n") == 14
