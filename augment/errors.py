"""The errors that `augment` raises, each of which says what was expected, what came, and the nearest right thing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from os import PathLike, fspath


class AugmentError(Exception):
    """Anything that `augment` refuses to do. `problems` lists every reason, one sentence each."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems: list[str] = list(problems)

    def __str__(self) -> str:
        return "; ".join(self.problems)


class ParameterError(AugmentError):
    """An op was given a parameter it does not have, or a value outside its range, or ops that contradict each other."""


class GrammarError(AugmentError):
    """A text (or dictionary) is not a pipeline. `problems` holds all of what is wrong with it, not only the first."""


class ImageError(AugmentError):
    """An array is not what the toolkit works on: (n, h, w, c), uint8 or float32, c in 1, 3, 4."""


class PlanError(AugmentError):
    """A plan does not belong to the pipeline or the pictures that it is applied to."""


class ImageFileError(AugmentError):
    """A file could not be read as a picture. `path` is the file, `reason` why."""

    def __init__(self, path: str | PathLike[str], reason: str) -> None:
        super().__init__(f"{fspath(path)}: {reason}")
        self.path = fspath(path)
        self.reason = reason

    def __reduce__(self) -> tuple[type[ImageFileError], tuple[str, str]]:
        # Exceptions are rebuilt from `args`, which holds the finished sentence; a process pool needs the two parts.
        return type(self), (self.path, self.reason)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the known word nearest to `word`, or "" when none is near."""
    near = difflib.get_close_matches(word.lower(), sorted(known), n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
