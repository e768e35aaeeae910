"""What a network needs to know of its task once the data is out of sight: how new rows are prepared, and what outputs mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

import augment
from tuiml.errors import StorageError
from tuiml.tasks.base import Data, Form, Kind, Rows
from tuiml.tasks.columns import Column
from tuiml.tasks.heads import Head
from tuiml.tasks.prepare import Preparation, from_json

_MOST_UNITS = 2**24
_ACTIVATIONS = ("softmax", "sigmoid", "linear", "relu", "tanh")


@dataclass(frozen=True, eq=False)
class Described:
    """A task as a trained network sees it. `shape` is that of a row as it was read, `steady` what all pictures go through.

    `vocabulary` is the word of each number that texts are read as: () for other rows.
    """

    task: str
    kind: Kind
    form: Form
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    targets: tuple[str, ...]
    columns: tuple[Column, ...]
    head: Head
    preparation: Preparation
    steady: augment.Pipeline
    vocabulary: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, name: str, kind: Kind, data: Data, head: Head, preparation: Preparation, steady: augment.Pipeline
    ) -> Described:
        """Return what is to be known of a task whose data has been read and prepared."""
        known = data.shape, data.classes, data.targets, data.columns
        return cls(name, kind, data.form, *known, head, preparation, steady, data.vocabulary)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what the outputs say: classes, labels or targets."""
        units = self.head.units
        return (
            self.classes
            or self.targets
            or (("value",) if units == 1 else tuple(f"value {n + 1}" for n in range(units)))
        )

    def __call__(self, x: Rows) -> Rows:
        """Return rows as read, prepared for the network."""
        x = self.preparation(x)
        return self.steady(x, seed=0, epoch=0, index=range(len(x))) if self.steady and len(x) else x

    def to_json(self) -> dict[str, Any]:
        """Return everything that `read` needs."""
        plain = {name: getattr(self, name) for name in ("task", "kind", "form", "shape", "classes", "targets")}
        return plain | {
            "columns": [asdict(column) for column in self.columns],
            "head": asdict(self.head),
            "preparation": self.preparation.to_json(),
            "steady": self.steady.to_dict(),
            "vocabulary": self.vocabulary,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any], where: str) -> Described:
        """Return what `to_json` gave. Raises StorageError, naming `where` it was stored, when it is something else."""
        try:
            if stored["kind"] not in get_args(Kind) or stored["form"] not in get_args(Form):
                raise ValueError("its kind or form is unknown")
            found = cls(
                str(stored["task"]),
                stored["kind"],
                stored["form"],
                tuple(int(side) for side in stored["shape"]),
                tuple(map(str, stored["classes"])),
                tuple(map(str, stored["targets"])),
                tuple(Column(str(one["name"]), tuple(map(str, one["categories"]))) for one in stored["columns"]),
                _head(dict(stored["head"])),
                from_json(stored["preparation"]),
                augment.from_dict(stored["steady"]),
                tuple(map(str, stored.get("vocabulary", ()))),
            )
        except (KeyError, TypeError, ValueError, augment.AugmentError) as error:
            raise StorageError(f"{where} is damaged: {type(error).__name__}: {error}.") from None
        if not found._whole():
            raise StorageError(f"{where} is damaged: its shape, classes, targets and last layer contradict each other.")
        return found

    def _whole(self) -> bool:
        """Whether what was stored fits together: every output has a name, and no size is beyond any recipe's."""
        units, classes = self.head.units, len(self.classes)
        if self.head.activation not in _ACTIVATIONS or not (
            1 <= units <= _MOST_UNITS and all(1 <= side <= _MOST_UNITS for side in self.shape)
        ):
            return False
        if self.kind == "binary":
            return classes == 2 and units <= 2
        if self.kind == "one_of_n":
            return classes == units
        return classes in (0, units) and len(self.targets) in (0, units)


def _head(stored: Mapping[str, Any]) -> Head:
    fields: dict[str, Any] = dict(stored)
    lists = {name: tuple(fields.get(name, ())) for name in ("metrics", "center", "spread")}
    return Head(**(fields | lists))
