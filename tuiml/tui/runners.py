"""The runs this app has started or watches: a warm runner ahead of time, starting, reading, and which of them are alive."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from tuiml.errors import StorageError
from tuiml.fields import Recipe
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.index import Index
from tuiml.runs.store import Follower

BY = "tui"
"""Who leaves the wishes."""


@dataclass
class Listing:
    """How the list of runs was left: its filter, what it is sorted by, the run under the cursor, and the marked ones that are being compared."""

    filter: str = ""
    sort: str = "age"
    backwards: bool = False
    current: str = ""
    compared: tuple[str, ...] = ()


class Runners:
    """`warm`, `start` and `take_up` start processes, which takes milliseconds: call them from a thread."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self.followers: dict[Path, Follower] = {}
        self.last: RunFolder | None = None
        self.index = Index(runs_dir)
        self.listing = Listing()
        self.removed: list[tuple[str, ...]] = []
        """Ids of the runs put into the bin, those of one stroke together: what can be undone."""
        self.rung: set[Path] = set()
        """Folders of the runs whose end has been told."""
        self._processes: dict[Path, subprocess.Popen[bytes]] = {}
        self._standby: launch.Standby | None = None
        self._promised: set[Path] = set()
        self._closed = False
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Have a runner import its framework while the user still fills in the form."""
        with self._lock:
            if not self._closed and (self._standby is None or not self._standby.alive()):
                self._standby = launch.Standby()

    def start(self, recipe: Recipe, origin: RunFolder | None = None) -> RunFolder:
        """Make a run folder and start a runner for it; `origin` is the run whose recipe it varies. Raises StorageError."""
        folder = launch.prepare(recipe, self.runs_dir, name=None, by=BY, origin=origin.id if origin else "")
        self.take_up(folder)
        return folder

    def promise(self, folder: RunFolder) -> None:
        """Take note that the run will be taken up: from now on nobody else need ask for it."""
        self._promised.add(folder.path)
        self._processes.pop(folder.path, None)  # that of another time

    def starting(self, folder: RunFolder) -> bool:
        """Whether the run was promised a runner, which is not known to have begun or ended."""
        return folder.path in self._promised and not self.died(folder)

    def begun(self, folder: RunFolder) -> None:
        """Take note that the log tells of a runner at work."""
        self._promised.discard(folder.path)

    def take_up(self, folder: RunFolder) -> None:
        """Give a run folder to the warm runner, else to a new one. Raises StorageError."""
        try:
            self._take_up(folder)
        except StorageError:
            self._promised.discard(folder.path)
            raise

    def _take_up(self, folder: RunFolder) -> None:
        with self._lock:
            standby, self._standby = self._standby, None
            self.rung.discard(folder.path)
        process = standby.give(folder) if standby else None
        self._processes[folder.path] = process or launch.start(folder)

    def follow(self, folder: RunFolder) -> Follower:
        """Return the one reader of a run; from now on the run is among those asked about on quitting."""
        self.last = folder
        return self.followers.setdefault(folder.path, Follower(folder))

    def forget(self, run: str) -> None:
        """Follow a run no more: its folder has gone."""
        self.followers = {path: follower for path, follower in self.followers.items() if follower.folder.id != run}
        if self.last is not None and self.last.id == run:
            self.last = None

    def died(self, folder: RunFolder) -> bool:
        """Whether the runner that this app started for the run has ended, as far as is known."""
        process = self._processes.get(folder.path)
        return process is not None and process.poll() is not None

    def over(self) -> list[RunFolder]:
        """Return the runs of this app whose runners have ended and whose end has not been told."""
        return [
            RunFolder(path)
            for path, process in list(self._processes.items())
            if path not in self.rung and process.poll() is not None
        ]

    def alive(self) -> list[RunFolder]:
        """Return the runs that go on after the app has ended: those whose lock is held, and those just started."""
        known = [follower.folder for follower in self.followers.values()]
        return [folder for folder in known if folder.is_alive() or self._starting(folder)]

    def _starting(self, folder: RunFolder) -> bool:
        return folder.path in self._processes and not self.died(folder) and not folder.lock.exists()

    def close(self) -> None:
        """End the warm runner; runs go on."""
        with self._lock:
            self._closed = True
            standby, self._standby = self._standby, None
        if standby:
            standby.dismiss()


def read_piece(follower: Follower) -> bool:
    """Take in 64 KiB of a log at most, for a screen that does not wait; return whether anything changed."""
    return read_log(follower, 65_536)


def read_log(follower: Follower, limit: int | None = None) -> bool:
    """Take in new records, at most `limit` bytes of them, and return whether anything changed; a log that cannot be read ends the run's story, not the app."""
    try:
        return follower.read(limit)
    except StorageError as error:
        follower.state.mark_crashed(str(error))
    return False
