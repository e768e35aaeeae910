"""`tuiml predict`: what a run's network says of files that it has not seen."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from tuiml import recipe as recipes
from tuiml.cli import console
from tuiml.cli.evaluate import hush, quiet, warn
from tuiml.cli.shared import RunsDir, find
from tuiml.errors import ExitCode, UsageError
from tuiml.fields import Recipe
from tuiml.runs import store
from tuiml.text import clean

if TYPE_CHECKING:
    from tuiml.tasks.described import Described
    from tuiml.tasks.unseen import Unseen

_TOP = 3


def predict(
    run: Annotated[str, Parameter(help="id, unique beginning of one, name or folder")],
    /,
    *files: Annotated[
        str,
        Parameter(
            allow_leading_hyphen=True,
            help="pictures, text files, CSV files with the columns that were learned from, .npy or .npz; - for stdin",
        ),
    ],
    text: Annotated[list[str] | None, Parameter(help="a text typed here", negative=())] = None,
    weights: Annotated[str, Parameter(help="final, or best: of the epoch of best validation loss")] = "final",
    invert: Annotated[bool, Parameter(help="pictures: dark on light becomes light on dark", negative=())] = False,
    json: Annotated[bool, Parameter(help="print a JSON list", negative=())] = False,
    jsonl: Annotated[bool, Parameter(help="print a line of JSON for each row", negative=())] = False,
    runs_dir: RunsDir = None,
) -> int:
    """Tell the classes of pictures, texts or table rows with their probabilities, or the values of a regression.

    Files that cannot be read are named, the others predicted; the exit code is then 3.
    """
    if strange := [file for file in files if file.startswith("-") and file != "-"]:
        raise UsageError(f"unknown option {clean(strange[0])}. `tuiml predict --help` lists the options.")
    if not files and not text:
        raise UsageError("give files to predict, - for stdin, or --text for a text typed here.")
    if weights not in ("final", "best"):
        raise UsageError(f"--weights {clean(weights)}: expected final or best.")
    folder = find(run, runs_dir)
    state, recipe = store.read(folder).state, recipes.read(folder.recipe)
    hush(folder)
    from tuiml.tasks import answers
    from tuiml.train import reload

    warn(state)
    trained = reload.load(folder, recipe, state, weights, quiet)
    told: list[dict[str, Any]] = []
    for one in _read(files, text or [], trained.described, recipe):
        if one.rows is None:
            console.say(one.fault if one.fault.startswith(clean(one.name)) else f"{one.name}: {one.fault}")
            told.append({"file": one.name, "error": one.fault})
            continue
        if warning := trained.described.preparation.gap_warning(one.rows):
            console.say(f"warning: {one.name}: {warning}")
        rows = 255 - one.rows if invert and trained.described.form == "pictures" else one.rows
        told += answers.facts(one, trained.outputs(rows), trained.described)
    _print(told, json, jsonl)
    return int(ExitCode.DATA) if any("error" in fact for fact in told) else 0


def _read(files: Sequence[str], typed: Sequence[str], described: Described, recipe: Recipe) -> list[Unseen]:
    from tuiml.tasks import answers

    with _paths(files, described.form) as named:
        return answers.read(named, typed, described, recipe, quiet)


@contextmanager
def _paths(files: Sequence[str], form: str) -> Iterator[list[tuple[str, Path]]]:
    """Give (name, path) of each file; what comes by stdin lies in a file of its own meanwhile."""
    with tempfile.TemporaryDirectory(prefix="tuiml-") as folder:
        given = Path(folder) / ("stdin.csv" if form == "table" else "stdin.txt" if form == "text" else "stdin.npy")
        if "-" in files:
            content = sys.stdin.buffer.read()
            if form == "pictures" and content[:6] != b"\x93NUMPY":
                given = given.with_suffix(".png")  # what is inside decides, not the name
            given.write_bytes(content)
        yield [("-", given) if name == "-" else (name, Path(os.path.expanduser(name))) for name in files]


def _print(told: list[dict[str, Any]], json: bool, jsonl: bool) -> None:
    if json:
        console.data_json(told)
    elif jsonl:
        for fact in told:
            console.data_json(fact)
    else:
        for fact in told:
            if "error" not in fact:
                console.data(_line(fact))


def _line(fact: dict[str, Any]) -> str:
    where = clean(fact["file"]) + (f" row {fact['row']}" if fact["row"] else "")
    if "values" in fact:
        return f"{where}: " + ", ".join(f"{clean(name)} {value:.6g}" for name, value in fact["values"].items())
    likely = sorted(fact["probabilities"].items(), key=lambda pair: -pair[1])
    if "labels" in fact:
        found = [(name, share) for name, share in likely if share > 0.5] or likely[:1]
        return f"{where}: {', '.join(map(clean, fact['labels'])) or 'nothing'} ({_shares(found)})"
    others = [pair for pair in likely if pair[0] != fact["class"]][: _TOP - 1]
    return f"{where}: {clean(fact['class'])} {100 * fact['probability']:.1f} %" + (
        f" ({_shares(others)})" if others else ""
    )


def _shares(pairs: Sequence[tuple[str, float]]) -> str:
    return ", ".join(f"{clean(name)} {100 * share:.1f} %" for name, share in pairs)
