"""All runs on disk: list them, find one by what a user types, read one's state."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tuiml.errors import StorageError, UsageError, did_you_mean
from tuiml.records import Record
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import Tail
from tuiml.state import RunState


@dataclass(frozen=True)
class Run:
    """A run folder with its name and what its log says."""

    folder: RunFolder
    name: str
    state: RunState


def folders(runs_dir: Path) -> list[RunFolder]:
    """Return all run folders, newest first; a folder without a recipe is not a run."""
    try:
        paths = list(runs_dir.iterdir())
    except OSError:  # no runs yet
        return []
    return sorted((RunFolder(path) for path in paths if _is_run(path)), key=lambda folder: folder.id, reverse=True)


def read(folder: RunFolder) -> Run:
    """Return a run as it is now; one that seems alive but has no runner, or cannot be read, is marked crashed."""
    follower = Follower(folder)
    try:
        _catch_up(follower)
    except StorageError as error:
        follower.state.mark_crashed(str(error))
    return Run(folder, folder.name(), follower.state)


def _is_run(path: Path) -> bool:
    try:
        return (path / "recipe.toml").exists()
    except OSError:  # somebody else's folder, or a name that no file can have
        return False


def _catch_up(follower: Follower) -> None:
    if follower.read() and follower.state.live:  # all there is has been read: the second look is for a sign of life
        follower.read()


def find(runs_dir: Path, word: str | None) -> RunFolder:
    """Return the run meant by an id, a unique beginning of one, a name, or a folder's path; None means the latest.

    Raises UsageError when there is none or more than one.
    """
    known = folders(runs_dir)
    if word is None:
        if not known:
            raise UsageError(f"there are no runs in {runs_dir} yet. Start one: tuiml --task digits")
        return known[0]
    as_path = Path(os.path.expanduser(word))
    if _is_run(as_path):
        return RunFolder(as_path.absolute())
    exact = [folder for folder in known if folder.id == word] or [folder for folder in known if folder.name() == word]
    found = exact[:1] or [folder for folder in known if folder.id.startswith(word)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{word!r} is the beginning of {len(found)} runs: {', '.join(folder.id for folder in found[:5])}. Type more of it."
        )
    names = [folder.id for folder in known] + [name for folder in known if (name := folder.name())]
    raise UsageError(f"there is no run {word!r} in {runs_dir}.{did_you_mean(word, names)} `tuiml runs` lists them.")


class Follower:
    """A run's state kept up to date: each `read` takes in what was written since the last one, `brief` as `Tail` has it."""

    def __init__(self, folder: RunFolder, brief: bool = False) -> None:
        self.folder = folder
        self.state = RunState(run=folder.id)
        self.on_record: Callable[[Record], None] = lambda record: None
        """Called with each record, after the state has taken it in."""
        self._tail = Tail(folder.events, brief)

    def read(self, limit: int | None = None) -> bool:
        """Take in new records; return whether anything changed. A run without a runner is marked crashed.

        With `limit`, at most so many bytes of log are read at once: a caller that must stay responsive comes again.
        """
        records = self._take(limit)
        if records or not self.state.live or self.folder.is_alive() or self.folder.is_starting():
            return records
        self._take(None)  # the runner may have ended between our two looks
        if self.state.live:
            self.state.mark_crashed()
        return True

    def _take(self, limit: int | None) -> bool:
        records = self._tail.read(limit)
        for record in records:
            self.state.apply(record)
            self.on_record(record)
        return bool(records)
