"""What a recipe names on this machine, by absolute paths: a run must mean the same from any directory."""

from __future__ import annotations

import os
from pathlib import Path

from tuiml.errors import Problem, RecipeError, UsageError
from tuiml.fields import Recipe
from tuiml.runs import store
from tuiml.text import clean


def resolved(recipe: Recipe, runs_dir: Path) -> Recipe:
    """Return the recipe with the folder of the run that it begins with (an id, a name or a path) and its model file.

    Raises RecipeError when `runs_dir` has no such run, or one that left no network; the recipe without it is what is sound.

    Only a new run is asked: one that has its own checkpoints goes on without the run that it began with.
    """
    model, train = recipe.model, recipe.train
    if model.file:
        file = Path(os.path.expanduser(model.file)).absolute()
        recipe = recipe.model_copy(update={"model": model.model_copy(update={"file": str(file)})})
    if not train.init_from:
        return recipe
    try:
        found = store.find(runs_dir, train.init_from)
        problem = (
            "" if found.model.is_file() else f"{clean(found.id)} holds no model.keras: it has not ended yet, or failed."
        )
    except UsageError as error:
        problem = str(error)
    if problem:
        sound = recipe.model_copy(update={"train": train.model_copy(update={"init_from": ""})})
        raise RecipeError([Problem("train.init_from", problem)], sound)
    beginning = str(found.path.absolute())
    return recipe.model_copy(update={"train": train.model_copy(update={"init_from": beginning})})


def complete(error: RecipeError, runs_dir: Path) -> RecipeError:
    """Return the error with its sound fields resolved, and with what is wrong about these."""
    if not isinstance(error.sound, Recipe):
        return error
    try:
        return RecipeError(error.problems, resolved(error.sound, runs_dir))
    except RecipeError as more:
        return RecipeError([*error.problems, *more.problems], more.sound)
