"""A network from the user's own Python file: `build(recipe, shapes) -> keras.Model`."""

from __future__ import annotations

import runpy
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tuiml.errors import Problem, RecipeError
from tuiml.fields import Recipe
from tuiml.tasks.heads import Head
from tuiml.text import clean
from tuiml.train.inputs import Input


def applied(recipe: Recipe, given: Input, head: Head, signal: Any) -> Any:
    """Return what the network of `recipe.model.file` makes of `signal`, a batch of rows, in float32.

    Its `build(recipe, shapes)` is called with the recipe and {"input": shape of a row, "output": units of the last
    layer, "activation": the last layer's, "words": below which word numbers are, 0 for other rows}; pictures come in
    0..1. Its layers are taken over, so that they have their own names in the whole network. Raises RecipeError, with the
    line of the file where there is one, for all that is wrong with it.
    """
    import keras

    file = Path(recipe.model.file)
    shapes = {"input": given.shape, "output": head.units, "activation": head.activation, "words": given.words}
    made = _told(file, lambda: _function(file)(recipe, shapes))
    _check(file, made, given, head)
    outputs = _told(file, lambda: made.call(signal))  # not made(signal): that would hide its layers in one
    # what is computed with 16 bits is compared with labels in 32
    return outputs if outputs.dtype == "float32" else keras.layers.Activation("linear", dtype="float32")(outputs)


def _function(file: Path) -> Callable[..., Any]:
    found = runpy.run_path(str(file)).get("build")
    if not callable(found):
        raise _refused(file, "there is no function build(recipe, shapes) in it.")
    return found  # type: ignore[no-any-return]


def _told(file: Path, run: Callable[[], Any]) -> Any:
    """Return what `run` gives. Raises RecipeError in place of whatever the user's code raises."""
    try:
        return run()
    except RecipeError:
        raise
    except (Exception, SystemExit) as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        text = str(error.msg if isinstance(error, SyntaxError) else error).strip()  # its text names the line once more
        said = clean(text.splitlines()[0] if text else "no message", 300)
        raise _refused(file, f"{f'line {line}: ' if line else ''}{type(error).__name__}: {said}") from error


def _check(file: Path, made: Any, given: Input, head: Head) -> None:
    import keras

    if not isinstance(made, keras.Model):
        raise _refused(file, f"build is to return a keras.Model; it returned {_kind(made)}.")
    if not made.built or not getattr(made, "inputs", None):
        raise _refused(
            file,
            "the model has no input yet: begin with keras.Input(shapes['input']) and return keras.Model(inputs, outputs).",
        )
    if len(made.outputs) > 1:
        raise _refused(
            file,
            f"the model has {len(made.outputs)} outputs, and a task has one target with one loss. Join them before "
            "the end, with keras.layers.Concatenate for several targets or keras.layers.Average for several opinions.",
        )
    if len(made.inputs) > 1:
        raise _refused(
            file, f"the model has {len(made.inputs)} inputs, and a task's rows are one; take them apart inside."
        )
    taken, gives = tuple(made.inputs[0].shape[1:]), tuple(made.outputs[0].shape[1:])
    if len(taken) != len(given.shape) or any(a not in (None, b) for a, b in zip(taken, given.shape, strict=True)):
        raise _refused(
            file, f"the model takes rows of shape {taken}; expected {given.shape}, which is shapes['input']."
        )
    if gives != (head.units,):
        raise _refused(
            file,
            f"the model gives {gives} for a row; expected {(head.units,)}: a last layer of shapes['output'] units, "
            f"with shapes['activation'], which is {head.activation}.",
        )


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"


def _refused(file: Path, what: str) -> RecipeError:
    return RecipeError([Problem("model.file", f"{clean(file)}: {what}")])
