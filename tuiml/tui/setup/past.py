"""What runs of the same task took on this machine, to say about how long the next one will take."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

from tuiml import events
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.recipe import read
from tuiml.records import Record
from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import Follower
from tuiml.tasks import effort
from tuiml.tasks.base import Task

_LOOKED_AT, _COMPARED = 60, 6
"""The newest runs whose recipes are read at most, and those of the same task whose epochs are."""
_ENOUGH = 60_000
"""Bytes of log that hold enough epochs to know how long one takes."""


class Past:
    """Reads each run once and keeps what it found. Call it from one thread at a time, off the UI loop."""

    def __init__(self, runs_dir: Path) -> None:
        self.runs_dir = runs_dir
        self._stamp = -1
        self._newest: list[RunFolder] = []
        self._recipes: dict[str, Recipe | None] = {}
        self._seconds: dict[str, float | None] = {}

    def seconds(self, recipe: Recipe, task: Task) -> float | None:
        """Return about how long all epochs of `recipe` take; None where no run of its task has told yet.

        The run nearest in effort is scaled; early stopping may end sooner. Right within a factor of two or three.
        """
        wanted = effort.epoch(recipe, task)
        if not wanted:
            return None
        found = []
        for folder in islice(self._of(recipe.task), _COMPARED):
            took, before = self._epoch(folder), self._recipes[folder.id]
            spent = effort.epoch(before, task) if before else None
            if took and spent:
                found.append((abs(math.log(spent / wanted)), took * wanted / spent))
        if not found:
            return None
        return min(found)[1] * recipe.train.epochs * effort.networks_trained(recipe)

    def _of(self, task: str) -> Iterator[RunFolder]:
        """Yield the newest runs of a task, newest first."""
        try:
            stamp = self.runs_dir.stat().st_mtime_ns
        except OSError:  # no runs yet
            return
        if stamp != self._stamp:
            self._stamp, self._newest = stamp, store.folders(self.runs_dir)[:_LOOKED_AT]
        for folder in self._newest:
            if folder.id not in self._recipes:
                self._recipes[folder.id] = _recipe(folder)
            if (known := self._recipes[folder.id]) and known.task == task:
                yield folder

    def _epoch(self, folder: RunFolder) -> float | None:
        """Return the seconds from one end of an epoch to the next; what a pause adds, the median leaves out."""
        if self._seconds.get(folder.id) is None:
            self._seconds[folder.id] = _between_epochs(folder)
        return self._seconds[folder.id]


def _recipe(folder: RunFolder) -> Recipe | None:
    try:
        return read(folder.recipe)
    except TuimlError:  # of another version, or damaged
        return None


def _between_epochs(folder: RunFolder) -> float | None:
    ends: list[float] = []

    def note(record: Record) -> None:
        if isinstance(record.event, events.EpochEnded) and record.event.fold is None:
            ends.append(record.t)

    follower = Follower(folder)
    follower.on_record = note
    try:
        follower.read(_ENOUGH)
    except TuimlError:
        return None
    waits = [after - before for before, after in pairwise(ends)]
    return statistics.median(waits) if waits else None
