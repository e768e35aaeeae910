"""A network from the user's own file trains like any other, and its mistakes are answered with their line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuiml.errors import RecipeError
from tuiml.tasks import catalog, check
from tuiml.tasks.recipes import build_recipe

pytestmark = pytest.mark.tf

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "model-files.md"
[TWO_WAYS] = re.findall(r"<!-- model-file: network.py -->\n```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)

SEQUENTIAL = """
import keras
def build(recipe, shapes):
    layers = [keras.Input(shapes["input"]), keras.layers.Flatten(), keras.layers.Dense(shapes["output"], activation="softmax")]
    return keras.Sequential(layers)
"""


def network(file: Path, **fields: Any) -> Any:
    """The compiled model of a file with this code, for digits."""
    from tuiml.train.inputs import Input
    from tuiml.train.model import build

    recipe = build_recipe("digits", flags={"model.file": str(file)} | fields)
    return build(recipe, Input((8, 8, 1), 1 / 16), check.head_of(recipe, catalog.of(recipe)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The document's file: a network of two branches."""
    path = tmp_path / "network.py"
    path.write_text(TWO_WAYS)
    return path


def test_the_file_s_layers_become_layers_of_the_run(file: Path) -> None:
    """Pictures are scaled first, names and recipe fields are the file's own, and the model computes what the file's does."""
    file.write_text(TWO_WAYS.replace("Dense(64,", "Dense(recipe.model.layers[0], name='wide',"))
    model = network(file, **{"model.layers": "12"})
    names = [layer.name for layer in model.layers]

    assert names[:2] == ["input", "scale"]
    assert "concatenate" in " ".join(names)
    assert model.get_layer("wide").units == 12
    assert model.count_params() == 65 * 12 + 13 * 32 + 45 * 10


def test_a_run_keeps_the_file_learns_resumes_and_saves(file: Path, prepare: Any, go: Any, stop_in: Any) -> None:
    """Once begun, a run needs the original no more: stopped and resumed without it, it ends as an unbroken one."""
    import keras

    sets = (f"model.file={file}", "train.epochs=4", "train.batch_size=32")
    whole, broken = prepare("digits", *sets), prepare("digits", *sets)

    unbroken = go(whole)
    file.unlink()
    stop_in(3)
    assert go(broken).status == "stopped"
    resumed = go(broken)
    assert resumed.test == unbroken.test
    assert resumed.test["accuracy"] > 0.8
    saved = keras.saving.load_model(broken.model)
    assert saved.predict(np.zeros((2, 8, 8, 1)), verbose=0).shape == (2, 10)


def test_a_sequential_model_and_16_bits_do_as_well(file: Path) -> None:
    """What comes out is float32 whatever layers compute with."""
    file.write_text(SEQUENTIAL)
    model = network(file, **{"train.precision": "mixed_bfloat16"})
    assert model.output_shape == (None, 10)
    assert model.outputs[0].dtype == "float32"


BROKEN = {
    "nothing = 1": "no function build",
    "def build(recipe, shapes):\n    pass": "returned nothing",
    "def build(recipe, shapes):\n    return 7": "returned a int",
    "def build(recipe, shapes):\n    x = 1\n    return recipe.nothing": "line 3: AttributeError",
    "def build(recipe, shapes)\n    pass": "line 1: SyntaxError",
    "import nowhere_to_be_found": "line 1: ModuleNotFoundError",
    "import sys\nsys.exit(3)": "line 2: SystemExit",
    SEQUENTIAL.replace("keras.Input(shapes['input'])", "").replace(
        'keras.Input(shapes["input"]), ', ""
    ): "no input yet",
    SEQUENTIAL.replace('shapes["input"]', "(5,)").replace(
        "keras.layers.Flatten(), ", ""
    ): "takes rows of shape (5,); expected (8, 8, 1)",
    SEQUENTIAL.replace('shapes["output"]', "3"): "gives (3,) for a row; expected (10,)",
    TWO_WAYS.replace("Model(inputs, outputs)", "Model(inputs, [joined, outputs])"): "2 outputs",
    TWO_WAYS.replace("keras.Model(inputs", "keras.Model([inputs, keras.Input((2,))]"): "2 inputs",
}


@pytest.mark.parametrize("code", BROKEN, ids=BROKEN.values())
def test_every_mistake_in_the_file_is_one_sentence(file: Path, code: str) -> None:
    """What is wrong, in which line, what was expected: never a traceback."""
    file.write_text(code)
    with pytest.raises(RecipeError) as refused:
        network(file)
    [problem] = refused.value.problems
    assert problem.path == "model.file"
    assert BROKEN[code] in problem.message
    assert "\n" not in problem.message


def test_a_file_that_is_not_there_is_found_before_anything_is_read() -> None:
    """The check needs no TensorFlow."""
    recipe = build_recipe("digits", flags={"model.file": "/nowhere/network.py"})
    [problem] = check.check(recipe, catalog.of(recipe))
    assert problem.path == "model.file"
    assert "is not there" in problem.message
