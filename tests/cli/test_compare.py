"""`tuiml compare` shows what differs between runs and what came of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tuiml import events
from tuiml.runs import launch
from tuiml.runs.log import EventLog
from tuiml.tasks.recipes import build_recipe


@pytest.fixture
def runs_dir(clean_env: dict[str, str]) -> Path:
    """Where the commands look for runs."""
    return Path(clean_env["TUIML_RUNS_DIR"])


def written(runs_dir: Path, name: str, losses: list[float], *sets: str, task: str = "digits") -> str:
    """Write a finished run with these validation losses and return its id."""
    folder = launch.prepare(build_recipe(task, sets=list(sets)), runs_dir, name, by="test")
    log = EventLog(folder.events)
    log.append(events.RunStarted(folder.id, task, len(losses), 32, 0, 1, "here"))
    log.append(events.ModelReady(["dense"], 10, "mse", ["accuracy"], 4, "CPU"))
    for number, loss in enumerate(losses, 1):
        metrics = {"loss": loss / 2, "accuracy": 0.8, "val_loss": loss, "val_accuracy": 1 - loss / 10}
        log.append(events.EpochStarted(number, 1e-3))
        log.append(events.EpochEnded(number, metrics, 0.1, 1e-3))
    log.append(events.RunEnded("finished", "all epochs done", 1, 1.0))
    log.close()
    return folder.id


def test_curves_differences_and_results_are_shown(tuiml, runs_dir: Path) -> None:
    """One legend with each run's best, one row for the field that differs, one row for each run; the better one has a star."""
    written(runs_dir, "plain", [2.0, 1.5, 1.8])
    written(runs_dir, "dropped", [2.0, 1.2, 1.1], "regularize.dropout=0.5")
    done = tuiml("compare", "plain", "dropped")

    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")
    rows = {line.split("  ")[0]: line.split()[1:] for line in lines}
    assert lines[0].startswith("val_loss  A plain 1.5000 at 2  B dropped 1.1000 at 3 ★")
    assert any(line.split() == ["A", "plain", "B", "★", "dropped"] for line in lines)
    assert rows["regularize.dropout"] == ["0", "0.5"]
    assert rows["val_loss"][-2:] == ["1.5000", "1.1000"]
    assert "regularize.l2" not in rows
    assert "\x1b" not in done.stdout


def test_many_runs_stand_in_blocks_that_fit_the_width(tuiml, runs_dir: Path) -> None:
    """Every run's column is there once, no line is wider than a file's 160 cells, and long values are cut."""
    names = [f"a-rather-long-name-{number}" for number in range(9)]
    for number, name in enumerate(names):
        written(runs_dir, name, [2.0], f"augment.ops=shift:0.{number}1,rotate:{number}5,zoom:0.{number}2@0.5")
    lines = tuiml("compare", *names, "--plot", "none").stdout.split("\n")

    assert max(map(len, lines)) <= 160
    assert len([line for line in lines if line.startswith("augment.ops")]) > 1
    assert [sum(name in line for line in lines) for name in names] == [1] * 9


def test_a_run_whose_recipe_cannot_be_read_is_left_out(tuiml, runs_dir: Path) -> None:
    """The others are compared and it is said which one is not; with fewer than two left there is nothing to compare."""
    one, other = written(runs_dir, "plain", [2.0, 1.5]), written(runs_dir, "other", [2.0, 1.1])
    bad = written(runs_dir, "bad", [2.0])
    (runs_dir / bad / "recipe.toml").write_text("task = 3")
    done, alone = tuiml("compare", one, bad, other, "--json"), tuiml("compare", one, bad)

    assert json.loads(done.stdout)["runs"] == [one, other]
    assert f"{bad} is left out: task" in done.stderr
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "two runs or more whose recipes can be read" in alone.stderr


def test_json_is_one_object(tuiml, runs_dir: Path) -> None:
    """Differences by run, results with full figures, which runs are best; curves are not data."""
    one = written(runs_dir, "plain", [2.0, 1.5])
    other = written(runs_dir, "dropped", [2.0, 1.1], "regularize.dropout=0.5")
    done = tuiml("compare", one, "dropped", "--json")
    found = json.loads(done.stdout)

    assert found["runs"] == [one, other]
    assert found["differences"] == [
        {"path": "regularize.dropout", "title": "Dropout", "values": {one: "0", other: "0.5"}}
    ]
    assert [result["loss"] for result in found["results"]] == [1.5, 1.1]
    assert found["best"] == [other]


def test_the_plot_is_chosen(tuiml, runs_dir: Path) -> None:
    """The other metric's curves, or none."""
    for name in ("one", "two"):
        written(runs_dir, name, [2.0, 1.5])
    drawn = tuiml("compare", "one", "two", "--plot", "metric").stdout
    bare = tuiml("compare", "one", "two", "--plot", "none").stdout

    assert drawn.startswith("val_accuracy")
    assert bare.startswith("the recipes are the same in every field")


def test_more_runs_than_letters_are_all_in_the_tables(tuiml, runs_dir: Path) -> None:
    """Curves of the first eight, and that is said."""
    names = [f"run-{number}" for number in range(10)]
    for name in names:
        written(runs_dir, name, [2.0, 1.5])
    done = tuiml("compare", *names)

    assert "curves of the first 8 runs" in done.stderr
    assert "+2 more" in done.stdout
    assert all(any(name in line and "at 2" not in line for line in done.stdout.split("\n")) for name in names)


def test_an_encoding_without_braille_gets_the_tables(tuiml, runs_dir: Path) -> None:
    """Plain ASCII, with the reason for the missing curves."""
    for name in ("one", "two"):
        written(runs_dir, name, [2.0, 1.5])
    done = tuiml("compare", "one", "two", PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.returncode == 0, done.stderr
    assert "UTF-8" in done.stderr
    assert done.stdout.isascii()


def test_runs_of_different_tasks_are_compared_with_a_word_of_warning(tuiml, runs_dir: Path) -> None:
    """Their recipes can be; their losses say nothing."""
    written(runs_dir, "one", [2.0])
    written(runs_dir, "two", [1.0], task="wine")
    done = tuiml("compare", "one", "two", "--plot", "none")

    assert done.returncode == 0, done.stderr
    assert "different tasks" in done.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ["two runs or more", "received none", "tuiml compare one two"]),
        (["one"], ["two runs or more", "received one: one", "tuiml compare one two"]),
        (["one", "one"], ["same run", "Name it once"]),
        (["one", "twoo"], ["no run 'twoo'", "Did you mean 'two'?"]),
        (["one", "two", "--plot", "los"], ["--plot", "loss"]),
    ],
)
def test_a_mistake_is_one_clear_error(tuiml, runs_dir: Path, words: list[str], expected: list[str]) -> None:
    """It says what was expected, what was received, and what to type."""
    for name in ("one", "two"):
        written(runs_dir, name, [2.0, 1.5])
    done = tuiml("compare", *words)

    assert done.returncode == 2
    assert [word for word in expected if word not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
