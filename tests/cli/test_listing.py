"""`tuiml runs`: filter, order, names, notes, bin and prune, without a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import MakeRun, Say
from tuiml.runs.folder import RunFolder


def test_a_list_is_filtered_and_sorted(make_run: MakeRun, say: Say) -> None:
    """The same grammar as on the screen; what was found as a table, or as JSON with note, origin and verdict."""
    long, short, failed = make_run(epochs=5), make_run(epochs=2, name="short"), make_run(epochs=1, status="failed")
    code, out, _ = say("runs", "--filter", "status:finished val_loss<0.3", "--sort", "epochs", "--json")
    listed = json.loads(out)

    assert code == 0
    assert [one["run"] for one in listed] == [long.id, short.id]
    assert listed[1]["name"] == "short"
    assert {"note", "origin", "verdict", "metrics"} <= listed[0].keys()
    assert [one["run"] for one in json.loads(say("runs", "--sort", "-epochs", "--json")[1])][-1] == long.id
    assert [one["run"] for one in json.loads(say("runs", "--filter", "-status:finished", "--json")[1])] == [failed.id]
    assert "none of the 3 runs" in say("runs", "--filter", "task:imdb")[2]


def test_a_list_of_80_columns_has_notes(
    make_run: MakeRun,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No line is wider, and the beginning of the note is there, beside task, metric and age."""
    make_run().set_note("a note that is far longer than what is left of the line, whatever else is there")
    monkeypatch.setattr("tuiml.cli.console.width", lambda: 80)
    heading, line = say("runs")[1].splitlines()

    assert {"status", "run", "task", "epochs", "val", "test", "age", "note"} <= {*heading.split()}
    assert "a note that" in line
    assert max(len(heading), len(line)) <= 80


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("runs", "--filter", "val_los<3"), ["'val_loss'", "^^^^^^^^^"]),
        (("runs", "--sort", "vall"), ["'val'"]),
        (("runs", "prun"), ["'prune'"]),
        (("runs", "prune"), ["failed,crashed"]),
        (("runs", "prune", "--status", "faild"), ["'failed'"]),
        (("runs", "--status", "failed"), ["prune"]),
        (("runs", "rename", "x"), ["RUN NAME"]),
        (("runs", "delete"), ["RUN..."]),
        (("runs", "restore", "x"), ["no such run"]),
        (("runs", "note", "nothing", "text"), ["no run 'nothing'"]),
    ],
)
def test_mistakes_teach(make_run: MakeRun, say: Say, arguments: tuple[str, ...], words: list[str]) -> None:
    """Exit 2, what was expected, the nearest right word."""
    make_run()
    code, out, err = say(*arguments)

    assert (code, out) == (2, "")
    assert [word for word in words if word not in err] == []


def test_a_run_is_named_noted_deleted_and_restored(make_run: MakeRun, say: Say) -> None:
    """By id, by beginning, by its new name; several at once, all of which are known before one goes."""
    first, second = make_run(), make_run()
    assert say("runs", "rename", first.id, "big one")[0] == 0
    assert say("runs", "note", "big one", "too", "slow")[0] == 0
    assert (first.name(), first.note()) == ("big one", "too slow")
    assert say("runs", "delete", "big one", "nothing")[0] == 2
    assert first.path.exists()
    assert say("runs", "delete", "big one", second.id)[0] == 0
    assert json.loads(say("runs", "--json")[1]) == []
    assert {one["run"] for one in json.loads(say("runs", "bin", "--json")[1])} == {first.id, second.id}
    assert say("runs", "restore", first.id, second.id)[0] == 0
    assert len(json.loads(say("runs", "--json")[1])) == 2


def test_prune_looks_before_it_does(make_run: MakeRun, say: Say) -> None:
    """Dry run, no answer, --yes; what went is in the bin, and leaves it for ever only with --all within the week."""
    kept, failed, crashed = make_run(), make_run(status="failed"), make_run(status="")
    code, out, err = say("runs", "prune", "--status", "failed,crashed", "--dry-run")
    assert code == 0
    assert "2 runs" in err
    assert failed.id[:15] in out
    assert say("runs", "prune", "--status", "failed")[0] == 2
    assert failed.path.exists()
    told = json.loads(say("runs", "prune", "--status", "failed,crashed", "--yes", "--json")[1])
    assert {one["run"] for one in told["runs"]} == {failed.id, crashed.id}
    assert [one["run"] for one in json.loads(say("runs", "--json")[1])] == [kept.id]
    assert "2 removed within 7 days stay" in say("runs", "empty-bin")[2]
    assert "2 runs deleted" in say("runs", "empty-bin", "--all", "--yes")[2]
    assert json.loads(say("runs", "bin", "--json")[1]) == []


@pytest.mark.tf
def test_rerun_trains_the_recipe_with_changes(trained_digits: Path, tuiml, tmp_path: Path) -> None:
    """A new run, whose recipe differs in what was set, and which knows the one that it varies."""
    wrong = tuiml("rerun", str(trained_digits), "--set", "regularize.dropuot=0.5")
    done = tuiml(
        "rerun", str(trained_digits), "--set", "regularize.dropout=0.5", "--set", "train.epochs=1", "--json", "-q"
    )
    made = RunFolder(Path(json.loads(done.stdout)["folder"]))

    assert wrong.returncode == 2
    assert "'regularize.dropout'" in wrong.stderr
    assert done.returncode == 0, done.stderr
    assert made.origin() == trained_digits.name
    changed = set(made.recipe.read_text().splitlines()) ^ set((trained_digits / "recipe.toml").read_text().splitlines())
    assert {line.split(" ")[0] for line in changed} == {"dropout", "epochs"}
