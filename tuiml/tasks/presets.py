"""Recipes that every task has by name beside its own: to overfit on purpose, to hold the network back, to try its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuiml.fields import Recipe
from tuiml.tasks import check, networks
from tuiml.tasks.base import Task

MEANINGS: dict[str, str] = {
    "notes": "as in the notes, to the letter",
    "article": "as in the article on remedies, to the letter",
    "overfit": "few rows, large network, no restraint, many epochs",
    "regularized": "dropout, L2, early stopping, label-safe augmentation",
    "small": "a quarter of the hidden units",
    "original": "the task's own network, to compare sizes with",
    "bigger": "four times the hidden units",
}
"""What a preset is for, in a few words; a task may have others of its own."""

_FEW = 200
"""Rows that a network of some thousand parameters learns by heart; 5 for each class where there are many."""
_OF_EACH_CLASS = 5
_MANY_UNITS = 512
"""Dense units after convolutions. Source: the notes' network for handwritten digits."""
_DROPPED, _INPUT_DROPPED = 0.3, 0.2
"""Shares dropped. Source: the article and the notes, 20 to 50 %; smaller where little would be left."""
_LARGE_ENOUGH = 32
"""Units from which on a layer can spare some. Source: the chapter, which keeps all units of small layers."""
_PENALTY = 0.001
"""L2 factor. Source: the notes and the article."""


def general(plain: Recipe, task: Task | None) -> dict[str, Mapping[str, Any]]:
    """Return the fields of each preset that every task has, on top of `plain`, its default recipe.

    `task` is None for the user's own files, which are not looked into for this.
    """
    return {
        "overfit": _overfit(plain, task),
        "regularized": _regularized(plain, task),
        "small": {"model": {"size": "smaller"}},
        "original": {"model": {"size": "original"}},
        "bigger": {"model": {"size": "bigger"}},
    }


def meaning(name: str) -> str:
    """Return what a preset is for; of one that only its task knows, that it is the task's own."""
    return MEANINGS.get(name, "a recipe of this task's own")


def _overfit(plain: Recipe, task: Task | None) -> dict[str, Any]:
    """Few rows, many units, no restraint: the training rows are learned by heart, and others suffer."""
    convolves = plain.model.preset == "cnn"
    model = {"size": "original", "dense": (_MANY_UNITS,)} if convolves else {"size": "bigger"}
    return {
        "data": {"fraction": _few(plain, task)},
        "model": model | {"batch_norm": False},
        "regularize": {"dropout": (0.0,), "input_dropout": 0.0, "l1": (0.0,), "l2": (0.0,)},
        "optimizer": {"weight_decay": 0.0},
        "early_stopping": "off",
        "augment": {"ops": ""},
        "train": {"epochs": max(150, plain.train.epochs), "batch_size": min(plain.train.batch_size, 16)},
    }


def _few(plain: Recipe, task: Task | None) -> float:
    """Return the share of the training rows that is few: at most half of them, a tenth where their number is not known."""
    rows = check.training_rows(plain, task) if task else None
    if not rows:
        return 0.1
    wanted = max(_FEW, _OF_EACH_CLASS * len((task.classes if task else None) or ()))
    return max(min(0.5, float(f"{wanted / rows:.1g}")), 0.001)


def _regularized(plain: Recipe, task: Task | None) -> dict[str, Any]:
    """Dropout where layers are large enough, else of the inputs; L2 on all; patience; pictures that keep their labels."""
    hidden = zip(networks.kinds(plain), plain.hidden_sizes(), strict=True)
    dropout = tuple(_DROPPED if kind == "dense" and units >= _LARGE_ENOUGH else 0.0 for kind, units in hidden)
    dropping: dict[str, Any] = {"dropout": dropout} if any(dropout) else {"input_dropout": _INPUT_DROPPED}
    slow = plain.train.epochs >= 50
    return {
        "regularize": dropping | {"l2": (_PENALTY / 10 if plain.model.preset == "cnn" else _PENALTY,)},
        "early_stopping": {"patience": 15 if slow else 5},
        "augment": {"ops": _safe(plain, task)},
        "train": {"epochs": max(40, 2 * plain.train.epochs)},
    }


def _safe(plain: Recipe, task: Task | None) -> str:
    """Return augmentation after which a picture of the task still deserves its label; none for other rows.

    Mirrored where no class is another's mirror image; turned and shifted a little where there is one class to recognize,
    but not where something is measured or counted, which could leave the picture.
    """
    if task is None:
        return "rotate:10,shift:0.1" if plain.task.startswith("folder:") else ""
    if not task.pictures:
        return ""
    mirrored = ["flip"] if not task.handed and not task.name.startswith("folder:") else []
    moved = ["rotate:10", "shift:0.1"] if task.kind in ("binary", "one_of_n") else []
    return ",".join(mirrored + moved)
