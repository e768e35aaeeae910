"""The event log loses at most the line being written, whatever happens to its writer."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuiml import events
from tuiml.errors import StorageError
from tuiml.runs.log import EventLog, Tail, read_all

WRITER = """
import sys
from pathlib import Path
from tuiml import events
from tuiml.runs.log import EventLog
log = EventLog(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    log.append(events.Noticed("info", "n", "x" * (number % 700)))
"""


def test_kill_9_of_the_writer_leaves_no_gap(tmp_path: Path) -> None:
    """Thirty killed writers in a row on one log: sequence numbers run on without a hole."""
    path = tmp_path / "events.jsonl"
    rng = random.Random(7)
    for _ in range(30):
        before = path.stat().st_size if path.exists() else 0
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)])
        while not path.exists() or path.stat().st_size == before:
            assert writer.poll() is None
            time.sleep(0.005)
        time.sleep(rng.random() * 0.02)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        records = read_all(path)
        assert [record.seq for record in records] == list(range(1, len(records) + 1))


@given(cut=st.integers(1, 60))
@settings(max_examples=30)
def test_a_torn_last_line_is_skipped_by_readers_and_repaired_by_the_next_writer(
    cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Wherever the line is torn, everything before it is read, and the log goes on."""
    path = tmp_path_factory.mktemp("log") / "events.jsonl"
    log = EventLog(path)
    for number in range(3):
        log.append(events.Paused(number, 0))
    log.close()
    size = path.stat().st_size
    os.truncate(path, size - cut)
    assert len(read_all(path)) == 2
    log = EventLog(path)
    log.append(events.Paused(9, 9))
    log.close()

    assert [record.seq for record in read_all(path)] == [1, 2, 3]
    assert read_all(path)[-1].event == events.Paused(9, 9)


def test_a_reader_follows_a_writer_line_by_line(tmp_path: Path) -> None:
    """Half a line is left for later; what was read is not read again."""
    path = tmp_path / "events.jsonl"
    tail = Tail(path)
    assert tail.read() == []
    log = EventLog(path)
    log.append(events.Paused(1, 1))
    with path.open("ab") as stream:
        stream.write(b'{"v":1,"seq":2,"t":1.0,"ki')
    assert [record.seq for record in tail.read()] == [1]
    assert tail.read() == []
    with path.open("ab") as stream:
        stream.write(
            b'nd":"Paused","epoch":2,"step":2}\nnot json\n{"v":1,"seq":3,"t":1.0,"kind":"Paused","epoch":3,"step":3}\n'
        )

    assert [record.seq for record in tail.read()] == [2, 3]


def test_a_full_disk_is_one_clear_error_and_takes_the_half_line_back(tmp_path: Path) -> None:
    """A limit on file size stands in for a disk that fills in the middle of a line."""
    path = tmp_path / "events.jsonl"
    code = f"""
import resource, signal
from pathlib import Path
from tuiml import events
from tuiml.errors import StorageError
from tuiml.runs.log import EventLog, read_all
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
log = EventLog(Path({str(path)!r}))
log.append(events.Noticed("info", "n", "x" * 300))
resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
try:
    log.append(events.Noticed("info", "n", "y" * 300))
except StorageError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append(events.Noticed("info", "n", "z"))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "events.jsonl cannot be written: File too large" in done.stdout
    assert [record.seq for record in read_all(path)] == [1, 2]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_log_in_no_folder_is_a_storage_error(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(StorageError, match=r"gone.events\.jsonl cannot be written"):
        EventLog(tmp_path / "gone" / "events.jsonl")


def test_a_line_longer_than_what_is_read_at_once_is_read_whole(tmp_path: Path) -> None:
    """Thousands of class names make one long line; a reader with a limit must not stick at it."""
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.append(events.DataReady(1, 1, 1, [8, 8, 1], [f"class {number}" for number in range(9000)]))
    log.append(events.Paused(1, 1))
    tail = Tail(path)
    found = [record.kind for _ in range(3) for record in tail.read(limit=65536)]

    assert found == ["DataReady", "Paused"]
