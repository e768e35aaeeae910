"""What a list tells of every run, kept in memory and in a file beside the runs, so that a log is read again only when it grew."""

from __future__ import annotations

import json
import os
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tuiml.entry import Entry
from tuiml.errors import StorageError
from tuiml.runs.folder import RunFolder, whole
from tuiml.runs.store import Follower

FILE = ".index.jsonl"
"""Lies in the folder of runs; nothing is lost with it but the time to read the logs again."""
_FORMAT = 2
_BREATH = 0.001
"""Seconds after each log in which another thread, such as that of a screen, can have the interpreter."""
Stamp = tuple[int, int, int, int]
"""Bytes of the log; when log, env and recipe were written, in nanoseconds."""


class Index:
    """The runs in `runs_dir`; `look` brings `entries` (by id, newest first) up to date, in one thread at a time."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self.entries: dict[str, Entry] = {}
        self._file = runs_dir / FILE
        self._stamps: dict[str, Stamp] = {}
        self._followers: dict[str, Follower] = {}
        self._kept: dict[str, tuple[Stamp, Entry]] | None = None
        self._lock = threading.Lock()

    def look(self, seconds: float | None = None) -> bool:
        """Take in new, changed and removed runs, newest first, for about `seconds`; return whether all are taken in."""
        with self._lock:
            return self._look(seconds)

    def _look(self, seconds: float | None) -> bool:
        if self._kept is None:
            self._kept = _load(self._file)
        until = time.monotonic() + (seconds if seconds is not None else float("inf"))
        found = dict(sorted(_stamps(self.runs_dir), reverse=True))
        entries, fresh, done = {}, [], True
        for run, stamp in found.items():
            if stamp == self._stamps.get(run) and run not in self._followers:
                entries[run] = self.entries[run]
            elif time.monotonic() > until:
                done = False
                if run in self.entries:
                    entries[run] = self.entries[run]
            else:
                entry, new = self._read(run, stamp)
                entries[run] = entry
                if new:
                    fresh.append(run)
                    time.sleep(_BREATH)
        self.entries = entries
        for known in (self._stamps, self._followers):
            for run in known.keys() - found.keys():
                del known[run]
        self._keep(fresh)
        return done

    def folder(self, run: str) -> RunFolder:
        """Return the folder of the run with this id."""
        return RunFolder(self.runs_dir / run)

    def _read(self, run: str, stamp: Stamp) -> tuple[Entry, bool]:
        """Return the entry of a run, and whether it should be kept: of runs that have ended, and were not kept yet."""
        kept, known, before = (self._kept or {}).get(run), self.entries.get(run), self._stamps.get(run)
        self._stamps[run] = stamp
        if kept and kept[0] == stamp and run not in self._followers:
            return kept[1], False
        folder = self.folder(run)
        follower = self._followers.setdefault(run, Follower(folder, brief=True))
        try:
            if follower.read() and follower.state.live:  # the second look is for a sign of life
                follower.read()
        except StorageError as error:
            follower.state.mark_crashed(str(error))
        recipe = known.recipe if known and before and before[3] == stamp[3] else _recipe(folder.recipe)
        entry = Entry.of(run, folder.read_env(), follower.state, recipe, stamp[3] / 1e9, time.time())
        if not entry.live:
            del self._followers[run]
        return entry, not entry.live

    def _keep(self, runs: list[str]) -> None:
        lines = [_line(self._stamps[run], self.entries[run]) for run in runs]
        if not lines:
            return
        try:
            handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, ("\n".join(lines) + "\n").encode())
            finally:
                os.close(handle)
        except OSError:  # somebody else's runs, or a full disk: the logs are read again next time
            return


def _recipe(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # of a stranger: the run is listed, filters on recipe fields do not find it
        return {}


def _stamps(runs_dir: Path) -> Iterator[tuple[str, Stamp]]:
    """Yield the id and stamp of each run folder; a folder without a recipe is none."""
    try:
        names = [entry.name for entry in os.scandir(runs_dir) if not entry.name.startswith(".")]
    except OSError:  # no runs yet
        return
    for name in names:
        recipe, log, env = (_stat(f"{runs_dir}/{name}/{file}") for file in ("recipe.toml", "events.jsonl", "env.json"))
        if recipe is not None:
            size, written = (log.st_size, log.st_mtime_ns) if log else (0, 0)
            yield name, (size, written, env.st_mtime_ns if env else 0, recipe.st_mtime_ns)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _line(stamp: Stamp, entry: Entry) -> str:
    """Return an entry as a line of the file. Its recipe is text there: most are alike, and need reading once."""
    return json.dumps({"format": _FORMAT, "stamp": stamp, "entry": vars(entry) | {"recipe": json.dumps(entry.recipe)}})


def _load(file: Path) -> dict[str, tuple[Stamp, Entry]]:
    """Return what was kept, the newest line of each run; a file of mostly old lines is written anew."""
    try:
        content = file.read_bytes()
    except OSError:
        return {}
    found: dict[str, tuple[Stamp, Entry]] = {}
    lines: dict[str, bytes] = {}
    recipes: dict[str, dict[str, Any]] = {}
    count = 0
    for line in content.splitlines():
        count += 1
        try:
            told = json.loads(line)
            if told["format"] == _FORMAT:
                recipe = told["entry"]["recipe"]
                if recipe not in recipes:
                    recipes[recipe] = json.loads(recipe)
                entry = Entry(**told["entry"] | {"recipe": recipes[recipe]})
                size, log, env, recipe = told["stamp"]
                found[entry.id], lines[entry.id] = ((size, log, env, recipe), entry), line
        except (ValueError, TypeError, KeyError, RecursionError):  # torn, or of a stranger: read from the log again
            continue
    if count > 2 * len(found) + 100:
        _rewrite(file, list(lines.values()))
    return found


def _rewrite(file: Path, lines: list[bytes]) -> None:
    try:
        with whole(file) as stream:
            stream.write(b"".join(line + b"\n" for line in lines))
    except OSError:  # it stays long
        return
