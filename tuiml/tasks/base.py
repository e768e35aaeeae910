"""The contract between a task and the rest: what a task says of itself, and the arrays it yields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tuiml.tasks.columns import Column
from tuiml.tasks.sequences import Sequences

Kind = Literal["binary", "one_of_n", "many_of_n", "value", "share"]
"""binary: one of two classes; one_of_n: one of several; many_of_n: any number of labels; value: any real number; share: a number in 0..1."""

Form = Literal["pictures", "text", "table", "features"]
"""What rows are: pictures; texts of word numbers; a table's cells, still to be standardized; features, ready as they are."""

Progress = Callable[[str], None]
"""Told, in a few words, what loading is doing now ("downloading mnist.npz 4.2 of 11.5 MB")."""

Rows = Any
"""Rows of a task: an array (n, ...), or `Sequences` of texts."""


@dataclass(frozen=True)
class Data:
    """A task's rows, loaded.

    `x` are pictures (n, h, w, c) uint8 in 0..255; texts as `Sequences`; a table's cells (n, columns) float64, NaN where
    missing, described by `columns`; or features (n, ...) float32, also (n, steps, features). `y` is int64 (n,) class
    numbers for binary and one_of_n, float32 (n, labels) for many_of_n, float32 (n,) or (n, targets) for value and share.
    `notices` are sentences about rows that were left out. A test set of no rows means that the data brings none: one is
    drawn from the training rows. `fixed_validation` are numbers of training rows that the data itself sets apart for
    validation, or None. `groups` and `times` (n,) are of the training rows, where `data.split` names a column.
    `vocabulary` are the words by number; `targets` the names of the numbers that are predicted, where they have some.
    """

    train_x: Rows
    train_y: npt.NDArray[Any]
    test_x: Rows
    test_y: npt.NDArray[Any]
    classes: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    fixed_validation: npt.NDArray[np.int64] | None = None
    columns: tuple[Column, ...] = ()
    groups: npt.NDArray[Any] | None = None
    times: npt.NDArray[Any] | None = None
    vocabulary: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        """What the rows are."""
        if isinstance(self.train_x, Sequences):
            return "text"
        if self.columns:
            return "table"
        return "pictures" if self.train_x.dtype == np.uint8 and self.train_x.ndim == 4 else "features"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row of x as it was read; () of texts, whose lengths differ."""
        return () if isinstance(self.train_x, Sequences) else tuple(self.train_x.shape[1:])

    @property
    def pictures(self) -> bool:
        """Whether rows are pictures in 0..255."""
        return self.form == "pictures"

    @property
    def outputs(self) -> int:
        """How many numbers a network gives for a row: one per class, label or target."""
        return len(self.classes) or (self.train_y.shape[1] if self.train_y.ndim == 2 else 1)


@dataclass(frozen=True)
class Task:
    """What a task says of itself before any data is read.

    `defaults` are the recipe fields of its default recipe (a nested dictionary, as `recipe.compose` takes), `presets`
    named ones on top of them. `shape` and `classes` are None where only the data tells. `rows` are (train, test) or None;
    with 0 test rows, a test set is drawn from the training rows. `outputs` are the numbers that a network gives where
    there are no classes to count.
    """

    name: str
    title: str
    kind: Kind
    load: Callable[[Mapping[str, Any], Progress], Data]
    """`load(data_fields, progress)`: data_fields are the recipe's `data` section as a dictionary. Raises DataError."""
    form: Form = "pictures"
    shape: tuple[int, ...] | None = None
    classes: tuple[str, ...] | None = None
    rows: tuple[int, int] | None = None
    outputs: int = 1
    columns: tuple[Column, ...] = ()
    source: str = ""
    """Where the rows come from, in a few words ("inside scikit-learn", "Keras' files, 11 MB, fetched once")."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    published: str = ""
    """A published figure to compare with, and its source."""
    warning: str = ""
    """What one should know before learning from these rows."""
    upright: str = ""
    """What a picture turned upside down may be taken for ("a 6 may become a 9"); empty where the class does not change."""
    handed: str = ""
    """What a mirrored picture may be taken for; empty where the class does not change."""

    @property
    def pictures(self) -> bool:
        """Whether rows are pictures."""
        return self.form == "pictures"
