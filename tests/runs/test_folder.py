"""Run folders: made once, locked by one, written whole."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tuiml import events
from tuiml.errors import StorageError, UsageError
from tuiml.runs import launch, wishes
from tuiml.runs.folder import RunFolder, create, whole
from tuiml.runs.log import EventLog
from tuiml.runs.store import Follower, find, folders, read

HOLDER = """
import sys, time
from pathlib import Path
from tuiml.runs.folder import RunFolder
with RunFolder(Path(sys.argv[1])).hold():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A new run folder."""
    return create(tmp_path / "runs", "digits", 'task = "digits"\n', {"name": ""})


def test_ids_are_unique_and_safe_whatever_the_task_is_called(tmp_path: Path) -> None:
    """Two runs in one second get two folders; a path with odd characters becomes a plain name."""
    made = [create(tmp_path / "runs", "folder:/data/My Photos\x1b[2J/", "", {}) for _ in range(3)]

    assert len({folder.id for folder in made}) == 3
    assert all(folder.path.parent == tmp_path / "runs" for folder in made)
    assert all(set(folder.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for folder in made)
    assert oct(made[0].path.stat().st_mode)[-3:] == "700"


def test_the_lock_tells_alive_from_dead(folder: RunFolder) -> None:
    """A killed holder holds nothing."""
    assert not folder.is_alive()
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder.path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    assert folder.is_alive()
    with pytest.raises(StorageError, match="in use"), folder.hold():
        pass
    holder.kill()
    holder.communicate()

    assert not folder.is_alive()
    with folder.hold():
        assert folder.is_alive()
    assert not folder.is_alive()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """Readers racing a writer see one of its versions; a failed write leaves the old one and no rubbish."""
    path = tmp_path / "f"

    def write(content: bytes) -> None:
        with whole(path) as stream:
            stream.write(content)
            if content == b"half":
                raise OSError("full")

    versions = [bytes([number]) * 200_000 for number in range(20)]
    write(versions[0])
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(path.read_bytes() for _ in range(300)))
    reader.start()
    for version in versions:
        write(version)
    reader.join()
    with pytest.raises(OSError, match="full"):
        write(b"half")

    assert set(seen) <= set(versions)
    assert path.read_bytes() == versions[-1]
    assert os.listdir(tmp_path) == ["f"]


def test_a_run_is_found_by_id_beginning_name_path_or_as_the_latest(tmp_path: Path) -> None:
    """What a user types, and what is said when it fits none or several."""
    runs = tmp_path / "runs"
    with pytest.raises(UsageError, match="no runs"):
        find(runs, None)
    for ident, name in (
        ("20260101-000000-digits", "old"),
        ("20260102-000000-mnist", "new"),
        ("20260102-000001-mnist", "new"),
    ):
        path = runs / ident
        path.mkdir(parents=True)
        (path / "recipe.toml").write_text("")
        (path / "env.json").write_text(f'{{"name": "{name}"}}')
    (runs / "not-a-run").mkdir()

    assert [folder.id for folder in folders(runs)] == [
        "20260102-000001-mnist",
        "20260102-000000-mnist",
        "20260101-000000-digits",
    ]
    assert find(runs, None).id == "20260102-000001-mnist"
    assert find(runs, "20260101").id == "20260101-000000-digits"
    assert find(runs, "old").id == "20260101-000000-digits"
    assert find(runs, "new").id == "20260102-000001-mnist"
    assert find(runs, str(runs / "20260102-000000-mnist")).id == "20260102-000000-mnist"
    with pytest.raises(UsageError, match="beginning of 2 runs"):
        find(runs, "20260102")
    with pytest.raises(UsageError, match="Did you mean 'old'"):
        find(runs, "olf")


def test_a_log_without_a_runner_is_a_crashed_run(folder: RunFolder) -> None:
    """While the lock is held the run is alive; afterwards it is crashed unless it said that it ended."""
    log = EventLog(folder.events)
    log.append(events.RunStarted("r", "digits", 4, 32, 0, 1, "host"))
    with folder.hold():
        assert read(folder).state.status == "preparing"
        follower = Follower(folder)
        follower.read()
    assert follower.read()
    assert follower.state.status == "crashed"
    assert read(folder).state.status == "crashed"
    log.append(events.RunEnded("finished", "done", None, 1.0))

    assert read(folder).state.status == "finished"


def test_wishes_arrive_once_and_stale_ones_not_at_all(folder: RunFolder) -> None:
    """Stops left before a later runner came were meant for another; epochs to add are kept; obeyed ones are not obeyed again."""
    stale = launch.wish(folder, "stop", "cli")
    added = launch.wish(folder, "add_epochs", "cli", 5)
    done = launch.wish(folder, "add_epochs", "cli", 7)
    first, later = (wishes.Inbox(folder.wishes, [done.id], later=later) for later in (False, True))
    fresh = launch.wish(folder, "pause", "cli")

    assert [wish.id for wish in first.look()] == [stale.id, added.id, fresh.id]
    assert [wish.id for wish in later.look()] == [added.id, fresh.id]
    assert later.look() == []


@pytest.mark.parametrize(
    "line",
    [
        b"rubbish",
        b'{"half',
        b"[]",
        b'{"id": "x", "wish": "explode", "by": "", "t": 0}',
        b'{"id": "x", "wish": "add_epochs", "by": "a", "t": 1, "value": "many"}',
        b'{"id": 5, "wish": "stop", "by": "a", "t": 1}',
        b'{"id": "x", "wish": ["stop"], "by": "a", "t": 1}',
    ],
)
def test_a_damaged_wish_is_none(folder: RunFolder, line: bytes) -> None:
    """What others write into the file cannot hurt a run."""
    folder.wishes.write_bytes(line + b"\n")

    assert wishes.Inbox(folder.wishes, [], later=False).look() == []


def test_a_run_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    """A log that is a folder, or holds foreign lines, is one row that says so."""
    whole_one, odd, broken = (create(tmp_path / "runs", "digits", 'task = "digits"\n', {}) for _ in range(3))
    EventLog(whole_one.events).append(events.RunEnded("finished", "done", None, 1.0))
    odd.events.write_text('{"seq":1,"t":1,"kind":[]}\n{"seq":2,"t":1e300,"kind":"Paused","epoch":1,"step":1}\n')
    broken.events.mkdir()
    (tmp_path / "runs" / ("x" * 200)).mkdir()
    found = {folder.id: read(folder).state for folder in folders(tmp_path / "runs")}

    assert found[whole_one.id].status == "finished"
    assert found[odd.id].live or found[odd.id].status == "crashed"
    assert "cannot be read" in found[broken.id].error
    with pytest.raises(UsageError, match="no run"):
        find(tmp_path / "runs", "y" * 5000)
    with pytest.raises(UsageError, match="no run"):
        find(tmp_path / "runs", "~nosuchuser")
