"""The same run with one thing changed: every single change that fits a recipe, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tuiml import knobs
from tuiml.coach.verdict import Kind
from tuiml.fields import Recipe
from tuiml.recipe import compose, nested

Against = Literal["variance", "bias", "either"]

DROPOUT, MORE_DROPOUT, MOST_DROPOUT = 0.5, 0.2, 0.8
"""Srivastava et al. 2014 keep half of the hidden units; beyond four fifths next to nothing is learned."""
L2, L1 = 1e-3, 1e-4
"""The notes' L2; L1 pulls at small weights as hard as at large ones, so that it needs less."""
PATIENCE = 5
MIRRORED, UPRIGHT, ANY_PLACE = "flip,rotate:10,shift:0.1", "rotate:10,shift:0.1", "flip"
"""Small turns and shifts keep a class; mirroring does where hands do not matter; where a number is told from a whole picture,
nothing may leave it."""
_SIZES = ("smaller", "original", "bigger")
_KINDS: dict[Kind, Against] = {
    "overfitting": "variance",
    "underfitting": "bias",
    "stalled": "bias",
    "improving": "bias",
}


@dataclass(frozen=True)
class Facts:
    """What of a task decides which changes fit: whether rows are `pictures`, mirrored ones `handed`, targets `classes`."""

    pictures: bool
    handed: bool
    classes: bool


@dataclass(frozen=True)
class Variation:
    """A recipe with one field changed: `words` are the arguments that change it on a command line, `why` one reason to."""

    title: str
    why: str
    against: Against
    recipe: Recipe
    words: tuple[str, ...]


def variations(recipe: Recipe, facts: Facts, verdict: Kind | None = None) -> list[Variation]:
    """Return the changes that fit a recipe, none of them in force already; those against what `verdict` names come first."""
    found = []
    for title, why, against, path, value in _changes(recipe, facts):
        changed = compose([recipe.model_dump(), nested(path, value)])
        if changed != recipe:
            found.append(Variation(title, why, against, changed, tuple(knobs.flags(changed, recipe)[2:])))
    first = _KINDS.get(verdict) if verdict else None
    return sorted(found, key=lambda one: one.against != first)


Change = tuple[str, str, Against, str, Any]
"""Title, reason, what it is against, path of the field, its new value."""


def _changes(recipe: Recipe, facts: Facts) -> Iterator[Change]:
    if recipe.data.fraction < 1:
        yield "All the data", "more rows leave less to learn by heart", "variance", "data.fraction", 1.0
    if facts.pictures and not recipe.augment.ops.strip():
        ops = ANY_PLACE if not facts.classes else UPRIGHT if facts.handed else MIRRORED
        if facts.classes or not facts.handed:
            yield "Augmentation", "every epoch sees other pictures of the same classes", "variance", "augment.ops", ops
    if not recipe.model.file and recipe.hidden_sizes():
        yield from _network(recipe)
    if recipe.early_stopping is None and (recipe.data.validation != 0 or recipe.folds.k):
        why = "ends where val_loss has stopped falling, and keeps the best weights"
        yield f"Early stopping {PATIENCE}", why, "variance", "early_stopping", PATIENCE
    yield from _training(recipe)


def _network(recipe: Recipe) -> Iterator[Change]:
    dropout = max(recipe.regularize.dropout, default=0.0)
    more = DROPOUT if dropout < DROPOUT else round(min(dropout + MORE_DROPOUT, MOST_DROPOUT), 2)
    if more > dropout:
        why = "no unit can rely on another one being there"
        yield f"Dropout {more:g}", why, "variance", "regularize.dropout", (more,)
    why = "large weights cost: a smoother function"
    yield f"L2 {L2:g}", why, "variance", "regularize.l2", (L2,)
    yield f"L1 {L1:g}", "weights that do little become zero", "variance", "regularize.l1", (L1,)
    at = _SIZES.index(recipe.model.size)
    if at > 0:
        yield "Smaller network", "less room to learn rows by heart", "variance", "model.size", _SIZES[at - 1]
    if at < len(_SIZES) - 1:
        yield "Bigger network", "room for what this one cannot express", "bias", "model.size", _SIZES[at + 1]


def _training(recipe: Recipe) -> Iterator[Change]:
    train, rate = recipe.train, recipe.optimizer.learning_rate
    if train.epochs <= 500_000:
        yield "Twice the epochs", "where the curves still fall", "bias", "train.epochs", 2 * train.epochs
    yield "Half the learning rate", "where the curves go up and down", "either", "optimizer.learning_rate", rate / 2
    if rate <= 5:
        yield "Twice the learning rate", "where the curves hardly fall", "bias", "optimizer.learning_rate", 2 * rate
    yield "Another seed", "how much of the result is chance", "either", "train.seed", (train.seed + 1) % 2**31
