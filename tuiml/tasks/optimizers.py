"""Which settings each optimizer and schedule has, and what is odd about a recipe's."""

from __future__ import annotations

from tuiml.errors import Problem
from tuiml.fields import OptimizerFields, Recipe

USED_BY: dict[str, tuple[str, ...]] = {
    "momentum": ("sgd", "rmsprop"),
    "nesterov": ("sgd",),
    "rho": ("rmsprop",),
    "beta_1": ("adam", "adamw"),
    "beta_2": ("adam", "adamw"),
}
"""Fields that not all optimizers have."""

_SCHEDULES: dict[str, tuple[str, ...]] = {
    "decay": ("step", "exponential", "plateau"),
    "decay_epochs": ("step", "exponential", "plateau"),
}


def slots(fields: OptimizerFields) -> int:
    """Return how many numbers the optimizer remembers of each weight."""
    own = {"sgd": 0, "rmsprop": 1, "adam": 2, "adamw": 2}[fields.name]
    return own + (fields.momentum > 0 and fields.name in USED_BY["momentum"])


def check(recipe: Recipe) -> list[Problem]:
    """Return what keeps the optimizer from being made."""
    fields, found = recipe.optimizer, []
    if fields.clip_norm and fields.clip_value:
        found.append(
            Problem("optimizer.clip_value", "Keras clips by norm or by value, not by both; set one of them to 0.")
        )
    if fields.warmup >= recipe.train.epochs:
        found.append(
            Problem(
                "optimizer.warmup",
                f"the learning rate would still rise at the end of {recipe.train.epochs} epochs; expected fewer than "
                f"{recipe.train.epochs}, received {fields.warmup}.",
            )
        )
    return found


def advise(recipe: Recipe) -> list[Problem]:
    """Return which settings have no effect, or not the one that is likely meant."""
    fields, plain, found = recipe.optimizer, OptimizerFields(), []
    for name, users in USED_BY.items():
        if getattr(fields, name) != getattr(plain, name) and fields.name not in users:
            some = " and ".join(users)
            found.append(
                Problem(
                    f"optimizer.{name}",
                    f"has no effect on {fields.name}; {some} {'uses' if len(users) == 1 else 'use'} it.",
                )
            )
    if fields.nesterov and fields.name == "sgd" and not fields.momentum:
        found.append(
            Problem("optimizer.nesterov", "looks ahead along the momentum, and there is none: --momentum 0.9.")
        )
    for name, schedules in _SCHEDULES.items():
        if getattr(fields, name) != getattr(plain, name) and fields.schedule not in schedules:
            found.append(
                Problem(
                    f"optimizer.{name}",
                    f"has no effect with the schedule {fields.schedule}; {' and '.join(schedules)} use it.",
                )
            )
    if fields.name == "adamw" and not fields.weight_decay:
        found.append(
            Problem("optimizer.weight_decay", "adamw without weight decay is adam; 0.004 is its usual value in Keras.")
        )
    if fields.schedule == "plateau" and recipe.data.validation == 0 and not recipe.folds.k:
        found.append(
            Problem(
                "optimizer.schedule", "plateau watches val_loss; without validation rows it watches the training loss."
            )
        )
    if fields.schedule == "plateau" and recipe.folds.k and recipe.folds.refit:
        found.append(
            Problem(
                "optimizer.schedule",
                "the refit has no validation rows: its learning rate follows the training loss.",
            )
        )
    return found
