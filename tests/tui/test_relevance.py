"""The form shows a field where it means something, and says of each other one when it does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tuiml.tasks import catalog
from tuiml.tasks.base import Task
from tuiml.tui.setup import form, relevance

FILES = [field.beginning + "somewhere" for field in form.FILES]
CONTEXTS: list[dict[str, str]] = [
    {},
    {"model.preset": "lstm"},
    {"model.preset": "cnn", "augment.ops": "flip", "augment.mode": "offline"},
    {"optimizer.name": "sgd", "optimizer.schedule": "plateau"},
    {"optimizer.name": "rmsprop"},
    {"optimizer.name": "adamw"},
    {"regularize.dropout": "0.5", "model.activation": "relu,leaky_relu", "early_stopping": "on", "folds.k": "4"},
]
"""What one may choose beside the task."""


def known(name: str) -> Task | None:
    """The task, of files what is known before they have been looked into."""
    return None if form.file_field(name) else catalog.find(name)


def cases() -> Iterator[tuple[dict[str, str], Task | None]]:
    """Each task with each choice."""
    for name in [*catalog.names(), *FILES]:
        plain = form.default_values(name)
        for context in CONTEXTS:
            yield plain | context, known(name)


def test_every_field_is_shown_for_some_values() -> None:
    """No field of a recipe is missing from the form in every context, nor one of the form's own."""
    seen = {path for values, task in cases() for path in relevance.shown(values, task)}
    every = {path for group in form.paths().values() for path in group}

    assert every | {"task", form.PRESET, *(field.path for field in form.FILES)} == seen


def test_a_hidden_field_says_when_it_is_shown() -> None:
    """Whatever is not shown in one of the contexts has a reason, in words."""
    every = {path for group in form.paths().values() for path in group}
    hidden = {path for values, task in cases() for path in every - set(relevance.shown(values, task))}

    assert {path for path in hidden if not relevance.why_hidden(path)} == set()


@pytest.mark.parametrize(
    ("task", "context", "there", "not_there"),
    [
        ("digits", {}, {"augment.ops", "data.labels"}, {"data.words", "data.mask", "data.target", "data.scale_target"}),
        ("imdb", {}, {"data.words"}, {"data.maxlen", "model.embedding", "augment.ops", "data.mask"}),
        ("imdb", {"model.preset": "gru"}, {"data.maxlen", "model.embedding", "model.dense"}, {"data.target"}),
        ("boston_housing", {}, {"data.mask", "data.drop", "data.scale_target"}, {"data.class_weights", "data.kind"}),
        ("csv:a.csv", {}, {"task.csv", "data.target", "data.kind", "data.test"}, {"task.folder", "task.npz"}),
        ("npz:a.npz", {}, {"task.npz", "data.kind"}, {"task.csv", "data.target", "data.words"}),
        ("folder:a", {}, {"task.folder", "data.resize", "data.color"}, {"task.csv", "data.target"}),
        ("digits", {"optimizer.name": "sgd"}, {"optimizer.nesterov", "optimizer.momentum"}, {"optimizer.rho"}),
        ("digits", {"optimizer.name": "adam"}, {"optimizer.beta_1"}, {"optimizer.rho", "optimizer.momentum"}),
        ("digits", {"folds.k": "4"}, {"folds.refit", "folds.repeats"}, {"data.validation"}),
        ("digits", {"folds.k": "0"}, {"data.validation"}, {"folds.refit", "folds.smoothing"}),
        ("digits", {"regularize.dropout": "0.0,0.25"}, {"regularize.dropout_seed"}, {"model.slope"}),
        ("digits", {"train.full_batch": "on"}, set(), {"train.batch_size"}),
    ],
)
def test_fields_follow_the_task_and_one_another(
    task: str, context: dict[str, str], there: set[str], not_there: set[str]
) -> None:
    """What has a meaning is there, what has none is not."""
    shown = set(relevance.shown(form.default_values(task) | context, known(task)))

    assert there <= shown
    assert not shown & not_there


@pytest.mark.parametrize("task", [*catalog.names(), *FILES])
def test_a_task_and_its_path_are_parted_and_joined_again(task: str) -> None:
    """The form's own fields lose nothing of a task's name, and show every value of its default recipe."""
    values = form.default_values(task)

    assert form.joined(form.parted(values)) == values
