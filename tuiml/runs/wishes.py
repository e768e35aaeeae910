"""Wishes: what others ask of a runner (stop, pause, resume, step one epoch, save, add epochs), as lines in the run folder."""

from __future__ import annotations

import json
import os
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

from tuiml.errors import StorageError

Kind = Literal["stop", "pause", "resume", "step", "save", "add_epochs"]


@dataclass(frozen=True)
class Wish:
    """One wish; `t` is when it was made (seconds since 1970), `by` who made it, `value` the number of epochs to add."""

    id: str
    wish: Kind
    by: str
    t: float
    value: int | None = None


def make(wish: Kind, by: str, value: int | None = None) -> Wish:
    """Return a new wish with an id of its own."""
    return Wish(uuid.uuid4().hex[:12], wish, by, time.time(), value)


def leave(path: Path, wish: Wish) -> None:
    """Append a wish to the file. Raises StorageError when it cannot be written."""
    line = json.dumps(asdict(wish)) + "\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from None


class Inbox:
    """The runner's end: new wishes since the last look, without those already obeyed.

    With `later`, a runner has been here before: stops, pauses and resumes that lie in the file already were meant for it.
    """

    def __init__(self, path: Path, obeyed: list[str], later: bool) -> None:
        self._path = path
        self._seen = set(obeyed)
        self._offset = 0
        self._waiting = [wish for wish in self._read() if not later or wish.wish in ("save", "add_epochs")]

    def look(self) -> list[Wish]:
        """Return the wishes to obey now, oldest first."""
        found, self._waiting = self._waiting + self._read(), []
        fresh = [wish for wish in found if wish.id not in self._seen]
        self._seen.update(wish.id for wish in fresh)
        return fresh

    def _read(self) -> list[Wish]:
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                content = stream.read()
        except OSError:  # nobody wished anything yet, or the disk is gone: the log will say so
            return []
        whole = content.rfind(b"\n") + 1
        self._offset += whole
        return [wish for line in content[:whole].splitlines() if (wish := _parse(line))]


def _parse(line: bytes) -> Wish | None:
    """Return the wish on a line, or None: what others write into the file must not hurt the run."""
    try:
        wish = Wish(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    sound = isinstance(wish.id, str) and isinstance(wish.by, str) and type(wish.value) in (int, type(None))
    return wish if sound and wish.wish in get_args(Kind) else None
