"""The event log of a run: one writer appends whole lines, any number of readers follow."""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path

from tuiml.errors import StorageError
from tuiml.events import Event
from tuiml.records import Record, decode, encode

_FREQUENT = re.compile(rb'"kind":"(BatchEnded|Measured)"')


class EventLog:
    """The writer. One `write()` per record; a torn last line of an earlier writer is cut off first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            self._seq = _repair(path)
            self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageError(f"{path} cannot be written: {error.strerror}.") from None

    def append(self, event: Event, sync: bool = False) -> Record:
        """Write one event and return it as a record; `sync` waits until it is on the disk itself.

        Raises StorageError when the disk refuses (full, gone); a half-written line is taken back.
        """
        with self._lock:
            t = time.time()
            self._write((encode(event, self._seq + 1, t) + "\n").encode())
            self._seq += 1
            if sync:
                self._sync()
            return Record(self._seq, round(t, 6), type(event).__name__, event, dict(vars(event)))

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def _sync(self) -> None:
        try:
            os.fsync(self._handle)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror}.") from None

    def _write(self, content: bytes) -> None:
        size = os.fstat(self._handle).st_size
        try:
            written = os.write(self._handle, content)
            if written != len(content):  # the disk took a part: the next write says why
                os.write(self._handle, content[written:])
        except OSError as error:
            os.ftruncate(self._handle, size)
            raise StorageError(f"{self._path} cannot be written: {error.strerror}.") from None


class Tail:
    """A reader that returns, at each call, the complete records written since the last one.

    A line without its line break is left for the next call; a damaged line is skipped. With `brief`, of batches and measurements,
    nearly all there is in a log, only the last is read: a list of many runs needs no more.
    """

    def __init__(self, path: Path, brief: bool = False) -> None:
        self._path, self._brief = path, brief
        self._offset = 0

    def read(self, limit: int | None = None) -> list[Record]:
        """Return the new records, of at most `limit` bytes of log at once when given; a log that does not exist yet is empty."""
        try:
            with self._path.open("rb") as stream:
                if stream.seek(0, os.SEEK_END) < self._offset:  # a torn tail was cut off behind our back
                    self._offset = 0 if stream.tell() == 0 else self._offset
                    return []
                stream.seek(self._offset)
                content = stream.read(limit if limit is not None else -1)
                if limit is not None and b"\n" not in content:  # a line longer than the limit is read whole
                    content += stream.readline()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StorageError(f"{self._path} cannot be read: {error.strerror}.") from None
        whole = content.rfind(b"\n") + 1
        self._offset += whole
        lines = content[:whole].splitlines()
        if self._brief:
            lines = [line for line in lines[:-1] if not _FREQUENT.search(line)] + lines[-1:]
        return [record for line in lines if (record := decode(line)) is not None]


def read_all(path: Path) -> list[Record]:
    """Return all complete records of a log."""
    return Tail(path).read()


def _repair(path: Path) -> int:
    """Cut a torn last line off and return the sequence number of the last whole record."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return 0
    whole = content.rfind(b"\n") + 1
    if whole != len(content):
        os.truncate(path, whole)
    last = [record.seq for line in content[:whole].splitlines()[-5:] if (record := decode(line))]
    return max(last, default=0)
