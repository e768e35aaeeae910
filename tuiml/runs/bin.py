"""The bin: removed runs lie in `.bin` inside the folder of runs for a week, and can be brought back."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tuiml.errors import StorageError, UsageError, did_you_mean
from tuiml.runs.folder import RunFolder

DAYS = 7
"""How long a removed run can be brought back at least."""


@dataclass(frozen=True)
class Removed:
    """A run in the bin; `t` is when it was removed, in seconds since 1970."""

    id: str
    t: float


def path(runs_dir: Path) -> Path:
    """Return the folder that is the bin."""
    return runs_dir / ".bin"


def remove(folder: RunFolder) -> None:
    """Move a run into the bin. Raises StorageError, also when a runner has it or may be about to."""
    if folder.is_alive() or folder.is_starting():
        raise StorageError(f"{folder.id} is alive: stop it first, `tuiml stop {folder.id}`.")
    place = path(folder.path.parent) / folder.id
    if place.exists():
        raise StorageError(f"the bin holds another run called {folder.id}: `tuiml runs empty-bin --all` empties it.")
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        with folder.hold():  # nobody takes the run up while it moves
            os.rename(folder.path, place)
        os.utime(place)
    except OSError as error:
        raise StorageError(f"{folder.path} cannot be moved to {place}: {error.strerror or error}.") from None


def restore(runs_dir: Path, run: str) -> RunFolder:
    """Bring a run back from the bin by its id or the unique beginning of one. Raises UsageError, StorageError."""
    ids = [removed.id for removed in content(runs_dir)]
    found = [run] if run in ids else [known for known in ids if known.startswith(run)]
    if len(found) != 1:
        what = (
            f"{len(found)} runs in the bin begin so: {', '.join(found[:5])}." if found else "the bin holds no such run."
        )
        held = f" It holds {', '.join(ids[:5])}{' and more' if len(ids) > 5 else ''}." if ids and not found else ""
        raise UsageError(f"{run!r}: {what}{did_you_mean(run, ids) if not found else ''}{held}")
    back = runs_dir / found[0]
    if back.exists():
        raise StorageError(f"{back} exists: rename or move that folder away first.")
    try:
        os.rename(path(runs_dir) / found[0], back)
    except OSError as error:
        raise StorageError(f"{back} cannot be brought back: {error.strerror or error}.") from None
    return RunFolder(back)


def content(runs_dir: Path) -> list[Removed]:
    """Return the runs in the bin, the last removed first."""
    try:
        entries = list(os.scandir(path(runs_dir)))
    except OSError:  # nothing was removed yet
        return []
    found = [Removed(entry.name, entry.stat(follow_symlinks=False).st_mtime) for entry in entries]
    return sorted(found, key=lambda removed: removed.t, reverse=True)


def empty(runs_dir: Path, days: float = DAYS) -> list[str]:
    """Delete for ever what was removed more than `days` ago; return the ids. Raises StorageError."""
    old = [removed.id for removed in content(runs_dir) if time.time() - removed.t >= days * 86400]
    for run in old:
        place = path(runs_dir) / run
        try:
            if place.is_symlink() or not place.is_dir():
                place.unlink()
            else:
                shutil.rmtree(place)
        except OSError as error:
            raise StorageError(f"{place} cannot be deleted: {error.strerror or error}.") from None
    return old


def size(folder: Path) -> int:
    """Return the bytes of all files under a folder; what cannot be looked at counts nothing."""
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(root, name)).st_size
            except OSError:  # gone meanwhile
                continue
    return total
