"""What a script is written from: a run's recipe, its rows and the network that it built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import augment
from tuiml.fields import Recipe
from tuiml.tasks.base import Data, Task
from tuiml.tasks.heads import Head
from tuiml.tasks.prepare import Preparation

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Facts:
    """`train`, `validation` and `test` are row numbers of all rows, those of the data's test set after the others.

    `pipeline` is the augmentation, `epochs` how many to train, `folds` (repeat, number, validation rows) of each fold.
    """

    run: str
    recipe: Recipe
    task: Task
    data: Data
    train: Numbers
    validation: Numbers
    test: Numbers
    head: Head
    preparation: Preparation
    pipeline: augment.Pipeline
    model: Any
    epochs: int
    folds: tuple[tuple[int, int, Numbers], ...] = ()

    @property
    def learned_from(self) -> int:
        """How many rows are not of the data's own test set."""
        return len(self.data.train_y)

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self.data.train_y) + len(self.data.test_y)

    @property
    def sequences(self) -> bool:
        """Whether texts are read word by word, rather than as the words they have."""
        return self.preparation.words is not None and self.preparation.words.ordered
