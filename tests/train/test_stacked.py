"""Networks of folds side by side are those that would have been trained one after another."""

from __future__ import annotations

import numpy as np
import pytest

from tuiml.events import EpochEnded, Event
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.tasks.recipes import build_recipe

pytestmark = pytest.mark.tf

BASE = ("folds.k=4", "train.epochs=3", "data.fraction=0.3")
KINDS = {
    "several classes, dropout, penalties, adam": (
        "digits",
        "regularize.dropout=0.3,0.2",
        "regularize.input_dropout=0.1",
        "regularize.l1=0.001",
        "regularize.l2=0.01,0.001",
        "optimizer.name=adam",
    ),
    "rows of labels, momentum, weight decay, cosine, leaky relu": (
        "digits",
        "model.activation=leaky_relu,elu",
        "optimizer.weight_decay=0.01",
        "data.labels=one_hot",
        "optimizer.name=sgd",
        "optimizer.momentum=0.9",
        "optimizer.schedule=cosine",
        "optimizer.warmup=1",
    ),
    "two classes": ("breast_cancer", "optimizer.clip_value=0.1"),
    "several classes, each judged by itself": ("wine", "model.loss=binary_crossentropy", "data.fraction=1"),
    "a value": ("diabetes", "train.batch_size=7", "folds.shuffled=off"),
}


def recipe_of(task: str, *sets: str) -> Recipe:
    """A task's default recipe on a part of its rows, with folds."""
    return build_recipe(task, sets=[*BASE, *sets])


def batch_of(recipe: Recipe):
    """Two folds of a recipe that can be stacked, with their rows."""
    from tuiml.train import folds, rows
    from tuiml.train.plan import planned, stacks

    source = rows.read(recipe, lambda text: None)
    numbers, plan = planned(source)
    batch = max(stacks(plan), key=len)[:2]
    feeds = [
        rows.feeds(
            source, numbers[fold.train], numbers[fold.validation], lambda text: None, folds.recipe_of(recipe, fold)
        )
        for fold in batch
    ]
    return batch, feeds


@pytest.mark.parametrize("kind", KINDS)
def test_side_by_side_is_one_after_another(kind: str, tmp_path) -> None:
    """Every fold's weights and figures, epoch by epoch, are those of its own fit, but for the rounding of sums."""
    from tuiml.train import folds, model
    from tuiml.train.control import Control
    from tuiml.train.fit import Fit
    from tuiml.train.side_by_side import SideBySide
    from tuiml.train.stacked import stackable

    recipe = recipe_of(*KINDS[kind])
    batch, rows = batch_of(recipe)
    networks = [
        model.build(folds.recipe_of(recipe, fold), mine.input, mine.head)
        for fold, mine in zip(batch, rows, strict=True)
    ]
    assert stackable(networks[0], recipe, rows[0])
    assert len(batch) == 2
    heard: list[Event] = []
    control = Control(heard.append)
    folder = RunFolder(tmp_path)
    stack = SideBySide(folder, tmp_path / "stack", recipe, batch, rows, networks, control, heard.append, print)
    stack.seconds_per_epoch()
    stack.train()
    for at, fold in enumerate(batch):
        alone: list[Event] = []
        own = folds.recipe_of(recipe, fold)
        fit = Fit(folder, tmp_path / fold.name, own, rows[at], 3, control, alone.append, own=False)
        fit.train(lambda: 3)
        mine = [event for event in heard if isinstance(event, EpochEnded) and event.fold == fold.number]
        theirs = [event for event in alone if isinstance(event, EpochEnded)]

        assert [event.epoch for event in mine] == [event.epoch for event in theirs] == [1, 2, 3]
        for one, other in zip(mine, theirs, strict=True):
            assert one.metrics == pytest.approx(other.metrics, rel=2e-3, abs=2e-3)
            assert one.learning_rate == pytest.approx(other.learning_rate)
        for weights, expected in zip(stack.stack.weights(at), fit.model.trainable_variables, strict=True):
            np.testing.assert_allclose(weights, expected.numpy(), rtol=1e-2, atol=2e-4)


def test_a_network_that_is_lost_leaves_the_others_as_they_were(tmp_path) -> None:
    """A target of 1e30 makes one fold's loss infinite; the figures of the others are those of a stack without it."""
    from tuiml.train import folds, model
    from tuiml.train.control import Control
    from tuiml.train.side_by_side import SideBySide

    def train(poisoned: bool) -> tuple[list[Event], list[int]]:
        recipe = recipe_of("diabetes", "train.epochs=2")
        batch, rows = batch_of(recipe)
        if poisoned:
            feed = rows[0].train
            feed.y = np.where(np.arange(len(feed.y)) == feed.rows[0], 1e30, feed.y).astype(np.float32)
        networks = [
            model.build(folds.recipe_of(recipe, fold), mine.input, mine.head)
            for fold, mine in zip(batch, rows, strict=True)
        ]
        heard: list[Event] = []
        lost: list[int] = []
        control = Control(heard.append)
        SideBySide(
            RunFolder(tmp_path),
            tmp_path / f"{poisoned}",
            recipe,
            batch,
            rows,
            networks,
            control,
            heard.append,
            lambda fold, error: lost.append(fold.number),
        ).train()
        return [event for event in heard if isinstance(event, EpochEnded)], lost

    (clean, none), (poisoned, lost) = train(False), train(True)

    assert not none
    assert len(lost) == 1
    figures = [
        [(event.fold, event.metrics) for event in events if event.fold not in lost] for events in (clean, poisoned)
    ]
    assert figures[0] == figures[1]
    assert not [event for event in poisoned if event.fold in lost]


@pytest.mark.parametrize(
    "sets",
    [
        ("early_stopping=3",),
        ("model.batch_norm=on",),
        ("optimizer.clip_norm=1",),
        ("optimizer.schedule=plateau",),
        ("train.stop_when=val_accuracy>=0.9",),
        ("augment.ops=rotate:10",),
        ("data.class_weights=balanced",),
        ("model.preset=cnn", "model.layers=8"),
        ("model.layers=2048,2048",),
    ],
)
def test_what_acts_on_a_network_as_a_whole_is_trained_alone(sets: tuple[str, ...]) -> None:
    """So is what is too large to gain by it."""
    from tuiml.train import model
    from tuiml.train.stacked import stackable

    recipe = recipe_of("digits", *sets)
    _, rows = batch_of(recipe)

    assert not stackable(model.build(recipe, rows[0].input, rows[0].head), recipe, rows[0])
