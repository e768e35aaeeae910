"""`tuiml export`: what can be taken away from a run."""

import csv
import json

import pytest

from tuiml.runs import launch
from tuiml.tasks.recipes import build_recipe

pytestmark = pytest.mark.tf


def test_the_history_is_a_table(trained_digits, tuiml, tmp_path) -> None:
    """One row per epoch, where it was asked for, without TensorFlow."""
    done = tuiml("export", str(trained_digits), "--format", "csv", "--output", "history.csv", "--json")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "history.csv").open() as stream:
        rows = list(csv.DictReader(stream))

    assert json.loads(done.stdout)["output"] == str(tmp_path / "history.csv")
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[-1]["val_accuracy"]) > 0.6


def test_a_model_says_how_well_it_was_checked(trained_digits, tuiml, tmp_path) -> None:
    """The largest difference on real rows is told; the file is there, and nothing beside it."""
    (tmp_path / "out").mkdir()
    done = tuiml("export", str(trained_digits), "--format", "keras", "--output", "out/model.keras", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)

    assert told["difference"] <= 1e-4
    assert (told["rows"], told["split"]) == (64, "test")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["model.keras"]


def test_a_place_that_cannot_be_written_is_exit_5(trained_digits, tuiml, tmp_path) -> None:
    """One sentence for the history as for a program; a file where a folder would have to be."""
    (tmp_path / "file").write_text("in the way")
    done = tuiml("export", str(trained_digits), "--format", "csv", "--output", "file/history.csv")

    assert done.returncode == 5, done.stderr
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_whose_files_are_gone_says_so(tuiml, tmp_path) -> None:
    """The rows that an export is checked with are read anew: exit 3 where they are no longer there."""
    rows = ["size,kind", *(f"{n % 7},{('a', 'b')[n % 2]}" for n in range(40))]
    (tmp_path / "table.csv").write_text("\n".join(rows))
    recipe = build_recipe(f"csv:{tmp_path / 'table.csv'}", sets=["data.target=kind"])
    launch.prepare(recipe, tmp_path / "runs", None, by="test")
    (tmp_path / "table.csv").unlink()
    done = tuiml("export", "--format", "script")

    assert done.returncode == 3
    assert "There is no file" in done.stderr
