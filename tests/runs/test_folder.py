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
from tuiml.runs.folder import RunFolder, create, write_whole
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
    versions = [bytes([number]) * 200_000 for number in range(20)]
    write_whole(path, versions[0])
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.extend(path.read_bytes() for _ in range(300)))
    reader.start()
    for version in versions:
        write_whole(path, version)
    reader.join()
    with pytest.raises(TypeError):
        write_whole(path, "text")  # type: ignore[arg-type]

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
    """Stops and pauses older than the runner were meant for another; epochs to add are kept; obeyed ones are not obeyed again."""
    old = launch.wish(folder, "stop", "cli")
    added = launch.wish(folder, "add_epochs", "cli", 5)
    done = launch.wish(folder, "add_epochs", "cli", 7)
    inbox = wishes.Inbox(folder.wishes, [done.id], since=old.t + 60)
    with folder.wishes.open("ab") as stream:
        stream.write(b'rubbish\n{"id": "x", "wish": "explode", "by": "", "t": 0}\n{"half')

    assert [wish.id for wish in inbox.look()] == [added.id]
    assert inbox.look() == []
