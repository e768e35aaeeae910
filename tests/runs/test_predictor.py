"""Predictor: a child that holds a run's network and answers questions."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tuiml.runs import predictions, store
from tuiml.runs.folder import RunFolder
from tuiml.runs.predictor import Predictor
from tuiml.tasks import catalog

pytestmark = pytest.mark.tf


def test_one_child_answers_one_question_after_the_other(trained_digits: Path, tmp_path: Path) -> None:
    """A picture has the probabilities that the run gave it; mistakes are answered too, and the child goes on; it is told of stages."""
    picture = catalog.find("digits").load({}, lambda what: None).test_x[5]
    np.save(tmp_path / "five.npy", picture)
    stages: list[str] = []
    predictor = Predictor(RunFolder(trained_digits))
    try:
        mistakes = [
            predictor.ask(question, stages.append)["error"]
            for question in ({"file": "absent.png"}, {"row": [1, 2]}, {"text": "seven"}, {}, {"weights": "worst"})
        ]
        child = predictor._process
        found = predictor.ask({"file": str(tmp_path / "five.npy")})
        best = predictor.ask({"file": str(tmp_path / "five.npy"), "weights": "best"})
        same = predictor._process is child
    finally:
        predictor.close()
    assert child is not None
    stored = predictions.read(RunFolder(trained_digits), "test")
    assert stored is not None

    assert stages == ["importing TensorFlow"]
    assert "absent.png" in mistakes[0]
    assert "rows of digits are pictures" in mistakes[1]
    assert "needs a network that reads texts" in mistakes[2]
    assert "file, text and row" in mistakes[3]
    assert "final or best" in mistakes[4]
    np.testing.assert_allclose(list(found["answers"][0]["probabilities"].values()), stored.outputs[5], atol=1e-5)
    assert found["seen"]["picture"] == picture.tolist()
    assert "best" in best["weights"] or "checkpoint" in best["weights"]
    assert same
    assert child.poll() is not None
    assert predictor.ask({"file": "x"}) == {"error": "this is closed."}


def test_it_judges_the_rows_of_a_run_that_has_left_no_predictions(trained_digits: Path, tmp_path: Path) -> None:
    """What it writes is what the run itself wrote; of a run that was killed its last checkpoint speaks, and counts as new."""
    folder = RunFolder(tmp_path / "killed")
    shutil.copytree(trained_digits, folder.path)
    stored = predictions.read(folder, "test")
    lines = folder.events.read_text().splitlines(True)
    folder.events.write_text("".join(line for line in lines if '"RunEnded"' not in line))
    (folder.path / "preparation.json").unlink()
    predictions.drop(folder)
    predictor = Predictor(folder)
    try:
        with folder.hold():
            refused = predictor.ask({"judge": True})
        said = predictor.ask({"judge": True})
    finally:
        predictor.close()
    state = store.read(folder).state
    found = predictions.since_the_end(folder, "test", state)

    assert "in use" in refused["error"]
    assert said == {"judged": ["test", "validation"]}
    assert state.status == "crashed"
    assert predictions.at_the_end(folder, "test", state) is None
    assert stored is not None
    assert found is not None
    np.testing.assert_array_equal(found.rows, stored.rows)
    np.testing.assert_allclose(found.outputs, stored.outputs, atol=1e-5)


def test_a_child_that_was_killed_is_replaced(trained_digits: Path, tmp_path: Path) -> None:
    """The question in flight is an error that says so; a run that cannot be read is one too."""
    broken = tmp_path / "broken"
    shutil.copytree(trained_digits, broken)
    (broken / "recipe.toml").write_text("[")
    predictor = Predictor(RunFolder(broken))
    try:
        first = predictor.ask({"row": [1]})
        child = predictor._process
        assert child is not None
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        second = predictor.ask({"row": [1]})
        third = predictor.ask({"row": [1]})
    finally:
        predictor.close()

    assert "recipe.toml" in first["error"]
    assert "has ended" in second["error"]
    assert third == first


def test_it_ends_with_its_stdin_and_says_nothing_else(trained_digits: Path) -> None:
    """Lines that are no questions are answered with errors, SIGHUP's terminal is not its own, stdout has JSON alone."""
    done = subprocess.run(
        [sys.executable, "-m", "tuiml.train", "--predict", str(trained_digits)],
        input=b'no json\n[1]\n{"weights": 3}\n',
        capture_output=True,
        timeout=120,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert [set(answer) for answer in answers] == [{"error"}] * 3
    assert "one line of JSON" in answers[0]["error"]
