"""`tuiml evaluate`: figures of a finished run, with and without TensorFlow."""

import json
import re
import shutil

import pytest

from tuiml.runs import launch, predictions, store
from tuiml.runs.folder import RunFolder
from tuiml.tasks.recipes import build_recipe
from tuiml.train import runner

pytestmark = pytest.mark.tf


def test_what_a_run_left_is_enough_and_loads_no_tensorflow(trained_digits, run_python) -> None:
    """The stored figures are those of the log; TensorFlow and Keras stay out."""
    printed = run_python(
        f"from tuiml.cli.app import run; run(['evaluate', {str(trained_digits)!r}, '--json'])\n"
        "import sys; print([name for name in ('tensorflow', 'keras', 'sklearn') if name in sys.modules])"
    )
    told, loaded = printed.splitlines()
    found, state = json.loads(told), store.read(RunFolder(trained_digits)).state

    assert loaded == "[]"
    assert found["loss"] == pytest.approx(state.test["loss"], rel=1e-5)
    assert found["accuracy"] == pytest.approx(state.test["accuracy"], abs=1e-6)
    assert found["metrics"] == {
        f"{prefix}{name}": value
        for prefix, values in (("test_", state.test), ("best_test_", state.best_test))
        for name, value in values.items()
    }
    assert sum(map(sum, found["confusion"]["matrix"])) == found["rows"] == 360


def test_figures_computed_anew_are_those_of_the_run(trained_digits, tuiml, tmp_path) -> None:
    """`--fresh` rebuilds the network, loads its weights and reads the data: the same figures, without what the run left."""
    copy = tmp_path / "copy"
    shutil.copytree(trained_digits, copy)
    shutil.rmtree(copy / "predictions")
    (copy / "preparation.json").unlink()
    done = tuiml("evaluate", str(copy), "--json", "--samples", "0")
    assert done.returncode == 0, done.stderr
    stored = predictions.read(RunFolder(trained_digits), "test")

    assert json.loads(done.stdout)["loss"] == pytest.approx(stored.loss, rel=1e-5)
    assert json.loads(done.stdout)["metrics"]["test_loss"] == pytest.approx(stored.loss, rel=1e-5)


def test_the_report_is_readable_at_80_columns(trained_digits, tuiml) -> None:
    """Matrix, scores, confused pairs and the worst pictures, no line wider, no escape sequence in a pipe."""
    done = tuiml("evaluate", str(trained_digits), "--split", "validation", COLUMNS="80")

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    for word in ("val_accuracy", "true \\ predicted", "precision", "most confused", "rows of the highest loss"):
        assert word in done.stdout


def test_columns_are_shuffled_for_their_importance(tuiml, tmp_path) -> None:
    """Of a table each column is told with what its loss costs; pictures have no columns."""
    folder = launch.prepare(build_recipe("wine", sets=["train.epochs=5"]), tmp_path / "runs", None, by="test")
    assert runner.run(folder) == 0
    found = json.loads(tuiml("evaluate", "--importance", "--repeats", "2", "--json").stdout)

    assert len(found["importance"]) == 13
    assert found["importance"][0]["mean"] > 0
    assert found["highest_loss"][0]["true"] in ("class_0", "class_1", "class_2")


def test_values_have_the_name_of_their_column(tuiml, tmp_path) -> None:
    """A single target is called what the file calls it, with digits enough for prices; no line ends with blanks."""
    rows = [f"{n % 10},{100_000 + 10_000 * (n % 10) + n}" for n in range(60)]
    (tmp_path / "homes.csv").write_text("\n".join(["rooms,price", *rows]))
    recipe = build_recipe(f"csv:{tmp_path / 'homes.csv'}", sets=["data.target=price", "train.epochs=2"])
    assert runner.run(launch.prepare(recipe, tmp_path / "runs", "homes", by="test")) == 0
    (tmp_path / "new.csv").write_text("rooms\n3\n")
    shown, said = tuiml("evaluate", "homes"), tuiml("predict", "homes", "new.csv")
    lines = shown.stdout.splitlines()

    assert any(line.startswith("price ") for line in lines)
    assert re.search(r"row \d+: price 1\d{5}, predicted price \d{5}", shown.stdout)
    assert [line for line in lines if line.endswith(" ")] == []
    assert re.match(r"new\.csv row 1: price \d", said.stdout)


def test_mistakes_are_one_sentence(trained_digits, tuiml, tmp_path) -> None:
    """An unknown run, one without weights, damaged predictions, a bad number: exit 2 or 5, no traceback."""
    empty = tmp_path / "empty"
    empty.mkdir()
    shutil.copy(trained_digits / "recipe.toml", empty)
    broken = tmp_path / "broken"
    shutil.copytree(trained_digits, broken)
    (broken / "predictions" / "test.npz").write_bytes(b"PK")
    for arguments, code, words in (
        (("no-such-run",), 2, "there is no run"),
        ((str(empty),), 2, "has no weights yet"),
        ((str(broken),), 5, "is damaged"),
        ((str(trained_digits), "--samples", "-1"), 2, "expected to be 0 or more"),
    ):
        done = tuiml("evaluate", *arguments)
        assert done.returncode == code, done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_an_archive_that_unpacks_to_a_flood_is_not_opened(trained_digits, tuiml, tmp_path) -> None:
    """A small file that claims half a gigabyte is refused before anything is read."""
    import zipfile

    bomb = tmp_path / "bomb"
    shutil.copytree(trained_digits, bomb)
    with zipfile.ZipFile(bomb / "predictions" / "test.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.npy", b"\0" * 500_000_000)
    done = tuiml("evaluate", str(bomb))

    assert done.returncode == 5
    assert "it is not opened" in done.stderr
