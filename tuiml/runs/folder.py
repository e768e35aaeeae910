"""The layout of a run folder: its files, how they are written whole, and the lock that tells alive from dead.

runs/<id>/  recipe.toml  env.json  events.jsonl  wishes.jsonl  run.lock  checkpoints/  model.keras  runner.log
            predictions/  preparation.json  exports/
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tuiml.errors import StorageError

_YOUNG = 15.0
"""Seconds that a runner may take to its lock."""


@dataclass(frozen=True)
class RunFolder:
    """A run folder by its path; the properties name its files, none of which need exist."""

    path: Path

    @property
    def id(self) -> str:
        """The run's id: the folder's own name."""
        return self.path.name

    @property
    def recipe(self) -> Path:
        """The whole recipe, as TOML."""
        return self.path / "recipe.toml"

    @property
    def network(self) -> Path:
        """The run's own copy of the recipe's model file, where it has one."""
        return self.path / "network.py"

    @property
    def env(self) -> Path:
        """Name of the run, who started it and when, versions, host."""
        return self.path / "env.json"

    @property
    def events(self) -> Path:
        """The append-only log of facts."""
        return self.path / "events.jsonl"

    @property
    def wishes(self) -> Path:
        """Wishes left by others."""
        return self.path / "wishes.jsonl"

    @property
    def lock(self) -> Path:
        """Held by the runner for as long as it lives."""
        return self.path / "run.lock"

    @property
    def checkpoints(self) -> Path:
        """Folder of checkpoints."""
        return self.path / "checkpoints"

    @property
    def model(self) -> Path:
        """The trained model, written at the end."""
        return self.path / "model.keras"

    @property
    def log(self) -> Path:
        """What the runner and its libraries print."""
        return self.path / "runner.log"

    def read_env(self) -> dict[str, Any]:
        """Return env.json, or an empty dictionary when it is missing or damaged."""
        try:
            found = json.loads(self.env.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def name(self) -> str:
        """The name given with `--name`, or an empty string."""
        return str(self.read_env().get("name") or "")

    def note(self) -> str:
        """What the user wrote about the run, or an empty string."""
        return str(self.read_env().get("note") or "")

    def origin(self) -> str:
        """The id of the run that this one varies, or an empty string."""
        return str(self.read_env().get("origin") or "")

    def set_note(self, text: str) -> None:
        """Write a note, on one line; an empty one takes it away. Raises StorageError."""
        self._tell("note", text)

    def rename(self, name: str) -> None:
        """Give the run another name to find it by; its id and its folder stay. Raises StorageError."""
        self._tell("name", name)

    def _tell(self, key: str, text: str) -> None:
        told = self.read_env() | {key: " ".join(text.split())}
        try:
            with whole(self.env) as stream:
                stream.write(json.dumps(told, indent=1).encode())
        except OSError as error:
            raise StorageError(f"{self.env} cannot be written: {error.strerror or error}.") from None

    def is_alive(self) -> bool:
        """Whether a runner on this machine holds the lock. A dead process holds none, however it died."""
        import fcntl

        try:
            handle = os.open(self.lock, os.O_RDWR)
        except OSError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(handle)

    def is_starting(self) -> bool:
        """Whether the folder is so young that its runner may not have taken the lock yet."""
        try:
            return time.time() - self.recipe.stat().st_mtime < _YOUNG and not self.lock.exists()
        except OSError:
            return False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the run's lock. Raises StorageError when another runner has it."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.lock)
        try:
            lock.acquire(timeout=1)
        except Timeout:
            raise StorageError(f"{self.path} is in use: another runner is training this run.") from None
        except OSError as error:
            raise StorageError(f"{self.path} cannot be locked: {error.strerror or error}.") from None
        try:
            yield
        finally:
            lock.release()


def create(runs_dir: Path, task: str, recipe_toml: str, env: dict[str, Any]) -> RunFolder:
    """Make a new run folder, readable by its owner alone, with its recipe and env; its id is the time and the task.

    Raises StorageError naming the path and the reason.
    """
    slug = re.sub(r"[^a-z0-9_]+", "-", task.lower().rstrip("/").split("/")[-1]).strip("-")[:40] or "run"
    stem = f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}"
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        folder = _first_free(runs_dir, stem)
        for file, text in ((folder.recipe, recipe_toml), (folder.env, json.dumps(env, indent=1))):
            with whole(file) as stream:
                stream.write(text.encode())
        folder.checkpoints.mkdir()
    except OSError as error:
        raise StorageError(
            f"{runs_dir} cannot hold a new run: {error.strerror or error}. Choose another place with --runs-dir."
        ) from None
    return folder


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing so that readers and crashes see the old content or the new, never a part.

    What is written goes aside, is fsynced and renamed when the block ends; after an exception the old file stands.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make a rename in this folder survive a power failure."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _first_free(runs_dir: Path, stem: str) -> RunFolder:
    number = 1
    while True:
        path = runs_dir / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            number += 1
        else:
            return RunFolder(path)
