"""The bin: nothing that lives goes there, and all that went there comes back for a week."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.runs.conftest import MakeRun
from tuiml.errors import StorageError, UsageError
from tuiml.runs import bin as removed_runs
from tuiml.runs import store


def test_a_removed_run_comes_back_as_it_was(make_run: MakeRun, tmp_path: Path) -> None:
    """Out of the list, into the bin, and back with every file; by a beginning of its id too."""
    folder = make_run()
    files = {path.name: path.read_bytes() for path in folder.path.iterdir() if path.is_file()}
    removed_runs.remove(folder)

    assert store.folders(tmp_path / "runs") == []
    assert [removed.id for removed in removed_runs.content(tmp_path / "runs")] == [folder.id]
    assert removed_runs.restore(tmp_path / "runs", folder.id[:9]) == folder
    assert {path.name: path.read_bytes() for path in folder.path.iterdir() if path.is_file()} == files
    with folder.hold():
        assert folder.is_alive()


def test_a_live_run_is_never_removed(make_run: MakeRun) -> None:
    """One that a runner holds, and one so young that its runner may be on the way."""
    held, young = make_run(status=""), make_run(status="")
    young.lock.unlink()
    with held.hold(), pytest.raises(StorageError, match="alive"):
        removed_runs.remove(held)
    with pytest.raises(StorageError, match="alive"):
        removed_runs.remove(young)

    assert held.events.exists()
    assert young.events.exists()


def test_what_cannot_come_back_says_why(make_run: MakeRun, tmp_path: Path) -> None:
    """No such run, several that begin so, a folder in its place."""
    folder, other = make_run(), make_run()
    for run in (folder, other):
        removed_runs.remove(run)
    with pytest.raises(UsageError, match=f"no such run.*{other.id}"):
        removed_runs.restore(tmp_path / "runs", "19")
    with pytest.raises(UsageError, match="2 runs in the bin"):
        removed_runs.restore(tmp_path / "runs", "20")
    folder.path.mkdir()
    with pytest.raises(StorageError, match="exists"):
        removed_runs.restore(tmp_path / "runs", folder.id)


def test_the_bin_is_emptied_of_what_is_a_week_old(make_run: MakeRun, tmp_path: Path) -> None:
    """Not before; a link in it is removed, never followed."""
    old, young = make_run(), make_run()
    for folder in (old, young):
        removed_runs.remove(folder)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").touch()
    link = removed_runs.path(tmp_path / "runs") / "link"
    link.symlink_to(outside)
    week_ago = time.time() - 8 * 86400
    os.utime(removed_runs.path(tmp_path / "runs") / old.id, (week_ago, week_ago))
    os.utime(link, (week_ago, week_ago), follow_symlinks=False)

    assert sorted(removed_runs.empty(tmp_path / "runs")) == sorted([old.id, "link"])
    assert [removed.id for removed in removed_runs.content(tmp_path / "runs")] == [young.id]
    assert (outside / "precious").exists()


def test_names_notes_and_origins_keep_the_rest_of_the_env(make_run: MakeRun) -> None:
    """One line each; an empty one takes it away; nothing else in env.json changes."""
    folder = make_run(origin="20260101-000000-digits")
    env = folder.read_env()
    folder.rename("my run")
    folder.set_note("two\nlines")

    assert (folder.name(), folder.note(), folder.origin()) == ("my run", "two lines", "20260101-000000-digits")
    assert folder.read_env() == env | {"name": "my run", "note": "two lines"}
    folder.set_note("")
    assert folder.note() == ""
