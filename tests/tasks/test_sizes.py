"""What a network will be is known before Keras is there, and Keras agrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuiml.fields import Recipe
from tuiml.tasks import catalog, check, recipes, sizes

ANY = {
    "model.size": ["smaller", "original", "bigger"],
    "model.batch_norm": [False, True],
    "model.activation": ["relu", "leaky_relu", "tanh"],
    "regularize.dropout": ["0", "0.3"],
    "regularize.input_dropout": [0.0, 0.1],
    "optimizer.name": ["sgd", "rmsprop", "adam", "adamw"],
    "optimizer.momentum": [0.0, 0.9],
}
OF = {
    "digits": {"model.preset": ["dense", "cnn"], "model.layers": ["", "16", "12,20"], "model.dense": ["", "24"]},
    "mnist": {
        "model.preset": ["dense", "cnn"],
        "model.layers": ["8,8,8"],
        "augment.ops": ["", "crop:20px", "resize:14"],
    },
    "imdb": {
        "model.preset": ["dense", "embedding", "lstm", "gru"],
        "model.layers": ["16", "8,12"],
        "data.words": [500],
        "data.maxlen": [20],
        "model.embedding": [7],
    },
    "reuters": {"model.preset": ["dense", "gru"], "data.words": [300], "model.layers": ["8"], "model.dense": ["", "9"]},
    "shapes": {"model.preset": ["cnn", "dense"]},
    "coverage": {"model.preset": ["cnn", "dense"]},
    "echoes": {"model.layers": ["60,30"], "data.drop": ["", "band_1,band_2"]},
}


def drawn(task: str, number: int) -> Recipe:
    """A recipe whose fields are drawn from those above."""
    random = np.random.default_rng([number, *task.encode()])
    fields: dict[str, Any] = {path: values[random.integers(len(values))] for path, values in (ANY | OF[task]).items()}
    if task == "echoes" and fields["data.drop"]:
        fields["data.drop"] = ",".join(column.name for column in catalog.find(task).columns[:2])
    return recipes.build_recipe(task, flags=fields)


def given(recipe: Recipe) -> Any:
    """What the network of a recipe is given, as the rooms that read rows say it."""
    import augment
    from tuiml.tasks import augmentation
    from tuiml.train.inputs import Input

    task = catalog.of(recipe)
    if task.form == "text":
        dense = recipe.model.preset == "dense"
        return Input(
            (recipe.data.words if dense else recipe.data.maxlen,), None, dense, 0 if dense else recipe.data.words
        )
    if task.form == "table":
        return Input((len(task.columns) - len(recipe.data.drop),))
    pipeline = augment.parse(recipe.augment.ops)
    return Input(tuple(pipeline.output_shape(task.shape)), augmentation.scale(pipeline.evaluation()))


@pytest.mark.tf
@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("task", OF)
def test_layers_parameters_and_memory_are_those_of_the_network_that_keras_builds(task: str, number: int) -> None:
    """Names, shapes, parameters, learned ones and the estimate of memory, over recipes drawn at random."""
    from tuiml.train import model

    recipe = drawn(task, number)
    about = catalog.of(recipe)
    assert check.check(recipe, about) == []
    built = model.build(recipe, given(recipe), check.head_of(recipe, about))

    assert sizes.layers(recipe, about) == model.sizes(built)
    assert sizes.parameters(recipe, about) == built.count_params()
    optimizer = sum(int(np.prod(variable.shape)) for variable in built.optimizer.variables if len(variable.shape))
    batch = sizes.memory(model.sizes(built), recipe.optimizer, 7) - sizes.memory(
        model.sizes(built), recipe.optimizer, 0
    )
    weights = built.count_params() + sum(int(np.prod(weight.shape)) for weight in built.trainable_weights)
    assert sizes.training_memory(recipe, about) == 4 * (weights + optimizer) + batch // 7 * recipe.train.batch_size


def test_the_article_s_network_has_5521_parameters() -> None:
    """60 columns, dense 60-30-1, as its summary prints it."""
    recipe = recipes.build_recipe("echoes", preset="article")
    assert sizes.parameters(recipe, catalog.of(recipe)) == 5521


def test_what_only_the_data_tells_is_not_guessed() -> None:
    """A model file's layers, and a feature for each category that the training rows have, are unknown beforehand."""
    recipe = recipes.build_recipe("digits", flags={"model.file": "network.py"})
    assert sizes.parameters(recipe, catalog.of(recipe)) is None
    recipe = recipes.build_recipe("echoes", flags={"data.indicators": True})
    assert sizes.parameters(recipe, catalog.of(recipe)) is None
    assert sizes.training_memory(recipe, catalog.of(recipe)) is None


def test_a_full_batch_needs_the_memory_of_all_rows() -> None:
    """Descent along the gradient of all rows keeps what every layer gives for every row."""
    one, whole = (recipes.build_recipe("digits", flags={"train.full_batch": full}) for full in (False, True))
    task = catalog.find("digits")
    assert (sizes.training_memory(whole, task) or 0) > 5 * (sizes.training_memory(one, task) or 0) > 0
