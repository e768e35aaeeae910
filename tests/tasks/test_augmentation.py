"""What augmentation means for a task: refused, advised, fitted on the training rows alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tuiml.fields import Recipe
from tuiml.tasks import augmentation, catalog, recipes
from tuiml.tasks.advice import advise
from tuiml.tasks.base import Task
from tuiml.tasks.check import check, head_of
from tuiml.tasks.split import split


def recipe(task: str = "digits", **flags: Any) -> Recipe:
    """A task's default recipe with some fields of `augment` and others (`__` for the dot) set."""
    return recipes.build_recipe(task, flags={name.replace("__", "."): value for name, value in flags.items()})


def told(plan: Recipe) -> dict[str, str]:
    """Advice by path."""
    return {piece.path: piece.message for piece in advise(plan, catalog.of(plan))}


def refused(plan: Recipe, task: Task | None = None) -> dict[str, str]:
    """Problems by path."""
    return {piece.path: piece.message for piece in check(plan, task or catalog.of(plan))}


def test_offline_needs_steps_to_make_copies_by() -> None:
    """Copies of what? The sentence says how to get some."""
    assert set(refused(recipe(augment__mode="offline"))) == {"augment.mode"}
    assert refused(recipe(augment__mode="offline", augment__ops="flip")) == {}


def test_the_size_of_the_enlarged_set_is_told_without_the_data() -> None:
    """Rows, steps of an epoch, memory; float32 where pictures are normalized."""
    offline = {"augment__mode": "offline", "augment__copies": 2}
    plain = told(recipe("mnist", augment__ops="rotate:10", **offline))["augment.copies"]
    scaled = told(recipe("mnist", augment__ops="rotate:10,rescale:255", **offline))["augment.copies"]

    assert "55,000 originals and 110,000 fixed copies: 165,000 rows, 1,290 steps an epoch, 129.4 MB" in plain
    assert "517.4 MB" in scaled


def test_copies_that_no_memory_holds_are_refused_without_the_data() -> None:
    """Found in the form and by --dry-run already."""
    enormous = recipe(
        "mnist", augment__ops="flip,resize:512,rescale:255", augment__mode="offline", augment__copies=10_000
    )

    assert "need 576,774" in refused(enormous)["augment.copies"]


def test_copies_without_effect_are_told() -> None:
    """Online there are none."""
    assert "no effect online" in told(recipe(augment__ops="rotate:5", augment__copies=3))["augment.copies"]
    assert told(recipe(augment__ops="rotate:5")) == {}


def test_a_batch_is_compared_with_the_enlarged_set() -> None:
    """2,000 rows a step are too many for 1,150, and not for 2,300."""
    assert "train.batch_size" in told(recipe(train__batch_size=2000))
    assert "train.batch_size" not in told(
        recipe(train__batch_size=2000, augment__ops="rotate:5", augment__mode="offline")
    )


@pytest.mark.parametrize(
    ("task", "ops", "words"),
    [
        ("digits", "vflip", "a 6 may become a 9"),
        ("mnist", "flip", "a 2 may become a 5"),
        ("mnist", "rotate:90", "more than 45 degrees"),
        ("digits", "shear:0.2", "did you mean 0.2 radians"),
        ("fashion_mnist", "flip", ""),
        ("digits", "rotate:15,shift:0.1", ""),
    ],
)
def test_labels_in_danger_are_told_without_the_data(task: str, ops: str, words: str) -> None:
    """What orientation means is the task's to say: a mirrored shoe is a shoe."""
    found = told(recipe(task, augment__ops=ops))

    assert words in found["augment.ops"] if words else "augment.ops" not in found


def test_only_one_of_several_classes_can_be_mixed() -> None:
    """A value has no shares of classes; a loss that wants one class per row is named with the one to take."""

    def nothing(*_: Any) -> Any:
        raise AssertionError("checks must not load data")

    measure = Task("measure", "A measure", "value", nothing, shape=(8, 8, 1), rows=(400, 100))
    assert "mixup mixes labels too" in refused(recipe(augment__ops="mixup"), measure)["augment.ops"]
    assert refused(recipe(augment__ops="mixup,cutmix")) == {}
    sparse = recipe(augment__ops="cutmix", model__loss="sparse_categorical_crossentropy")
    assert "expected categorical_crossentropy" in refused(sparse)["model.loss"]


@pytest.mark.parametrize("kind", ["binary", "one_of_n"])
def test_mixed_labels_are_compared_as_shares(kind: Any) -> None:
    """Softmax and categorical crossentropy on one-hot rows, also of two classes; without mixing nothing changes."""
    task = Task("two", "Two", kind, lambda *_: None, shape=(8, 8, 1), classes=("a", "b"))  # type: ignore[arg-type, return-value]
    head = head_of(recipe(augment__ops="mixup"), task)

    assert (head.activation, head.loss, head.units, head.one_hot) == ("softmax", "categorical_crossentropy", 2, True)
    assert (head.impossible, head.conflict) == ("", "")
    assert head_of(recipe(augment__ops="flip"), task).loss != "categorical_crossentropy"


def test_statistics_are_those_of_the_training_rows_alone() -> None:
    """Whatever the validation rows hold does not move them."""
    plan = recipe(augment__ops="featurewise")
    data = catalog.find("digits").load({}, lambda what: None)
    parts = split(data, plan.data.model_dump(), 0)
    rows, held_out = parts.train, parts.validation
    pictures, said = data.train_x.copy(), list[str]()
    pictures[held_out] = 255
    one = augmentation.pipeline_for(plan, data.train_x, rows, said.append)
    other = augmentation.pipeline_for(plan, pictures, rows, said.append)
    scaled = one(data.train_x[rows])

    assert one == other
    assert not one.needs_fit
    assert "measuring the statistics of 1,150 training pictures" in said[0]
    assert abs(float(scaled.mean())) < 1e-3
    assert abs(float(scaled.std()) - 1) < 1e-2


@pytest.mark.parametrize(
    ("ops", "scale"),
    [
        ("", 1 / 255),
        ("flip,samplewise:std=no", 1 / 255),
        ("rescale:255", None),
        ("samplewise", None),
        ("featurewise", None),
    ],
)
def test_pictures_are_scaled_once(ops: str, scale: float | None) -> None:
    """Either the network does it or the pipeline; subtracting a mean alone leaves it to the network."""
    import augment

    assert augmentation.scale(augment.parse(ops).evaluation()) == scale


def test_measured_hints_name_the_share_of_real_pictures() -> None:
    """Pictures that lose their content are counted on the training rows."""
    plan = recipe(augment__ops="vflip,shift:0.6")
    data = catalog.find("digits").load({}, lambda what: None)
    rows = np.arange(len(data.train_x))
    pipeline = augmentation.pipeline_for(plan, data.train_x, rows, lambda what: None)

    [lost] = augmentation.measured_hints(plan, pipeline, data.train_x, rows)
    assert "lose more than half" in lost
    everything = augmentation.hints_for(plan, catalog.find("digits"), pipeline, data.train_x, rows)
    assert lost in everything
    assert any("a 6 may become a 9" in hint for hint in everything)
