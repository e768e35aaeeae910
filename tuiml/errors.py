"""What can go wrong, as one tree of exceptions, each with the exit code it ends a command with.

TuimlError                1  anything of ours; shown as one sentence, never as a traceback
├── UsageError            2  a misspelt command, flag or value
│   └── RecipeError       2  a recipe that cannot be run: carries every problem found, not the first
├── DataError             3  data missing, unreadable or unfit for the task
├── TrainingError         1  training itself failed
│   └── NotFiniteError    4  the loss became nan or infinite
├── StorageError          5  disk full, permission denied, run folder gone
└── RequirementError      6  `--require` was not met
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes are part of the interface: scripts decide on them."""

    FINISHED = 0
    FAILED = 1
    USAGE = 2
    DATA = 3
    NOT_FINITE = 4
    STORAGE = 5
    REQUIREMENT = 6
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class TuimlError(Exception):
    """Base of all errors that are shown to the user as a sentence."""

    exit_code = ExitCode.FAILED


class UsageError(TuimlError):
    """The command line asked for something that does not exist or makes no sense."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a recipe: `path` is the field (`train.epochs`), `message` a whole sentence."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class RecipeError(UsageError):
    """A recipe that cannot be run; `problems` holds all that is wrong with it.

    `sound` is the recipe with its faulty fields left at their defaults, so that the others can still be checked; or None.
    """

    def __init__(self, problems: Sequence[Problem], sound: object = None) -> None:
        self.problems = tuple(problems)
        self.sound = sound
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DataError(TuimlError):
    """Data is missing, unreadable, or not what the task needs."""

    exit_code = ExitCode.DATA


class TrainingError(TuimlError):
    """Training failed for a reason that is neither the recipe's nor the data's."""


class NotFiniteError(TrainingError):
    """The loss or a gradient became nan or infinite."""

    exit_code = ExitCode.NOT_FINITE


class StorageError(TuimlError):
    """The run folder cannot be written or read."""

    exit_code = ExitCode.STORAGE


class RequirementError(TuimlError):
    """A run finished but missed what `--require` asks for."""

    exit_code = ExitCode.REQUIREMENT


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?` for the known word nearest to `word`, or an empty string when none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""
