"""`tuiml export`: a run's model in another format, its history as a table, or a program that repeats it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from tuiml import recipe as recipes
from tuiml.cli import console
from tuiml.cli.evaluate import hush, quiet, warn
from tuiml.cli.shared import Json, RunsDir, RunWord, find
from tuiml.errors import StorageError, UsageError
from tuiml.fields import Recipe
from tuiml.runs import store
from tuiml.runs.folder import RunFolder, whole
from tuiml.state import RunState

_NAMES = {
    "keras": "model.keras",
    "saved_model": "saved_model",
    "onnx": "model.onnx",
    "litert": "model.tflite",
    "csv": "history.csv",
    "script": "script.py",
}
_CHECKED = 64  # real rows that an export must predict as the model does


def export(
    run: RunWord = None,
    /,
    *,
    to: Annotated[
        Literal["keras", "saved_model", "onnx", "litert", "csv", "script"],
        Parameter(
            name="--format", help="a model format; csv: the history; script: a plain Keras program that repeats the run"
        ),
    ],
    output: Annotated[
        str | None, Parameter(help="file or folder to write; left out: in the run folder's exports")
    ] = None,
    weights: Annotated[
        Literal["final", "best"], Parameter(help="those the run ended with, or of the epoch of best validation loss")
    ] = "final",
    json: Json = False,
    runs_dir: RunsDir = None,
) -> int:
    """Write a run's model in another format, its history, or a plain program; exported models are checked on real rows."""
    folder = find(run, runs_dir)
    state = store.read(folder).state
    target = Path(os.path.expanduser(output)).absolute() if output else folder.path / "exports" / _NAMES[to]
    facts: dict[str, Any] = {"run": folder.id, "format": to, "output": str(target)}
    if to == "csv":
        from tuiml.export import history

        if not state.history and not state.folds:
            raise UsageError(f"{folder.id} has no complete epoch yet: there is no history to export.")
        write_text(target, history.to_csv(state))
    elif to == "script":
        write_text(target, script(folder, recipes.read(folder.recipe), state))
    else:
        facts |= _model(folder, recipes.read(folder.recipe), state, to, weights, target)
    if json:
        console.data_json(facts)
    else:
        console.data(str(target))
        if "difference" in facts:
            console.say(
                f"{facts['rows']} {facts['split']} rows are predicted as by the model; largest difference {facts['difference']:.1e}"
            )
    return 0


def write_text(target: Path, text: str) -> None:
    """Write a text file, whole or not at all. Raises StorageError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole(target) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}.") from None


def _model(folder: RunFolder, recipe: Recipe, state: RunState, to: str, weights: str, target: Path) -> dict[str, Any]:
    hush(folder)
    from tuiml.export import formats
    from tuiml.train import evaluation, reload, rows

    formats.check_packages(to)
    warn(state)
    trained = reload.load(folder, recipe, state, weights, quiet)
    source = rows.read(recipe, quiet)
    split, x = evaluation.some(source, _CHECKED)
    difference = formats.export(trained.model, to, target, trained.ready(x))
    return {"weights": trained.weights, "split": split, "rows": len(x), "difference": difference}


def script(folder: RunFolder, recipe: Recipe, state: RunState) -> str:
    """Return the program that repeats a run. Raises UsageError for what a plain program cannot repeat."""
    hush(folder)
    from tuiml.cli import repeatable
    from tuiml.export import keras_script

    return keras_script.write(repeatable.facts(folder, recipe, state))
