"""What a recipe means for its task: every contradiction at once, found without TensorFlow and without reading the data."""

from __future__ import annotations

from tuiml.errors import Problem, RecipeError, TuimlError, did_you_mean
from tuiml.fields import DataFields, ModelFields, Recipe
from tuiml.tasks import augmentation, catalog, offline
from tuiml.tasks.base import Task
from tuiml.tasks.heads import Head, choose
from tuiml.tasks.split import validation_count, validation_excess


def check(recipe: Recipe, task: Task) -> list[Problem]:
    """Return all that keeps `recipe` from being trained on `task`; [] when nothing does. `path` is the field to change."""
    head = head_of(recipe, task)
    shape = _picture_shape(recipe, task)
    problems = _check_validation(recipe, task)
    augmented, shape = augmentation.check(recipe, task, shape, _training_rows(recipe, task))
    problems += augmented + _check_network(recipe, task, shape) + _check_layers(recipe) + _check_monitor(recipe, head)
    if head.impossible:
        problems.append(Problem(_overridden(recipe), head.impossible))
    return problems


def complete(error: RecipeError) -> RecipeError:
    """Return the error with what `check` finds in its sound fields added: one look is enough to mend a recipe."""
    told = {problem.path for problem in error.problems}
    if not isinstance(error.sound, Recipe) or "task" in told:
        return error
    try:
        found = check(error.sound, catalog.of(error.sound))
    except TuimlError as unusable:  # a folder without pictures, say: one more thing that is wrong
        found = [Problem("task", str(unusable))]
    return RecipeError([*error.problems, *(problem for problem in found if problem.path not in told)], error.sound)


def advice(recipe: Recipe, task: Task) -> list[Problem]:
    """Return what can be trained, but is unusual or has no effect: sentences to read, not to refuse a run for."""
    head, found = head_of(recipe, task), []
    if head.conflict and not head.impossible:
        found.append(Problem(_overridden(recipe), head.conflict))
    originals, batch = _training_rows(recipe, task), recipe.train.batch_size
    rows = None if originals is None else originals * (1 + offline.copies_of(recipe))
    if rows is not None and 0 < rows < batch:
        found.append(
            Problem(
                "train.batch_size",
                f"{batch:,} rows a step, but only {rows:,} to train on: each epoch is a single step.",
            )
        )
    if recipe.optimizer.momentum and recipe.optimizer.name not in ("sgd", "rmsprop"):
        found.append(
            Problem("optimizer.momentum", f"has no effect on {recipe.optimizer.name}; sgd and rmsprop use it.")
        )
    if not len(recipe.hidden_sizes()) and any(recipe.regularize.dropout + recipe.regularize.l1 + recipe.regularize.l2):
        found.append(Problem("regularize", "dropout, l1 and l2 act on hidden layers, and there are none."))
    plain = ModelFields()
    if recipe.model.preset == "dense" and recipe.model.dense != plain.dense:
        found.append(Problem("model.dense", "has no effect on a dense network; `layers` are its layers."))
    if task.shape is not None and recipe.data.image_size != DataFields().image_size:
        found.append(Problem("data.image_size", f"has no effect on {task.name}; only a folder's pictures are resized."))
    shape = _picture_shape(recipe, task)
    if not augmentation.check(recipe, task, shape, originals)[0]:
        found += augmentation.advice(recipe, shape, task, originals)
    return found + _advise_early_stopping(recipe)


def head_of(recipe: Recipe, task: Task, classes: int | None = None) -> Head:
    """Return the head that the recipe gives a network for `task`; `classes` is their number where only the data tells it."""
    known = len(task.classes or ()) if classes is None else classes
    return choose(task.kind, known, recipe.model, mixed=augmentation.mixes(recipe))


def _overridden(recipe: Recipe) -> str:
    return "model.loss" if recipe.model.loss != "auto" else "model.output"


def _picture_shape(recipe: Recipe, task: Task) -> tuple[int, int, int] | None:
    """Return (h, w, c) of the pictures, None for other rows; where only the data tells, data.image_size decides."""
    if not task.pictures:
        return None
    if task.shape is None:
        return recipe.data.image_size, recipe.data.image_size, 3
    height, width, channels = task.shape
    return height, width, channels


def _training_rows(recipe: Recipe, task: Task) -> int | None:
    if task.rows is None:
        return None
    left = task.rows[0] - validation_count(task.rows[0], _validation(recipe))
    return max(1, round(recipe.data.fraction * left)) if left > 0 else 0


def _validation(recipe: Recipe) -> float:
    return 0.2 if recipe.data.validation == "auto" else recipe.data.validation


def _check_validation(recipe: Recipe, task: Task) -> list[Problem]:
    wanted = _validation(recipe)
    if wanted >= 1 and wanted != int(wanted):
        return [
            Problem("data.validation", f"expected a share below 1, or a whole number of rows; received {wanted:g}.")
        ]
    excess = validation_excess(task.rows[0], validation_count(task.rows[0], wanted)) if task.rows else ""
    return [Problem("data.validation", excess)] if excess else []


def _check_network(recipe: Recipe, task: Task, shape: tuple[int, int, int] | None) -> list[Problem]:
    if recipe.model.preset != "cnn":
        return []
    if not task.pictures:
        return [
            Problem(
                "model.preset", f"cnn needs pictures, and the rows of {task.name} are not pictures; expected dense."
            )
        ]
    pools, side = len(recipe.model.layers), min(shape[:2]) if shape else 0
    if shape is None or side >> pools >= 1:
        return []
    most = side.bit_length() - 1  # pooling rounds odd sides down
    return [
        Problem(
            "model.layers",
            f"{pools} convolutions halve the picture {pools} times, and {shape[0]} x {shape[1]} pixels can be "
            f"halved {most} times; expected at most {most} layers.",
        )
    ]


def _check_layers(recipe: Recipe) -> list[Problem]:
    """A list holds one value for all hidden layers, or one for each; an empty one is none at all."""
    hidden, problems = len(recipe.hidden_sizes()), []
    for name in ("dropout", "l1", "l2"):
        values = getattr(recipe.regularize, name)
        if len(values) not in (0, 1, hidden):
            inside = " (convolutions, then dense ones)" if recipe.model.preset == "cnn" else ""
            problems.append(
                Problem(
                    f"regularize.{name}",
                    f"expected one value, or {hidden}: one for each hidden layer{inside}; received {len(values)}.",
                )
            )
    return problems


def _check_monitor(recipe: Recipe, head: Head) -> list[Problem]:
    if recipe.early_stopping is None:
        return []
    monitor, trained = recipe.early_stopping.monitor, ["loss", *head.metrics]
    known = trained + [f"val_{name}" for name in trained]
    if monitor not in known:
        return [
            Problem(
                "early_stopping.monitor",
                f"there is no metric {monitor!r} here.{did_you_mean(monitor, known)} Known: {', '.join(known)}.",
            )
        ]
    if monitor.startswith("val_") and recipe.data.validation == 0:
        return [
            Problem(
                "early_stopping.monitor",
                f"{monitor} needs validation rows, and data.validation is 0; "
                f"give --validation 0.2, or monitor={monitor.removeprefix('val_')}.",
            )
        ]
    return []


def _advise_early_stopping(recipe: Recipe) -> list[Problem]:
    stopping, found = recipe.early_stopping, []
    if stopping is None:
        return []
    if recipe.train.epochs <= stopping.start_from_epoch + stopping.patience:
        found.append(
            Problem(
                "early_stopping.patience",
                f"cannot run out in {recipe.train.epochs} epochs; early stopping will not stop this run.",
            )
        )
    rising = "accuracy" in stopping.monitor
    if stopping.mode == ("min" if rising else "max"):
        found.append(
            Problem(
                "early_stopping.mode",
                f"{stopping.mode} waits for {stopping.monitor} to get worse; auto knows its direction.",
            )
        )
    return found
