"""`tuiml predict`: what a run says of files that it has not seen."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from tuiml.runs import launch, predictions
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog
from tuiml.tasks.recipes import build_recipe
from tuiml.train import runner

pytestmark = pytest.mark.tf


@pytest.fixture
def held_out():
    """The real test digits."""
    return catalog.find("digits").load({}, lambda what: None).test_x


def test_pictures_are_predicted_as_the_run_predicted_them(trained_digits, tuiml, tmp_path, held_out) -> None:
    """A digit saved as a color PNG has the probabilities that the run gave it; bad files are named, and the exit code is 3."""
    from PIL import Image

    for row in range(3):
        Image.fromarray(held_out[row, :, :, 0]).convert("RGB").save(tmp_path / f"{row}.png")
    np.save(tmp_path / "rows.npy", held_out[:3])
    (tmp_path / "bad.png").write_text("<html>")
    (tmp_path / "wrong.npy").write_bytes(b"\x93NUMPY junk")
    np.save(tmp_path / "pickled.npy", np.array([{}, {}]), allow_pickle=True)
    files = ("0.png", "bad.png", "1.png", "2.png", "rows.npy", "wrong.npy", "pickled.npy", "absent.png")
    done = tuiml("predict", str(trained_digits), *files, "--json")
    stored = predictions.read(RunFolder(trained_digits), "test").outputs
    found = json.loads(done.stdout)
    shares = [list(one["probabilities"].values()) for one in found if "error" not in one]

    assert done.returncode == 3
    assert [one["file"] for one in found if "error" in one] == ["bad.png", "wrong.npy", "pickled.npy", "absent.png"]
    assert "Traceback" not in done.stderr
    assert [(one["file"], one["row"]) for one in found[4:7]] == [("rows.npy", row) for row in (1, 2, 3)]
    np.testing.assert_allclose(shares, np.concatenate([stored[:3], stored[:3]]), atol=1e-5)
    assert found[0]["class"] == str(stored[0].argmax())


def test_table_rows_are_predicted_by_the_names_of_their_columns(tuiml, tmp_path) -> None:
    """The order of columns does not matter, a missing one is named, a gap is warned of."""
    lines = ["size,color,kind"] + [f"{n % 7},{('red', 'blue')[n % 2]},{('a', 'b')[n % 2]}" for n in range(60)]
    (tmp_path / "table.csv").write_text("\n".join(lines))
    recipe = build_recipe(f"csv:{tmp_path / 'table.csv'}", sets=["data.target=kind", "train.epochs=60"])
    folder = launch.prepare(recipe, tmp_path / "runs", "kinds", by="test")
    assert runner.run(folder) == 0
    (tmp_path / "new.csv").write_text("other,color,size\n1,red,3\n2,blue,\n")
    (tmp_path / "short.csv").write_text("size,other\n1,1\n2,2\n")
    done = tuiml("predict", "kinds", "new.csv", "short.csv", "--jsonl")
    found = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 3
    assert [one.get("class") for one in found] == ["a", "b", None]
    assert "color" in found[2]["error"]
    assert "gaps in size" in done.stderr


def test_texts_are_predicted_when_their_data_is_gone(tuiml, tmp_path, keras_home, monkeypatch) -> None:
    """The run's folder knows the words: without Keras' cache a typed text is read as with it."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    recipe = build_recipe("reuters", sets=["data.fraction=0.05", "data.words=500", "train.epochs=1"])
    folder = launch.prepare(recipe, tmp_path / "runs", "wires", by="test")
    assert runner.run(folder) == 0
    words = ("predict", "wires", "--text", "oil prices rose in the month", "--json")
    gone = tuiml(*words, KERAS_HOME=str(tmp_path / "gone"))
    stored = json.loads((folder.path / "preparation.json").read_text())
    (folder.path / "preparation.json").write_text(json.dumps(stored | {"vocabulary": []}))  # as it was written once
    there = tuiml(*words, KERAS_HOME=str(keras_home))

    assert gone.returncode == there.returncode == 0, gone.stderr + there.stderr
    assert json.loads(gone.stdout) == json.loads(there.stdout)
    assert len(stored["vocabulary"]) == 500


def test_what_a_model_file_says_is_never_executed(trained_digits, tuiml, tmp_path, monkeypatch) -> None:
    """Only weights are taken from model.keras: one with code in it, or half of one, is a sentence and exit 5."""
    import keras

    monkeypatch.chdir(tmp_path)
    mark = tmp_path / "executed"
    inputs = keras.Input((8, 8, 1))
    hostile = keras.Model(inputs, keras.layers.Lambda(lambda x: (Path("executed").touch(), x)[1])(inputs))
    mark.unlink()  # building the network has just run it here
    for name, content in (("hostile", None), ("half", (trained_digits / "model.keras").read_bytes()[:5000])):
        run = tmp_path / name
        shutil.copytree(trained_digits, run)
        if content is None:
            hostile.save(run / "model.keras")
        else:
            (run / "model.keras").write_bytes(content)
        np.save(tmp_path / "x.npy", np.zeros((1, 8, 8, 1), np.uint8))
        done = tuiml("predict", str(run), "x.npy")

        assert done.returncode == 5, done.stderr
        assert "model.keras" in done.stderr
        assert "Traceback" not in done.stderr
    assert not mark.exists()


def test_mistakes_are_one_sentence(trained_digits, tuiml) -> None:
    """Nothing to predict, a text for pictures, a misspelt option."""
    run = str(trained_digits)
    for arguments, words in (
        ((run,), "give files to predict"),
        ((run, "--jsno"), "unknown option --jsno"),
        ((run, "--text", "good"), "--text needs a network that reads texts"),
    ):
        done = tuiml("predict", *arguments)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr
