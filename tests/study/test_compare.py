"""Runs side by side: what differs in their recipes, and what each came to."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests import studies
from tuiml.folds import Epoch
from tuiml.knobs import KNOBS
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import Run
from tuiml.state import RunState
from tuiml.study.compare import differences, leaders, results
from tuiml.tasks.recipes import build_recipe


def run(name: str, losses: list[float], **more: object) -> Run:
    """A finished run with these validation losses; accuracy is one less a tenth of them."""
    state = RunState(run=name, status="finished", epochs=len(losses), metric_names=["accuracy"], parameters=7)
    for number, loss in enumerate(losses, 1):
        metrics = {"loss": loss / 2, "accuracy": 1 - loss / 20, "val_loss": loss, "val_accuracy": 1 - loss / 10}
        state.history.append(Epoch(number, metrics, 0.5, 1e-3, None, number / 2))
    for key, value in more.items():
        setattr(state, key, value)
    return Run(RunFolder(Path(name)), name, state)


def test_only_fields_that_differ_are_rows() -> None:
    """With path, title and the value of each recipe, as the form shows it; the same recipes have none."""
    one = build_recipe("digits")
    other = build_recipe("digits", sets=["regularize.dropout=0.5", "early_stopping=7"])
    rows = differences([one, other, one])

    assert [(row.path, row.values) for row in rows] == [
        ("regularize.dropout", ("0", "0.5", "0")),
        ("early_stopping", ("off", "7", "off")),
    ]
    assert rows[0].title == KNOBS["regularize.dropout"].title
    assert differences([one, one]) == []
    assert differences([]) == []


def test_a_result_is_of_the_best_epoch() -> None:
    """Validation where its loss was lowest, test of the final weights, the gap at the end."""
    found = results([run("a", [3.0, 1.0, 2.0], test={"loss": 0.9, "accuracy": 0.8})])[0]

    assert (found.best, found.loss, found.value, found.metric) == (2, 1.0, pytest.approx(0.9), "accuracy")
    assert (found.test, found.test_loss, found.epochs, found.parameters) == (0.8, 0.9, "3/3", 7)
    assert found.gap == pytest.approx(1.0)


def test_a_result_says_what_the_coach_says() -> None:
    """The kind of verdict; of a run that has hardly begun there is none."""
    overfit = run("b", [1.0 - 0.1 * at for at in range(6)] + [0.5 + 0.01 * at for at in range(30)])
    for epoch in overfit.state.history:
        epoch.metrics["loss"] = 1 / epoch.number
    early, late = results([run("a", [1.0]), overfit])

    assert early.verdict == ""
    assert late.verdict == "overfitting"


def test_a_run_that_has_not_begun_has_a_result() -> None:
    """Nothing is known, nothing is made up."""
    found = results([Run(RunFolder(Path("x")), "", RunState())])[0]

    assert [found.best, found.loss, found.value, found.test, found.gap] == [None] * 5
    assert found.epochs == "0/0"


def test_a_study_counts_with_the_means_of_its_folds() -> None:
    """At the suggested epoch."""
    state = studies.state()
    assert state.suggested is not None
    found = results([Run(RunFolder(Path("x")), "", state)])[0]

    assert found.best == state.suggested.epoch
    assert found.value == pytest.approx(state.suggested.mean)


def test_the_lowest_validation_loss_leads() -> None:
    """Equal ones lead together; different metrics, or only one that has a value, know no leader."""
    runs = [run("a", [3.0, 1.0]), run("b", [0.5, 2.0]), run("c", [0.5])]

    assert leaders(results(runs)) == (1, 2)
    assert leaders(results(runs[:1])) == ()
    assert leaders(results([runs[0], run("d", [math.nan])])) == ()
    assert leaders(results([runs[0], run("e", [1.0], metric_names=["mae"])])) == ()
    assert leaders(results([runs[0], run("f", [1.0], task="wine")])) == ()
    assert leaders([]) == ()
