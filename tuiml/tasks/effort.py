"""How much there is to compute in a recipe, to scale what one run took to what another will take."""

from __future__ import annotations

import math

from tuiml.fields import Recipe
from tuiml.tasks import networks, offline, sizes
from tuiml.tasks.base import Task
from tuiml.tasks.split import counts

_STEP = 4e-4
"""Seconds that a step takes however small the network is; measured on two cores, batches of 32."""
_BUILT, _TURN = 1.5, 0.1
"""Seconds to build a network and trace its first step, and between two epochs; measured on two cores."""
_SPEED = 3e10
"""Operations a second that two cores do; what is wrong about it cancels where two recipes are compared."""
_WORDS = 200
"""Words that a text has, of all that are known: rows of zeros and ones are multiplied where they are one."""


def epoch(recipe: Recipe, task: Task) -> float | None:
    """Return a rough measure, in seconds, of one epoch with its validation; None where only the data tells.

    It is meant to be divided by that of another recipe on the same machine: by itself it is off by a factor.
    """
    work = per_row(recipe, task)
    if work is None or not task.rows:
        return None
    training, validation, _ = counts(task.rows, recipe.data.model_dump(), recipe.folds.k > 0)
    training *= 1 + offline.copies_of(recipe)
    steps = 1 if recipe.train.full_batch else math.ceil(training / recipe.train.batch_size)
    return steps * _STEP + (6 * training + 2 * validation) * work / _SPEED  # a step goes forward once and back twice


def all_epochs(recipe: Recipe, task: Task) -> float | None:
    """Return a guess, in seconds, of how long all epochs take on two cores; None where only the data tells."""
    one = epoch(recipe, task)
    return None if one is None else (_BUILT + recipe.train.epochs * (_TURN + one)) * networks_trained(recipe)


def networks_trained(recipe: Recipe) -> int:
    """Return how many networks a recipe trains one after the other: one, or one for each fold and repeat, and the refit."""
    folds = recipe.folds
    return folds.k * folds.repeats + folds.refit if folds.k else 1


def per_row(recipe: Recipe, task: Task) -> float | None:
    """Return the multiplications of one row on its way through the network; None where only the data tells."""
    found = sizes.layers(recipe, task)
    if found is None:
        return None
    total, places = 0, 1.0
    sparse = task.form == "text" and recipe.model.preset == "dense"
    words = _WORDS / recipe.data.words if sparse else 1.0
    recurrent = {
        f"{kind}_{number + 1}" for number, kind in enumerate(networks.kinds(recipe)) if kind in ("lstm", "gru")
    }
    for layer in found:
        if layer.name.startswith("conv_"):
            places = math.prod(layer.shape[:2])
        elif layer.name in recurrent:
            places = recipe.data.maxlen if task.form == "text" else (task.shape or (1,))[0]
        else:
            places = 0.0 if layer.name == "embedding" else words if layer.name == "dense_1" else 1.0
        total += round(layer.parameters * places)
    return float(total)
