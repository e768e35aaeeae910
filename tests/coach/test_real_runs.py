"""Verdicts on networks that were really trained, on the command line too, and the time machine on their logs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tuiml import events, records
from tuiml.cli.app import run as command
from tuiml.coach import moment
from tuiml.coach.diagnosis import diagnose
from tuiml.coach.patience import what_if
from tuiml.runs import launch, store
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.tasks.recipes import build_recipe

pytestmark = pytest.mark.tf

OVERFIT = ("data.fraction=0.3", "model.layers=128,128", "optimizer.name=adam", "train.epochs=60")


def train(runs_dir: Path, *sets: str) -> RunFolder:
    """A run of digits, trained here."""
    from tuiml.train import runner

    folder = launch.prepare(build_recipe("digits", sets=sets), runs_dir, None, by="test")
    assert runner.run(folder) == 0
    return folder


@pytest.fixture(scope="module")
def overfit(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A large network, a third of the rows, sixty epochs."""
    return train(tmp_path_factory.mktemp("overfit") / "runs", *OVERFIT)


def test_a_large_network_on_few_rows_overfits(overfit: RunFolder) -> None:
    """All training rows right, validation far behind: variance, by the numbers of the log."""
    verdict = diagnose(store.read(overfit).state)

    assert verdict is not None
    assert verdict.kind == "overfitting"
    assert any("accuracy 1 " in piece for piece in verdict.evidence)


def test_early_stopping_does_what_was_foretold(overfit: RunFolder, tmp_path: Path) -> None:
    """The same recipe with patience 3 stops where the history without it said that it would, with the same best epoch."""
    foretold = what_if(store.read(overfit).state.history, 3)
    state = store.read(train(tmp_path / "runs", *OVERFIT, "early_stopping=3")).state

    assert foretold.stop_epoch == len(state.history)
    assert foretold.best_epoch == state.best_epoch == state.final_epoch
    verdict = diagnose(state)
    assert verdict is not None
    assert verdict.kind != "improving"
    assert f"the run ends with the weights of epoch {foretold.best_epoch}" in verdict.evidence


def test_the_time_machine_is_the_past(overfit: RunFolder) -> None:
    """Taken back to an epoch, a run has the figures and the verdict that it had when that epoch had just ended."""
    state, past = store.read(overfit).state, RunState()
    lines = overfit.events.read_text().splitlines()
    for record in map(records.decode, lines):
        past.apply(record)
        if isinstance(record.event, events.EpochEnded) and record.event.epoch in (2, 9, 30, 59):
            back = moment.after(state, record.event.epoch)
            assert [epoch.metrics for epoch in back.history] == [epoch.metrics for epoch in past.history]
            assert back.best_epoch == past.best_epoch
            measured = [
                one for one in back.measured if one.epoch < record.event.epoch
            ]  # told after the epoch has ended
            back.measured = past.measured = measured
            assert diagnose(back) == diagnose(past)


def test_the_command_line_tells_the_verdict(overfit: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    """As words, as JSON, in `show --json`, and on the card."""
    state = store.read(overfit).state
    verdict = diagnose(state)
    assert verdict is not None

    assert command(["diagnose", str(overfit.path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"]["kind"] == verdict.kind
    assert told["verdict"]["evidence"] == list(verdict.evidence)
    assert command(["show", str(overfit.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == told["verdict"]
    assert command(["diagnose", str(overfit.path)]) == 0
    assert capsys.readouterr().out.startswith("Overfitting")
    assert command(["show", str(overfit.path)]) == 0
    assert "verdict         Overfitting" in capsys.readouterr().out
