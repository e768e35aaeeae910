"""The weights of another run, as the beginning of this one (fine-tuning)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuiml.errors import DataError, Problem, RecipeError, StorageError
from tuiml.runs import archive
from tuiml.text import clean

_NAMED = 4
"""Layers that a sentence names at most."""


def begin(model: Any, run: Path) -> str:
    """Give `model` the weights that the run in folder `run` ended with, layer by layer where name and shapes agree.

    Returns a sentence on which were taken and which were not. Raises RecipeError when the run left no network, or one of
    which no layer fits, DataError when its file is damaged.
    """
    import keras

    file = run / "model.keras"
    if not file.is_file():
        raise _refused(f"{clean(run)} has no model.keras; expected the folder of a finished run.")
    try:
        archive.check(file)
        other = keras.saving.load_model(file, compile=False)
    except StorageError as error:
        raise DataError(str(error)) from None
    except Exception as error:  # a zip cut short, JSON or HDF5 that is none, layers of a package that is gone
        raise DataError(f"{clean(file)} cannot be read: {type(error).__name__}: {clean(error, 200)}.") from None
    theirs = {layer.name: layer for layer in other.layers}
    taken, left = [], []
    for layer in model.layers:
        if not layer.weights:
            continue
        why = _misfit(layer, theirs.get(layer.name))
        if why:
            left.append(f"{clean(layer.name)} ({why})")
        else:
            layer.set_weights(theirs[layer.name].get_weights())
            taken.append(clean(layer.name))
    if not taken:
        raise _refused(
            f"no layer of {clean(run.name)} has the name and shape of one here: {_listed(left)}. "
            "Give both runs the same network up to where they differ."
        )
    rest = f"; not taken: {_listed(left)}" if left else ""
    return f"begins with the weights of {clean(run.name)}: {_listed(taken)}{rest}."


def _misfit(layer: Any, other: Any) -> str:
    """Return why the weights of `other` cannot be those of `layer`; empty when they can."""
    if other is None:
        return "not there"
    mine, theirs = ([tuple(weight.shape) for weight in one.weights] for one in (layer, other))
    if mine == theirs:
        return ""
    pairs = [(a, b) for a, b in zip(theirs, mine, strict=False) if a != b]
    return f"{pairs[0][0]} there, {pairs[0][1]} here" if pairs else "another kind of layer"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _refused(what: str) -> RecipeError:
    return RecipeError([Problem("train.init_from", what)])
