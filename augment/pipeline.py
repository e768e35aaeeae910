"""Pipeline: ops in order, compiled so that pictures are resampled at most once; draw, apply, evaluate."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from augment.errors import ImageError, ParameterError, PlanError
from augment.geometry import Geometry, resample, resampling
from augment.images import Images, check_images, check_index, shape_problems
from augment.op import Drawn, Op, Shape
from augment.plan import Plan
from augment.rng import stream
from augment.warp import Matrices

_CHUNK_VALUES = 1 << 17  # values per chunk: its temporaries stay in the second-level cache


class Pipeline:
    """Ops in order, immutable.

    All geometric ops together are one resampling, done where the first of them stands; all other ops keep their
    places. Pictures are (n, h, w, c), uint8 or float32; `value_range` is white in float32 pictures: 255 or 1.
    """

    ops: tuple[Op, ...]
    value_range: float
    _keys: tuple[str, ...]

    def __init__(self, ops: Iterable[Op] = (), *, value_range: float = 255.0) -> None:
        ops = tuple(ops)
        _, problems = resampling(_geometric(ops))
        if not (isinstance(value_range, (int, float)) and 0 < value_range < float("inf")):
            problems.append(f"value_range: expected a number above 0 such as 255 or 1, received {value_range!r}")
        if problems:
            raise ParameterError(*problems)
        occurrences: dict[str, int] = {}
        keys = []
        for op in ops:
            # Numbered among its own kind: an op that is added elsewhere leaves the draws of the others alone.
            number = occurrences[op.name] = occurrences.get(op.name, -1) + 1
            keys.append(f"{op.name}#{number}")
        vars(self).update(ops=ops, value_range=float(value_range), _keys=tuple(keys))

    def check(self, shape: Shape) -> list[str]:
        """Return what is wrong with pictures of the shape (h, w, c); [] when nothing is."""
        problems = shape_problems(shape)
        for op in () if problems else self.ops:
            found = op.check(shape)
            problems += [f"{op}: {problem}" for problem in found]
            if not found:
                shape = op.output_shape(shape)
        return problems

    def output_shape(self, shape: Shape) -> Shape:
        """Return the (h, w, c) that pictures of `shape` have afterwards."""
        for op in self.ops:
            shape = op.output_shape(shape)
        return shape

    def output_range(self, value_range: float) -> float:
        """Return the value of white afterwards, when it is `value_range` before."""
        for op in self.ops:
            value_range = op.output_range(value_range)
        return value_range

    def draw(self, index: ArrayLike, shape: Shape, *, seed: int, epoch: int) -> Plan:
        """Draw for the samples `index` (n,), pictures of `shape` (h, w, c); a pure function of its arguments.

        Raises ImageError when the shape does not suit the ops.
        """
        problems = self.check(shape)
        if problems:
            raise ImageError(*problems)
        samples, seed, epoch = check_index(index), operator.index(seed), operator.index(epoch)
        first, steps = shape, []
        for op, key in zip(self.ops, self._keys, strict=True):
            numbers = stream(seed, key, epoch, samples)
            steps.append({"applied": op.draw_applied(numbers), **op.draw(numbers, shape)})
            shape = op.output_shape(shape)
        return Plan(self.ops, first, samples, seed, epoch, tuple(steps))

    def apply(self, images: Images, plan: Plan) -> Images:
        """Return the pictures after the drawn steps, always as a new array.

        `images` is (n, h, w, c) as in `plan`. The dtype stays, except that rescale gives float32.
        Raises PlanError when the plan belongs to another pipeline or other pictures.
        """
        check_images(images)
        if plan.ops != self.ops:
            raise PlanError(f"the plan was drawn by another pipeline: {Pipeline(plan.ops)}")
        if images.shape != (len(plan), *plan.shape):
            raise PlanError(f"the plan is for {len(plan)} pictures of {plan.shape}, received {images.shape}")
        if not self.ops:
            return images.copy()
        count = max(1, _CHUNK_VALUES // max(1, images[:1].size))
        starts = range(0, max(1, len(images)), count)
        matrices = self._matrices(plan)
        parts = [
            self._apply_chunk(images[(rows := slice(i, i + count))], plan.part(rows), matrices[rows]) for i in starts
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def __call__(self, images: Images, *, seed: int, epoch: int, index: ArrayLike) -> Images:
        """Draw and apply: `index` (n,) are the sample numbers of `images` (n, h, w, c) in their data set."""
        height, width, channels = check_images(images).shape[1:]
        return self.apply(images, self.draw(index, (height, width, channels), seed=seed, epoch=epoch))

    def _apply_chunk(self, images: Images, plan: Plan, matrices: Matrices) -> Images:
        geometric = _geometric(self.ops)
        value_range = self.value_range
        warped = False
        for op, drawn in zip(self.ops, plan.steps, strict=True):
            if not isinstance(op, Geometry):
                images = _apply_where(op, images, drawn, value_range)
                value_range = op.output_range(value_range)
            elif not warped:
                warped = True
                output = self.output_shape(plan.shape)
                images = resample(images, matrices, geometric, output, value_range)
        return images

    def _matrices(self, plan: Plan) -> Matrices:
        """Return the product of all geometric ops, (n, 3, 3), output to input."""
        shape = plan.shape
        product = np.broadcast_to(np.eye(3), (len(plan), 3, 3))
        for op, drawn in zip(self.ops, plan.steps, strict=True):
            if isinstance(op, Geometry):
                applied = drawn["applied"][:, None, None]
                product = product @ np.where(applied, op.matrices(drawn, shape), np.eye(3))
            shape = op.output_shape(shape)
        return product

    def evaluation(self) -> Pipeline:
        """Return what validation and test pictures go through: nothing random, but the same shape and scale."""
        ops = (op.evaluation() for op in self.ops)
        return Pipeline((op for op in ops if op is not None), value_range=self.value_range)

    def to_dict(self) -> dict[str, Any]:
        """Return {"ops": [...], "value_range": ...}, plain JSON; `augment.from_dict` reads it."""
        return {"ops": [op.to_dict() for op in self.ops], "value_range": self.value_range}

    def __str__(self) -> str:
        return ",".join(map(str, self.ops))

    def __repr__(self) -> str:
        return f"Pipeline({list(self.ops)!r}, value_range={self.value_range:g})"

    def __bool__(self) -> bool:
        return bool(self.ops)

    def __len__(self) -> int:
        return len(self.ops)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pipeline):
            return NotImplemented
        return (self.ops, self.value_range) == (other.ops, other.value_range)

    def __hash__(self) -> int:
        return hash((self.ops, self.value_range))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Pipeline is immutable: build another one")


def _geometric(ops: tuple[Op, ...]) -> tuple[Geometry, ...]:
    return tuple(op for op in ops if isinstance(op, Geometry))


def _apply_where(op: Op, images: Images, drawn: Drawn, value_range: float) -> Images:
    """Apply `op` to the pictures that were drawn for it; the others keep every bit."""
    applied = drawn["applied"]
    if op.always or applied.all():
        return op.apply(images, drawn, value_range)
    out = images.copy()
    rows = np.flatnonzero(applied)
    if rows.size:
        out[rows] = op.apply(images[rows], {name: array[rows] for name, array in drawn.items()}, value_range)
    return out
