"""What a recipe means for its task: every contradiction at once, found without TensorFlow and without reading the data."""

from __future__ import annotations

from tuiml.errors import Problem, RecipeError, TuimlError
from tuiml.fields import DataFields, Recipe
from tuiml.tasks import augmentation, catalog, monitors, networks, optimizers, tables
from tuiml.tasks.base import Task
from tuiml.tasks.heads import Head, choose
from tuiml.tasks.split import counts, excess


def check(recipe: Recipe, task: Task) -> list[Problem]:
    """Return all that keeps `recipe` from being trained on `task`; [] when nothing does. `path` is the field to change."""
    head = head_of(recipe, task)
    shape = picture_shape(recipe, task)
    problems = _check_split(recipe, task)
    augmented, shape = augmentation.check(recipe, task, shape, training_rows(recipe, task))
    problems += augmented + networks.check(recipe, task, shape) + optimizers.check(recipe)
    problems += monitors.check(recipe, task.kind, head) + _check_labels(recipe, task, head)
    problems += _check_meaning(recipe, task) + _check_folds(recipe, task)
    if head.impossible:
        problems.append(Problem(overridden(recipe), head.impossible))
    return problems


def complete(error: RecipeError) -> RecipeError:
    """Return the error with what `check` finds in its sound fields added: one look is enough to mend a recipe."""
    told = {problem.path for problem in error.problems}
    if not isinstance(error.sound, Recipe) or "task" in told:
        return error
    try:
        found = check(error.sound, catalog.of(error.sound))
    except RecipeError as contradictory:  # a table without the column to predict, say
        found = list(contradictory.problems)
    except TuimlError as unusable:  # a folder without pictures, say: one more thing that is wrong
        found = [Problem("task", str(unusable))]
    return RecipeError([*error.problems, *(problem for problem in found if problem.path not in told)], error.sound)


def head_of(recipe: Recipe, task: Task, classes: int | None = None) -> Head:
    """Return the head that the recipe gives a network for `task`; `classes` is their number where only the data tells it."""
    told = task.outputs if task.classes is None else len(task.classes)
    return choose(
        task.kind,
        told if classes is None else classes,
        recipe.model,
        labels=recipe.data.labels,
        extra=recipe.train.metrics,
        mixed=augmentation.mixes(recipe),
    )


def overridden(recipe: Recipe) -> str:
    """Return the field that overrides the task's last layer."""
    return "model.loss" if recipe.model.loss != "auto" else "model.output"


def picture_shape(recipe: Recipe, task: Task) -> tuple[int, int, int] | None:
    """Return (h, w, c) of the pictures, None for other rows; where only the data tells, data.image_size decides."""
    if not task.pictures:
        return None
    if task.shape is None:
        return recipe.data.image_size, recipe.data.image_size, 1 if recipe.data.color == "gray" else 3
    height, width, channels = task.shape
    return height, width, channels


def training_rows(recipe: Recipe, task: Task) -> int | None:
    """Return how many rows are trained on, before offline copies; None where only the data tells."""
    return counts(task.rows, recipe.data.model_dump(), recipe.folds.k > 0)[0] if task.rows else None


def _check_split(recipe: Recipe, task: Task) -> list[Problem]:
    """Rows can be set apart as long as some are left, and by a column where there are columns."""
    wrong = excess(task.rows, recipe.data.model_dump(), recipe.folds.k > 0) if task.rows else None
    kind, _, column = recipe.data.split.partition(":")
    found = [Problem(*wrong)] if wrong else []
    if column and task.form != "table" and not recipe.task.startswith("npz:"):
        found.append(
            Problem(
                "data.split",
                f"{kind}:COLUMN needs a table, and the rows of {task.name} have no columns; expected shuffled or first.",
            )
        )
    return found


def _check_labels(recipe: Recipe, task: Task, head: Head) -> list[Problem]:
    """Labels must be what the loss compares with."""
    labels = recipe.data.labels
    if task.kind not in _CLASSES or labels == "auto" or (labels == "one_hot") == head.one_hot:
        return []
    sentence = (
        f"{head.loss} with {head.activation} compares class numbers; expected integer or auto, or the loss categorical_crossentropy."
        if labels == "one_hot"
        else f"{head.loss} compares rows of zeros with a one; expected one_hot or auto, or the loss sparse_categorical_crossentropy."
    )
    return [Problem("data.labels", sentence)]


_CLASSES = ("binary", "one_of_n")
_TABLE_FIELDS = ("mask", "indicators", "drop", "derive")
_FILE_FIELDS = {"target": ("csv:",), "kind": ("csv:", "npz:")}


def _check_meaning(recipe: Recipe, task: Task) -> list[Problem]:
    """Fields that ask for something that the rows of this task cannot have."""
    given = {name for name in type(recipe.data).model_fields if getattr(recipe.data, name) != _PLAIN[name]}
    problems = [
        Problem(f"data.{name}", f"needs a table, and the rows of {task.name} are {task.form}; leave it out.")
        for name in _TABLE_FIELDS
        if name in given and task.form != "table"
    ]
    problems += [
        Problem(f"data.{name}", f"is for {' and '.join(files)} alone; {task.name} says itself what is predicted.")
        for name, files in _FILE_FIELDS.items()
        if name in given and not recipe.task.startswith(files)
    ]
    if task.columns and not recipe.task.startswith("csv:"):  # that of a file has looked already
        problems += tables.check(recipe.data, task.columns)
    if "class_weights" in given and task.kind not in _CLASSES:
        what = "many labels at once" if task.kind == "many_of_n" else "numbers"
        problems.append(
            Problem("data.class_weights", f"weigh one class against another, and {task.name} is about {what}.")
        )
    return problems


_PLAIN = DataFields().model_dump()


def _check_folds(recipe: Recipe, task: Task) -> list[Problem]:
    folds, rows = recipe.folds, training_rows(recipe, task)
    if folds.k == 1:
        return [Problem("folds.k", "a single fold would leave no rows to train on; expected 2 or more, or 0 for none.")]
    if folds.k and recipe.data.split.startswith("time:"):
        return [
            Problem(
                "folds.k",
                "folds would train on later rows than they validate on, which data.split=time: is there to prevent; "
                "expected 0, or another split.",
            )
        ]
    if folds.k and not folds.shuffled and recipe.data.split.startswith("group:"):
        return [
            Problem(
                "folds.shuffled",
                "consecutive folds cut groups in two, which data.split=group: is there to prevent; expected on.",
            )
        ]
    if folds.k and rows is not None and folds.k > rows:
        return [
            Problem("folds.k", f"expected at most one fold for each of the {rows:,} training rows; received {folds.k}.")
        ]
    if folds.k and folds.repeats > 1 and not folds.shuffled:
        return [
            Problem(
                "folds.repeats",
                "consecutive folds are the same each time, so repeating them shows nothing new; expected 1, or folds.shuffled=on.",
            )
        ]
    return []
