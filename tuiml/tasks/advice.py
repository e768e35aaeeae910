"""What of a recipe can be trained, but is unusual or has no effect: sentences to read, not to refuse a run for."""

from __future__ import annotations

from tuiml.errors import Problem
from tuiml.fields import DataFields, ModelFields, Recipe
from tuiml.tasks import augmentation, metrics, networks, offline, optimizers
from tuiml.tasks.base import Task
from tuiml.tasks.check import head_of, overridden, picture_shape, training_rows

_SMALL = 32
"""Units of a layer below which dropout takes away much of what it knows. Source: the chapter keeps all units of small layers."""
_LARGEST_BATCH = 10_000


def advise(recipe: Recipe, task: Task) -> list[Problem]:
    """Return what can be trained, but is unusual or has no effect, each at its field."""
    head, found = head_of(recipe, task), []
    if head.conflict and not head.impossible:
        found.append(Problem(overridden(recipe), head.conflict))
    originals, shape = training_rows(recipe, task), picture_shape(recipe, task)
    found += _advise_batch(recipe, originals) + optimizers.advise(recipe)
    found += _advise_file(recipe) if recipe.model.file else _advise_network(recipe)
    found += _advise_data(recipe, task) + _advise_folds(recipe, task)
    if not augmentation.check(recipe, task, shape, originals)[0]:
        found += augmentation.advice(recipe, shape, task, originals)
    return found + _advise_early_stopping(recipe)


def _advise_batch(recipe: Recipe, originals: int | None) -> list[Problem]:
    batch, plain = recipe.train.batch_size, recipe.train.full_batch
    rows = None if originals is None else originals * (1 + offline.copies_of(recipe))
    if plain and rows is not None and rows > _LARGEST_BATCH:
        return [
            Problem(
                "train.full_batch",
                f"all {rows:,} rows in one step: a single step an epoch, and as much memory as they all need at once. "
                "Many small steps learn sooner; a small share of the data (data.fraction) shows the same.",
            )
        ]
    if plain:
        return [
            Problem(
                "train.full_batch",
                "a single step an epoch, along the gradient of all rows: the curve is smooth, and takes many more epochs; "
                "train.batch_size has no effect.",
            )
        ]
    if rows is not None and 0 < rows < batch:
        return [
            Problem(
                "train.batch_size",
                f"{batch:,} rows a step, but only {rows:,} to train on: each epoch is a single step.",
            )
        ]
    return []


def _advise_network(recipe: Recipe) -> list[Problem]:
    model, plain, found = recipe.model, ModelFields(), []
    sizes, dropout = recipe.hidden_sizes(), recipe.regularize.dropout
    if not sizes and any(dropout + recipe.regularize.l1 + recipe.regularize.l2):
        found.append(Problem("regularize", "dropout, l1 and l2 act on hidden layers, and there are none."))
    if model.preset in ("dense", "embedding") and model.dense != plain.dense:
        found.append(
            Problem("model.dense", f"has no effect on the network {model.preset}; `layers` are its dense layers.")
        )
    if model.slope != plain.slope and "leaky_relu" not in model.activation:
        found.append(Problem("model.slope", "has no effect without the activation leaky_relu."))
    small = [
        size
        for number, (kind, size) in enumerate(zip(networks.kinds(recipe), sizes, strict=True))
        if kind == "dense"
        and size < _SMALL
        and len(dropout) in (1, len(sizes))
        and networks.per_layer(dropout, number, 0.0)
    ]
    if small:
        found.append(
            Problem(
                "regularize.dropout",
                f"a layer of {small[0]} units drops some of them: in layers of fewer than {_SMALL} units each carries "
                "much, and they usually keep all (0 in the list for that layer).",
            )
        )
    if (recipe.regularize.noise_shape or recipe.regularize.dropout_seed is not None) and not (
        any(dropout) or recipe.regularize.input_dropout
    ):
        name = "noise_shape" if recipe.regularize.noise_shape else "dropout_seed"
        found.append(Problem(f"regularize.{name}", "has no effect without dropout."))
    return found


def _advise_file(recipe: Recipe) -> list[Problem]:
    """A model file builds all but the loss: fields of layers are its own to follow."""
    plain = Recipe(task=recipe.task)
    without = ("preset", "size", "layers", "dense", "embedding", "activation", "slope", "initializer", "batch_norm")
    asked = [f"model.{name}" for name in without if getattr(recipe.model, name) != getattr(plain.model, name)]
    asked += [f"regularize.{name}" for name, value in recipe.regularize if value != getattr(plain.regularize, name)]
    if not asked:
        return []
    return [
        Problem(
            "model.file",
            f"builds the network itself; {', '.join(asked)} {'has' if len(asked) == 1 else 'have'} an effect only as far "
            "as its build(recipe, shapes) follows them.",
        )
    ]


def _advise_data(recipe: Recipe, task: Task) -> list[Problem]:
    plain, found = DataFields(), []
    given = [name for name, value in recipe.data if value != getattr(plain, name)]
    for name in given:
        if name in ("image_size", "resize", "color") and not task.name.startswith("folder:"):
            found.append(
                Problem(f"data.{name}", f"has no effect on {task.name}; only a folder's pictures are resized.")
            )
        elif name in ("words", "maxlen", "padding", "truncating") and task.form != "text":
            found.append(Problem(f"data.{name}", f"has no effect on {task.name}; only texts are read word by word."))
        elif name in ("maxlen", "padding", "truncating") and recipe.model.preset == "dense":
            found.append(
                Problem(
                    f"data.{name}", "has no effect on a dense network, which sees which words a text has, all of them."
                )
            )
        elif name == "labels" and task.kind not in ("binary", "one_of_n"):
            found.append(Problem("data.labels", f"has no effect on {task.name}, which has no class numbers."))
        elif name == "class_weights" and task.kind not in ("binary", "one_of_n"):
            found.append(Problem("data.class_weights", f"has no effect on {task.name}, which has no classes to weigh."))
        elif name == "scale_target" and task.kind != "value" and not task.name.startswith(("csv:", "npz:")):
            found.append(Problem("data.scale_target", f"has no effect on {task.name}, whose targets are no numbers."))
        elif name == "test" and task.rows is not None and task.rows[1]:
            found.append(Problem("data.test", f"has no effect on {task.name}, which brings a test set of its own."))
    return found


def _advise_folds(recipe: Recipe, task: Task) -> list[Problem]:
    folds, validation = recipe.folds, recipe.data.validation
    usual = (task.defaults.get("data", {}).get("validation", DataFields().validation), 0)
    if folds.k and validation not in usual:  # 0 says that no row is set apart, and none is
        return [
            Problem(
                "data.validation", "has no effect with folds: each fold in turn is what the others are validated on."
            )
        ]
    if folds.k == 0 and folds.repeats > 1:
        return [
            Problem("folds.repeats", "has no effect without folds; --folds 4, say, validates on each quarter once.")
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
    if stopping.mode == ("min" if metrics.rises(stopping.monitor) else "max"):
        found.append(
            Problem(
                "early_stopping.mode",
                f"{stopping.mode} waits for {stopping.monitor} to get worse; auto knows its direction.",
            )
        )
    return found
