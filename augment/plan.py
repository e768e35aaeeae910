"""Plan: what was drawn for some samples; it can be printed, stored as JSON and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from augment.errors import AugmentError, PlanError
from augment.grammar import from_dict
from augment.op import Drawn, Op, Row, Shape


@dataclass(frozen=True, eq=False)
class Plan:
    """The draws of n samples: `steps[k]` belongs to `ops[k]` and maps a name to an array whose first axis is n.

    Each step has `applied` (n,) booleans beside the op's own numbers. `shape` is the (h, w, c) it was drawn for.
    """

    ops: tuple[Op, ...]
    shape: Shape
    index: NDArray[np.int64]
    seed: int
    epoch: int
    steps: tuple[Drawn, ...]

    def __len__(self) -> int:
        return len(self.index)

    def part(self, rows: slice) -> Plan:
        """Return the plan of some of the rows."""
        steps = tuple({name: array[rows] for name, array in step.items()} for step in self.steps)
        return Plan(self.ops, self.shape, self.index[rows], self.seed, self.epoch, steps)

    def row(self, i: int) -> list[Row]:
        """Return what was drawn for row i, one mapping of plain numbers per step."""
        return [{name: array[i].item() for name, array in step.items()} for step in self.steps]

    def describe(self, i: int) -> str:
        """Say in one line what happens to row i: "flip yes · rotate +7.3° · shift +2.1 px, -0.4 px"."""
        told = zip(self.ops, self.row(i), strict=True)
        return " · ".join(f"{op.name} {op.describe(row) if row['applied'] else 'no'}" for op, row in told) or "nothing"

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain JSON; `from_dict` gives back the very same numbers."""
        steps = [
            {name: {"dtype": array.dtype.name, "values": array.tolist()} for name, array in step.items()}
            for step in self.steps
        ]
        return {
            "ops": [op.to_dict() for op in self.ops],
            "shape": list(self.shape),
            "index": self.index.tolist(),
            "seed": self.seed,
            "epoch": self.epoch,
            "steps": steps,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild a stored plan; PlanError when it is not one."""
        try:
            pipeline = from_dict({"ops": stored["ops"]})
            height, width, channels = map(int, stored["shape"])
            steps = tuple(
                {name: np.array(array["values"], array["dtype"]) for name, array in step.items()}
                for step in stored["steps"]
            )
            index = np.array(stored["index"], np.int64)
            plan = cls(pipeline.ops, (height, width, channels), index, int(stored["seed"]), int(stored["epoch"]), steps)
            fresh = pipeline.draw([], plan.shape, seed=0, epoch=0)
        except (AugmentError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise PlanError(f"not a stored plan: {type(error).__name__}: {error}") from error
        if [set(step) for step in steps] != [set(step) for step in fresh.steps]:
            raise PlanError("a stored plan has one step per op, with the names that the op draws")
        if any(array.shape != index.shape for step in steps for array in step.values()):
            raise PlanError("a stored plan has one number per sample in each step")
        return plan
