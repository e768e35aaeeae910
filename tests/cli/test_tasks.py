"""`tuiml tasks` and `tuiml tasks show NAME`: what there is to learn, with and without its rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tuiml.cli.app import run
from tuiml.tasks import catalog, recipes

Show = Callable[..., tuple[int, str, str]]


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Show:
    """Run `tuiml tasks ...` in this process at 80 columns with an empty cache; returns exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))

    def call(*words: str) -> tuple[int, str, str]:
        code = run(["tasks", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_every_task_is_listed(show: Show) -> None:
    """Name, kind and presets of all; the user's own files at the end."""
    code, out, _ = show()
    listed = json.loads(show("--json")[1])

    assert code == 0
    assert [task["name"] for task in listed] == catalog.names()
    for name in catalog.TASKS:
        [line] = [line for line in out.splitlines() if line.split()[:1] == [name]]
        assert catalog.find(name).kind in line
    assert all(f"{beginning}PATH" in out for beginning in catalog.FILES)


@pytest.mark.parametrize("name", catalog.TASKS)
def test_every_task_can_be_shown_at_80_columns_even_without_its_rows(show: Show, name: str) -> None:
    """Nothing is wider than the terminal; rows, network, command and presets are told from what the task says of itself."""
    code, out, err = show("show", name)
    task = catalog.find(name)

    assert code == 0, err
    assert [line for line in out.splitlines() if len(line) > 80] == []
    words = " ".join(out.split())
    assert f"tuiml --task {name}" in words
    assert all(f"--preset {preset}" in words for preset in task.presets)
    assert task.source in words
    assert task.title in words


def test_rows_that_are_not_here_are_told_and_not_fetched(show: Show, tmp_path: Path) -> None:
    """One sentence with file, size and the way to get it; the exit code is 0, for something was shown."""
    code, out, err = show("show", "cifar10")

    assert code == 0
    assert "10,000 test" in out
    assert "170.5 MB" in err
    assert "`tuiml tasks show cifar10 --fetch`" in err
    assert not (tmp_path / "keras").exists()


def test_a_wrong_file_in_the_cache_is_an_error_after_what_is_known(show: Show, tmp_path: Path) -> None:
    """The card is printed, then one sentence names file and hashes: exit 3."""
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    (tmp_path / "keras" / "datasets" / "mnist.npz").write_bytes(b"no digits")
    code, out, err = show("show", "mnist")

    assert code == 3
    assert "dense 512 relu" in out
    assert "mnist.npz is not the published file" in err


def test_counts_of_rows_and_classes_agree(show: Show) -> None:
    """As JSON: what was expected without reading is what reading finds, and the classes of each split sum to its rows."""
    for name in ("digits", "brands"):
        told = json.loads(show("show", name, "--json")[1])
        contents = told["contents"]
        assert contents["rows"] == told["rows"]
        sums = {split: sum(counts[split] for counts in contents["balance"].values()) for split in contents["rows"]}
        assert sums == contents["rows"]
        assert list(contents["balance"]) == list(catalog.find(name).classes or ())


def test_a_preset_is_told_by_what_it_changes(show: Show) -> None:
    """Each preset's changes, applied to the default recipe, make that preset; `--preset` shows its own network."""
    told = json.loads(show("show", "curve", "--json")[1])
    [preset] = [one for one in told["presets"] if one["name"] == "linear"]
    sets = [f"{path}={value}" for path, value in preset["changes"].items()]
    assert recipes.build_recipe("curve", sets=sets) == recipes.build_recipe("curve", "linear")
    assert (
        "dense 64 linear > dense 64 linear > dense 64 linear > dense 1 linear"
        in show("show", "curve", "--preset", "linear")[1]
    )


def test_another_split_is_shown_where_one_is_asked_for(show: Show) -> None:
    """`--set` changes what is shown, as it would change a run."""
    told = json.loads(show("show", "digits", "--set", "data.validation=437", "--json")[1])
    assert told["contents"]["rows"] == {"train": 1000, "validation": 437, "test": 360}
    assert told["command"] == "tuiml --task digits --validation 437"


def test_real_reviews_are_shown_as_words(show: Show, keras_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word numbers are decoded, with each review's class above it."""
    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    code, out, _ = show("show", "imdb")
    assert code == 0
    assert "this film was just brilliant casting" in out
    assert "12,500" in out


def test_a_table_is_shown_by_its_columns(show: Show, tmp_path: Path) -> None:
    """Ranges, kinds and missing cells of each column, and what is to be told; without a target, the columns are named."""
    rows = [
        f"{number},{'' if number % 10 == 0 else number / 4},{'red' if number % 3 else 'blue'}" for number in range(60)
    ]
    (tmp_path / "cars.csv").write_text("\n".join(["price,age,color", *rows]) + "\n")
    table = f"csv:{tmp_path / 'cars.csv'}"
    code, out, err = show("show", table, "--target", "price")
    columns = {line.split()[0]: line for line in out.splitlines() if line.strip()}

    assert code == 0, err
    assert "0.25 .. 14.75" in columns["age"]
    assert " 6 " in columns["age"]
    assert "2 kinds: red 40, blue 20" in columns["color"]
    assert "--target price" in out
    assert "one of two classes" in show("show", table, "--target", "color")[1]

    code, out, err = show("show", table)
    assert (code, out) == (2, "")
    assert "price, age, color" in err


def test_names_of_classes_cannot_steer_the_terminal(show: Show, tmp_path: Path) -> None:
    """Class folders with escape sequences in their names appear as harmless text."""
    from PIL import Image

    for number, name in enumerate(("cats\x1b]0;owned\x07", "dogs")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for copy in range(8):
            Image.new("RGB", (16, 16), (number * 200, copy * 20, 0)).save(tmp_path / "pets" / name / f"{copy}.png")
    code, out, err = show("show", f"folder:{tmp_path / 'pets'}")

    assert code == 0, err
    assert "dogs" in out
    assert "owned" in out
    assert not any(character in out + err for character in "\x1b\x07")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["shw", "mnist"], "takes no word but `show`"),
        (["mnist"], "tuiml tasks show mnist"),
        (["show"], "needs the name of a task"),
        (["show", "mnits"], "Did you mean 'mnist'?"),
        (["show", "mnist", "--preset", "note"], "Did you mean 'notes'?"),
        (["show", "digits", "--set", "data.validaton=3"], "Did you mean 'data.validation'?"),
        (["--fetch"], "tuiml tasks show NAME"),
    ],
)
def test_a_slip_is_one_sentence(show: Show, words: list[str], told: str) -> None:
    """Exit 2, the nearest right thing, nothing on stdout."""
    code, out, err = show(*words)
    assert (code, out) == (2, "")
    assert told in err


def test_files_that_are_not_there_are_data_errors(show: Show) -> None:
    """Of the user's own files nothing is known before they are found: exit 3 and the path."""
    for name in ("folder:/nowhere/at/all", "csv:/nowhere/at.csv", "npz:/nowhere/at.npz"):
        code, out, err = show("show", name)
        assert (code, out) == (3, "")
        assert "/nowhere/at" in err


def test_it_works_without_tensorflow_and_in_plain_ascii(tuiml, tmp_path: Path) -> None:
    """In a process of its own: a broken TensorFlow does not matter, and neither does a stdout that knows ASCII alone."""
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('broken')\n")
    done = tuiml("tasks", "show", "brands", PYTHONPATH=str(tmp_path), PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "\\u" not in done.stdout
    assert "##########" in done.stdout
    assert done.stderr == ""
