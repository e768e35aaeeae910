"""The recipe's optimizer, as Keras has it."""

from __future__ import annotations

from typing import Any

from tuiml.fields import OptimizerFields
from tuiml.tasks.optimizers import USED_BY


def build(fields: OptimizerFields, precision: str) -> Any:
    """Return the `keras.optimizers.Optimizer`, at its full learning rate.

    With mixed_float16 it scales the loss, since small gradients would become 0 in 16 bits.
    """
    import keras

    options: dict[str, Any] = {
        "learning_rate": fields.learning_rate,
        "weight_decay": fields.weight_decay or (0.0 if fields.name == "adamw" else None),
        "clipnorm": fields.clip_norm or None,
        "clipvalue": fields.clip_value or None,
    }
    options |= {name: getattr(fields, name) for name, users in USED_BY.items() if fields.name in users}
    optimizer = getattr(keras.optimizers, _CLASSES[fields.name])(**options)
    return keras.optimizers.LossScaleOptimizer(optimizer) if precision == "mixed_float16" else optimizer


_CLASSES = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
