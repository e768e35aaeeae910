"""What a network's outputs say of rows it has not seen, as facts: a class, labels or values with their probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuiml.errors import DataError, UsageError
from tuiml.fields import Recipe
from tuiml.tasks import catalog, scores, unseen
from tuiml.tasks.base import Progress
from tuiml.tasks.described import Described
from tuiml.tasks.unseen import Unseen
from tuiml.text import clean


def read(
    files: Sequence[tuple[str, Path]], typed: Sequence[str], described: Described, recipe: Recipe, tell: Progress
) -> list[Unseen]:
    """Return what (name, path) of files and typed texts hold, in order; what cannot be read has a `fault`.

    Raises UsageError for a text where the network does not read texts, and what reading the data raises for an older run
    whose folder does not hold its words.
    """
    if typed and described.form != "text":
        raise UsageError(f"--text needs a network that reads texts; the rows of {described.task} are {described.form}.")
    words: Sequence[str] = described.vocabulary
    if described.form == "text" and not words:  # a run from before they were kept in its folder: the data tells
        words = catalog.of(recipe).load(recipe.data.model_dump(), tell).vocabulary
    found = unseen.read(files, described, recipe.data, words)
    return found + [_typed(one, words, recipe.data.words) for one in typed]


def facts(one: Unseen, outputs: Any, described: Described) -> list[dict[str, Any]]:
    """Return what is said of each row: a class, labels or values. Rows of a file count from 1."""
    names, found = described.names, []
    guesses = scores.predicted(outputs) if described.kind in ("binary", "one_of_n") else None
    for row, output in enumerate(outputs):
        fact: dict[str, Any] = {"file": one.name, "row": row + 1 if one.numbered else None}
        if guesses is not None:
            shares = scores.probabilities(outputs[row : row + 1])[0]
            named = {name: float(share) for name, share in zip(names, shares, strict=True)}
            guess = names[int(guesses[row])]
            found.append(fact | {"class": guess, "probability": named[guess], "probabilities": named})
        elif described.kind == "many_of_n":
            named = {name: float(share) for name, share in zip(names, output, strict=True)}
            labels = [name for name, share in named.items() if share > 0.5]
            found.append(fact | {"labels": labels, "probabilities": named})
        else:
            found.append(fact | {"values": {name: float(value) for name, value in zip(names, output, strict=True)}})
    return found


def _typed(text: str, words: Sequence[str], size: int) -> Unseen:
    try:
        return unseen.typed(text, words, size)
    except DataError as error:
        return Unseen(clean(text, 40), fault=str(error))
