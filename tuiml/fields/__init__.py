"""The fields of a Recipe, everything a run needs: each declares once its default, range, unit, help text and flag.

The command line, the form, the checks and the documentation are made from these declarations (see `knobs.py`). What a
field means for a particular task is checked in `tasks/check.py`; here only shapes and ranges are.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from tuiml.fields.data import AugmentFields, DataFields
from tuiml.fields.knob import Section, knob
from tuiml.fields.network import ModelFields, RegularizeFields
from tuiml.fields.training import EarlyStopping, FoldFields, OptimizerFields, TrainFields, read_early_stopping

__all__ = [
    "AugmentFields",
    "DataFields",
    "EarlyStopping",
    "FoldFields",
    "ModelFields",
    "OptimizerFields",
    "Recipe",
    "RegularizeFields",
    "TrainFields",
    "read_early_stopping",
]


class Recipe(Section):
    """Everything a run needs. Frozen: a changed recipe is a new one."""

    task: str = knob(
        ..., "what to learn: a built-in task, folder:DIR, csv:FILE or npz:FILE", "Task", "--task", min_length=1
    )
    data: DataFields = Field(default_factory=DataFields)  # a factory leaves building the section to those who need one
    model: ModelFields = Field(default_factory=ModelFields)
    optimizer: OptimizerFields = Field(default_factory=OptimizerFields)
    regularize: RegularizeFields = Field(default_factory=RegularizeFields)
    early_stopping: Annotated[EarlyStopping | None, BeforeValidator(read_early_stopping)] = knob(
        None,
        "stop when a metric no longer improves: a patience, or patience=5,monitor=loss,...; off for none",
        "Early stopping",
        "--early-stopping",
        "epochs",
    )
    augment: AugmentFields = Field(default_factory=AugmentFields)
    train: TrainFields = Field(default_factory=TrainFields)
    folds: FoldFields = Field(default_factory=FoldFields)

    def hidden_sizes(self) -> tuple[int, ...]:
        """Return filters or units of each hidden layer, as `model.size` makes them: those that dropout and penalties address."""
        model = self.model
        return model.scaled(model.layers + (model.dense if model.preset in ("cnn", "lstm", "gru") else ()))
