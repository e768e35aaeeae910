"""Starting runners as processes of their own, and leaving wishes with them. This room never imports what they train with."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tuiml import __version__
from tuiml.errors import StorageError
from tuiml.fields import Recipe
from tuiml.recipe import compose, nested, to_toml
from tuiml.runs import wishes
from tuiml.runs.folder import RunFolder, create, whole
from tuiml.text import clean

_RUNNER = [sys.executable, "-P", "-m", "tuiml.train"]


def start(folder: RunFolder) -> subprocess.Popen[bytes]:
    """Start a runner for a run folder, in a session of its own: it outlives this process and its terminal."""
    try:
        with folder.log.open("ab") as log:
            return subprocess.Popen(
                [*_RUNNER, str(folder.path)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                close_fds=True,
            )
    except OSError as error:
        raise StorageError(f"a runner for {folder.path} cannot be started: {error.strerror}.") from None


class Standby:
    """A runner that imports its framework ahead of time and waits for a run folder on its stdin.

    It ends by itself when this process does (its stdin closes), unless it was given a run.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*_RUNNER, "--standby"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=True,
        )

    def alive(self) -> bool:
        """Whether it still waits."""
        return self._process.poll() is None

    def give(self, folder: RunFolder) -> subprocess.Popen[bytes] | None:
        """Hand it the run folder; None when it died, and the caller should `start` a runner instead."""
        if not self.alive() or self._process.stdin is None:
            return None
        try:
            self._process.stdin.write(os.fsencode(folder.path) + b"\n")
            self._process.stdin.close()
        except OSError:
            return None
        return self._process

    def dismiss(self) -> None:
        """End it: it will not be needed, or the recipe wants another device."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        if self.alive():
            self._process.send_signal(
                signal.SIGKILL
            )  # it holds nothing; importing, it would not look at its stdin for seconds
        self._process.wait()


def wish(folder: RunFolder, kind: wishes.Kind, by: str, value: int | None = None) -> wishes.Wish:
    """Leave a wish for the run's runner and return it."""
    made = wishes.make(kind, by, value)
    wishes.leave(folder.wishes, made)
    return made


def prepare(recipe: Recipe, runs_dir: Path, name: str | None, by: str, origin: str = "") -> RunFolder:
    """Make the run folder of a new run; `by` says who asked ("cli", "tui"). Raises StorageError.

    `origin` is the id of the run whose recipe it varies.

    A model file is copied into it: whatever becomes of the original, the run can be resumed and repeated.
    """
    env = {
        "name": name or "",
        "by": by,
        "origin": origin,
        "created": time.time(),
        "host": socket.gethostname(),
        "python": platform.python_version(),
        "tuiml": __version__,
        "argv": sys.argv,
    }
    try:
        code = Path(recipe.model.file).read_bytes() if recipe.model.file else b""
    except OSError as error:
        raise StorageError(f"{clean(recipe.model.file)} cannot be read: {error.strerror or error}.") from None
    folder = create(runs_dir, recipe.task, to_toml(recipe), env)
    if code:
        _keep_model_file(folder, recipe, code)
    return folder


def _keep_model_file(folder: RunFolder, recipe: Recipe, code: bytes) -> None:
    own = compose([recipe.model_dump(), nested("model.file", str(folder.network.absolute()))])
    try:
        for file, content in ((folder.network, code), (folder.recipe, to_toml(own).encode())):
            with whole(file) as stream:
                stream.write(content)
    except OSError as error:
        raise StorageError(f"{folder.network} cannot be written: {error.strerror or error}.") from None
