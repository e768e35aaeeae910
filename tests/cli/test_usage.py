"""Mistakes are answered with one sentence and an exit code, before TensorFlow is thought of."""

import json
import os
from pathlib import Path

import pytest


@pytest.fixture
def broken_tensorflow(tmp_path: Path) -> dict[str, str]:
    """A machine on which importing TensorFlow or Keras fails."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("tensorflow", "keras"):
        (folder / f"{name}.py").write_text("raise ImportError('this TensorFlow is broken')\n")
    return {"PYTHONPATH": str(folder)}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--task", "digts"], 2, ["digts", "'digits'"]),
        (["--tsk", "digits"], 2, ["--tsk", "--task"]),
        (["runz"], 2, ["runz", "'runs'"]),
        (["runs", "--jsn"], 2, ["--jsn", "--json"]),
        (["show", "nothing"], 2, ["no run 'nothing'"]),
        (["--task", "digits", "--epochs", "0"], 2, ["train.epochs", "from 1 to 1,000,000", "'0'"]),
        (["--task", "digits", "--epochs", "many"], 2, ["train.epochs", "whole number", "'many'"]),
        (["--task", "digits", "--augment", "flp"], 2, ["flp", "flip"]),
        (["--task", "digits", "--augment", "rotate:angel=3"], 2, ["angel", "angle"]),
        (["--task", "digits", "--set", "train.epoch=3"], 2, ["train.epoch", "train.epochs"]),
        (["--task", "digits", "--preset", "note"], 2, ["note"]),
        (["--task", "mnist", "--preset", "note"], 2, ["note", "'notes'"]),
        (["--task", "digits", "--validation", "0", "--early-stopping", "5"], 2, ["early_stopping", "val_loss"]),
        (["--task", "digits", "--dropout", "0.1,0.2,0.3"], 2, ["regularize.dropout", "2"]),
        (["--task", "digits", "--require", "accuracy=1"], 2, ["METRIC>=NUMBER"]),
        (["--task", "digits", "--recipe", "missing.toml"], 2, ["missing.toml"]),
        (["--epochs", "3"], 2, ["task"]),
        (["--task", "folder:/nowhere/at/all"], 3, ["/nowhere/at/all"]),
        ([], 2, ["terminal"]),
    ],
)
def test_a_mistake_is_one_clear_error(
    tuiml, broken_tensorflow, arguments: list[str], code: int, words: list[str]
) -> None:
    """The exit code fits, the message names what was wrong and the nearest right thing, and nobody sees a traceback."""
    done = tuiml(*arguments, **broken_tensorflow)

    assert done.returncode == code, done.stderr
    assert [word for word in words if word not in done.stderr] == []
    assert "Traceback" not in done.stderr
    assert "broken" not in done.stderr
    assert done.stdout == ""


def test_all_problems_of_a_recipe_are_told_at_once(tuiml, broken_tensorflow) -> None:
    """Ranges, unknown words and misfits between fields come in one answer."""
    done = tuiml(
        "--task",
        "digits",
        "--epochs",
        "0",
        "--optimizer",
        "adm",
        "--augment",
        "flp,rotate:x",
        "--set",
        "data.fractoin=1",
        **broken_tensorflow,
    )

    assert done.returncode == 2
    assert [word for word in ("train.epochs", "'adam'", "flp", "fraction") if word not in done.stderr] == []


def test_lists_and_old_runs_work_with_a_broken_tensorflow(at_once, broken_tensorflow) -> None:
    """`--help`, `tasks`, `ops`, `runs` and `--dry-run` never touch it."""
    lines = (("--help",), ("tasks",), ("ops",), ("runs",), ("--task", "digits", "--dry-run"), ("--version",))
    for arguments, done in zip(lines, at_once(*lines, **broken_tensorflow), strict=True):
        assert done.returncode == 0, (arguments, done.stderr)


def test_a_broken_tensorflow_is_named_and_the_run_shows_as_failed(tuiml, broken_tensorflow) -> None:
    """Training says what is wrong with the machine, in one line."""
    done = tuiml("--task", "digits", **broken_tensorflow)
    listed = json.loads(tuiml("runs", "--json").stdout)

    assert done.returncode == 1
    assert "TensorFlow cannot be imported: this TensorFlow is broken" in done.stderr
    assert [run["status"] for run in listed] == ["failed"]


def test_a_dry_run_says_what_there_will_be(tuiml) -> None:
    """Rows of each split, layers with their shapes, parameters and memory, before anything is trained."""
    done = tuiml("--task", "digits", "--layers", "8", "--dry-run")

    assert "rows: 1,150 train + 287 validation + 360 test" in done.stderr
    assert "dense_1 (8,) 520" in done.stderr
    assert "610 parameters, about" in done.stderr


def test_a_dry_run_prints_a_recipe_that_runs_the_same(tuiml, tmp_path) -> None:
    """What `--dry-run` prints can be given back with `--recipe`."""
    first = tuiml("--task", "digits", "--dropout", "0.5,0.1", "--early-stopping", "3", "--dry-run")
    (tmp_path / "mine.toml").write_text(first.stdout)
    again = tuiml("--recipe", "mine.toml", "--dry-run")

    assert again.stdout == first.stdout
    assert "--dropout 0.5,0.1 --early-stopping 3" in again.stderr


def test_a_flag_beats_set_beats_file_beats_preset(tuiml, tmp_path, keras_home) -> None:
    """The order in which ways to say a thing win."""
    (tmp_path / "r.toml").write_text(
        'task = "mnist"\n[train]\nepochs = 7\nbatch_size = 7\nseed = 7\n[data]\nvalidation = 77\n'
    )
    done = tuiml(
        "--preset",
        "notes",
        "--recipe",
        "r.toml",
        "--set",
        "train.epochs=8",
        "--set",
        "train.batch_size=8",
        "--epochs",
        "9",
        "--dry-run",
        "--json",
        KERAS_HOME=str(keras_home),
    )
    recipe = json.loads(done.stdout)["recipe"]

    assert recipe["train"] | {} == recipe["train"] | {"epochs": 9, "batch_size": 8, "seed": 7}
    assert recipe["data"]["validation"] == 77
    assert recipe["model"]["loss"] == "categorical_crossentropy"


def test_a_folder_that_cannot_be_written_costs_nothing(tuiml, tmp_path) -> None:
    """The run folder is made before any work is done: exit 5, the path is named."""
    (tmp_path / "file").write_text("")
    done = tuiml("--task", "digits", "--runs-dir", str(tmp_path / "file" / "below"))

    assert done.returncode == 5
    assert "below" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: None, ["no class folders"]),
        (lambda root: (root / "cats").mkdir(), []),
        (lambda root: _picture(root / "cats" / "a.png"), ["one", "cats"]),
        (
            lambda root: [
                (root / name).mkdir() or (root / name / "a.png").write_bytes(b"no picture") for name in ("cats", "dogs")
            ],
            ["cats"],
        ),
    ],
)
def test_a_folder_without_two_classes_of_pictures_is_refused(tuiml, tmp_path, make, words: list[str]) -> None:
    """Empty, one class, nothing readable: the folder is named, what is expected is told, exit 3."""
    root = tmp_path / "pictures"
    root.mkdir()
    make(root)
    done = tuiml("--task", f"folder:{root}")

    assert done.returncode == 3, done.stderr
    assert str(root) in done.stderr
    assert [word for word in words if word not in done.stderr.lower()] == []
    assert "Traceback" not in done.stderr


def _picture(path: Path) -> None:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    shade = sum(str(path).encode()) % 256, 10 * len(path.stem), 100  # no two alike: equal pictures stay on one side
    Image.new("RGB", (12, 10), shade).save(path)


@pytest.mark.tf
def test_a_broken_picture_is_named_and_left_out(tuiml, tmp_path) -> None:
    """One bad file, with a hostile name, does not cost the run, and its name steers no terminal."""
    root = tmp_path / "pictures"
    for name in ("cats", "dogs"):
        for number in range(10):
            _picture(root / name / f"{number}.png")
    bad = root / "cats" / "bad\x1b]0;owned\x07.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    done = tuiml("--task", f"folder:{root}", "--epochs", "1", "--image-size", "16")

    assert done.returncode == 0, done.stderr
    assert "bad\\x1b]0;owned\\x07.png" in done.stderr
    assert "\x1b" not in done.stderr


def test_an_unreadable_folder_is_named(tuiml, tmp_path) -> None:
    """Permission denied is told as such."""
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    root = tmp_path / "locked"
    root.mkdir(mode=0o000)
    done = tuiml("--task", f"folder:{root}")

    assert done.returncode == 3
    assert "locked" in done.stderr


def test_a_dry_run_says_what_offline_augmentation_would_make(tuiml) -> None:
    """Rows, steps, memory and endangered labels are narrated; the recipe on stdout has both fields."""
    arguments = ("--task", "mnist", "--augment", "vflip", "--augment-mode", "offline", "--augment-copies", "3")
    done = tuiml(*arguments, "--dry-run")

    assert done.returncode == 0
    assert "55,000 originals and 165,000 fixed copies: 220,000 rows, 1,719 steps an epoch, 172.5 MB" in done.stderr
    assert "a 6 may become a 9" in done.stderr
    assert 'mode = "offline"\ncopies = 3' in done.stdout
