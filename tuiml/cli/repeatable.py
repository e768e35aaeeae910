"""Everything that a plain program which repeats a run is written from: its rows again, and its network built anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import augment
from tuiml.cli.evaluate import quiet
from tuiml.export.keras_script import Facts
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState


def facts(folder: RunFolder, recipe: Recipe, state: RunState) -> Facts:
    """Return what a script is written from; imports TensorFlow. Raises DataError when the rows cannot be read any more."""
    from tuiml.train import devices, rows

    source = rows.read(recipe, quiet)  # before the seconds that TensorFlow takes: files may be gone
    devices.import_framework()
    devices.choose("auto", deterministic=False)
    from tuiml.train import model
    from tuiml.train.plan import planned

    numbers, folds = planned(source) if recipe.folds.k else (source.train, [])
    found = rows.feeds(source, numbers, source.validation, quiet)
    found.close()
    own = len(source.data.train_y)
    test = np.arange(own, own + len(source.data.test_y)) if source.test is None else source.test
    return Facts(
        run=folder.id,
        recipe=recipe,
        task=source.task,
        data=source.data,
        train=numbers,
        validation=source.validation,
        test=test,
        head=found.head,
        preparation=found.preparation,
        pipeline=augment.parse(recipe.augment.ops),
        model=model.build(recipe, replace(found.input, sparse=False), found.head),
        epochs=_epochs(recipe, state),
        folds=tuple((fold.repeat, fold.number, numbers[fold.validation]) for fold in folds),
    )


def _epochs(recipe: Recipe, state: RunState) -> int:
    """Return how many epochs the program trains: those the run had, or was to have where a callback may stop it."""
    if recipe.folds.k or not state.history:
        return recipe.train.epochs
    ends_itself = recipe.early_stopping is not None or recipe.train.stop_when.strip()
    return max(state.epochs, len(state.history)) if ends_itself and state.status == "finished" else len(state.history)
