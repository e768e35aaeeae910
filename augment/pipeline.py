"""Pipeline: ops in order, compiled so that pictures are resampled at most once; draw, apply, fit, evaluate."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from augment import mix, program, targets
from augment.errors import ImageError, ParameterError, PlanError
from augment.group import Group, flatten
from augment.images import Images, check_images, check_index, check_values, shape_problems
from augment.normalize import Fitted, Rescale
from augment.op import Drawn, Op, Shape
from augment.plan import Plan, part
from augment.rng import streams
from augment.transform import Geometry, resampling

_LAYOUTS = 256  # shapes that are remembered: a folder may have as many as pictures


class Pipeline:
    """Ops in order, immutable.

    All geometric ops up to the next resize or mixing op, whatever stands between them, are one resampling, done where
    the first of them stands. All other ops keep their places. Pictures are (n, h, w, c), uint8 or
    float32; `value_range` is white in float32 pictures: 255 or 1.
    """

    ops: tuple[Op, ...]
    value_range: float
    flat: tuple[Op, ...]
    """The ops with all groups replaced by their members, as a plan has them."""
    _keys: tuple[str, ...]
    _layouts: dict[Shape, program.Layout]

    def __init__(self, ops: Iterable[Op] = (), *, value_range: float = 255.0) -> None:
        ops = tuple(ops)
        if strangers := [op for op in ops if not isinstance(op, Op)]:
            raise ParameterError(f"expected ops such as Flip() or Rotate(15), received {strangers[0]!r}")
        flat = flatten(ops)
        problems = _out_of_place(flat)
        problems += [text for run in program.runs(flat) for text in resampling([flat[place] for place in run])[1]]
        known = isinstance(value_range, numbers.Real) and not isinstance(value_range, bool)
        if not (known and 0 < value_range < float("inf")):
            problems.append(f"value_range: expected a number above 0 such as 255 or 1, received {value_range!r}")
        if problems:
            raise ParameterError(*problems)
        occurrences: dict[str, int] = {}
        keys = []
        for op in ops:
            # Numbered among its own kind: an op that is added elsewhere leaves the draws of the others alone.
            number = occurrences[op.name] = occurrences.get(op.name, -1) + 1
            keys.append(f"{op.name}#{number}")
        vars(self).update(ops=ops, value_range=float(value_range), flat=flat, _keys=tuple(keys), _layouts={})

    def layout(self, shape: Shape) -> program.Layout:
        """Return what follows from the shape (h, w, c) of pictures, worked out once."""
        layout = self._layouts.get(shape)
        if layout is None:
            if len(self._layouts) >= _LAYOUTS:
                self._layouts.clear()
            layout = self._layouts[shape] = program.lay_out(self.flat, shape, self._problems(shape))
        return layout

    def check(self, shape: Shape) -> list[str]:
        """Return what is wrong with pictures of the shape (h, w, c); [] when nothing is."""
        return list(self.layout(shape).problems)

    def _problems(self, shape: Shape) -> list[str]:
        problems = shape_problems(shape)
        for op in () if problems else self.ops:
            for member in flatten([op]):
                found = member.check(shape)
                if not found and isinstance(op, Group) and member.output_shape(shape) != shape:
                    found = [f"changes the shape of pictures, and cannot be chosen by {op.name}"]
                problems += [f"{member}: {problem}" for problem in found]
                if not found:
                    shape = member.output_shape(shape)
        return problems

    def output_shape(self, shape: Shape) -> Shape:
        """Return the (h, w, c) that pictures of `shape` have afterwards; `shape` itself when it has problems."""
        return self.layout(shape).output

    def output_range(self, value_range: float) -> float:
        """Return the value of white afterwards, when it is `value_range` before."""
        for op in self.ops:
            value_range = op.output_range(value_range)
        return value_range

    def draw(self, index: ArrayLike, shape: Shape, *, seed: int, epoch: int) -> Plan:
        """Draw for the samples `index` (n,), pictures of `shape` (h, w, c); a pure function of its arguments.

        Raises ImageError when the shape does not suit the ops.
        """
        shape = (shape[0], shape[1], shape[2]) if len(shape) == 3 else shape
        layout = self.layout(shape)
        if layout.problems:
            raise ImageError(*layout.problems)
        samples, seed, epoch = check_index(index), operator.index(seed), operator.index(epoch)
        steps: list[Drawn] = []
        for op, lots in zip(self.ops, streams(seed, self._keys, epoch, samples), strict=True):
            applied = op.draw_applied(lots)
            if not isinstance(op, Group):
                steps.append({**op.draw(lots, layout.before[len(steps)]), "applied": applied})
                continue
            chosen = op.choose(lots) & applied[:, None]
            for k, member in enumerate(op.members()):
                drawn = member.draw(lots.child(f"{k}:{member.name}"), layout.before[len(steps)])
                steps.append({**drawn, "applied": chosen[:, k]})
        return Plan(self.ops, shape, samples, seed, epoch, tuple(steps))

    def apply(
        self,
        images: Any,
        plan: Plan,
        *,
        kind: targets.Kind = "image",
        labels: Any = None,
        pool: Any = None,
        threads: int | None = None,
    ) -> Any:
        """Return the pictures after the drawn steps, always as a new array.

        `images` is (n, h, w, c) as in `plan`. The dtype stays, except that normalizations give float32.
        `threads`: as many as there are cores for large pictures, one for small ones, unless given.

        With `labels` (n, classes), returns (pictures, labels): mixup and cutmix change both. Their partners come from
        `pool`: (images, labels), or (images, labels, sample numbers (m,)) of the whole data set.

        Other kinds follow the geometry alone: "mask" (n, h, w) or (n, h, w, c) of any dtype, by the nearest pixel;
        "points", for each picture (k, 2) x, y in pixels, the centre of the first pixel being 0, 0; "boxes", for each
        picture (k, 4) left, top, right, lower in pixels, the frame being 0, 0, w, h. For both a list of n arrays.

        Raises PlanError when the plan belongs to another pipeline or other pictures, ImageError for bad input,
        ParameterError when statistics are missing.
        """
        if threads is not None and not (isinstance(threads, numbers.Integral) and threads >= 1):
            raise ParameterError(f"threads: expected a whole number from 1 on, or None, received {threads!r}")
        if plan.ops != self.ops:
            raise PlanError(f"the plan was drawn by another pipeline: {Pipeline(plan.ops)}")
        if kind != "image":
            return targets.follow(images, plan, self.flat, self.layout(plan.shape), kind)
        check_values(check_images(images), self.value_range)
        if images.shape != (len(plan), *plan.shape):
            raise PlanError(f"the plan is for {len(plan)} pictures of {plan.shape}, received {images.shape}")
        if labels is None and not any(op.mixes for op in self.ops):
            return self._execute(images, plan, threads)
        return self._mix(images, mix.check_labels(labels, len(images)), plan, pool, threads)

    def __call__(
        self,
        images: Images,
        seed: int = 0,
        epoch: int = 0,
        index: ArrayLike | None = None,
        *,
        labels: Any = None,
        pool: Any = None,
        threads: int | None = None,
    ) -> Any:
        """Draw and apply; `images` (n, h, w, c).

        `index` (n,) are the sample numbers of the pictures in their data set; left out, they are the whole data set.
        """
        height, width, channels = check_images(images).shape[1:]
        if index is None:
            index = np.arange(len(images))
            pool = (images, labels) if pool is None and labels is not None else pool
        plan = self.draw(index, (height, width, channels), seed=seed, epoch=epoch)
        return self.apply(images, plan, labels=labels, pool=pool, threads=threads)

    def _execute(self, images: Images, plan: Plan, threads: int | None) -> Images:
        """Apply all steps but those that mix."""
        dtype = np.float32 if any(op.normalizes for op in self.ops) else images.dtype
        layout = self.layout(plan.shape)
        out = np.empty((len(images), *layout.output), dtype)
        moved = program.moves(layout, plan.steps, len(plan))

        def work(rows: slice) -> None:
            mine = [move._replace(matrices=move.matrices[rows]) for move in moved]
            steps = part(plan.steps, rows)
            program.execute(self.flat, steps, mine, images[rows], self.value_range, out[rows])

        program.in_chunks(images, threads, work)
        return out

    def _mix(
        self, images: Images, labels: mix.Labels, plan: Plan, pool: Any, threads: int | None
    ) -> tuple[Images, mix.Labels]:
        """Apply all steps; at the last op that mixes, its partners go through all ops before it, as they would alone."""
        found = [(place, op) for place, op in enumerate(self.ops) if isinstance(op, mix.Mix)]
        if not found or not len(images):
            return self._execute(images, plan, threads), labels.copy()
        partners = mix.read_pool(pool, images, labels.shape[1])
        last, op = found[-1]
        before, after = self._split(last)
        flat = len(before.flat)
        drawn = plan.steps[flat]
        first = Plan(before.ops, plan.shape, plan.index, plan.seed, plan.epoch, plan.steps[:flat])
        mixed, labels = before._mix(images, labels, first, partners, threads)
        chosen = op.partners(drawn, len(partners.places))
        theirs = before.draw(partners.index[chosen], plan.shape, seed=plan.seed, epoch=plan.epoch)
        check_values(fetched := partners.images[partners.places[chosen]], self.value_range)
        others, other_labels = before._mix(fetched, partners.labels[chosen], theirs, partners, threads)
        mixed, labels = op.mix(mixed, others, labels, other_labels, drawn)
        shape = (mixed.shape[1], mixed.shape[2], mixed.shape[3])
        rest = Plan(after.ops, shape, plan.index, plan.seed, plan.epoch, plan.steps[flat + 1 :])
        return after._execute(mixed, rest, threads), labels

    def _split(self, place: int) -> tuple[Pipeline, Pipeline]:
        """Return the pipelines before and after the op at `place`; the keys of the first are those it has here."""
        before = Pipeline(self.ops[:place], value_range=self.value_range)
        return before, Pipeline(self.ops[place + 1 :], value_range=before.output_range(self.value_range))

    @property
    def needs_fit(self) -> bool:
        """Whether an op lacks statistics of the training pictures."""
        return any(op.needs_fit for op in self.ops)

    def fit(
        self,
        images: Images,
        *,
        augment: bool = False,
        rounds: int = 1,
        seed: int = 0,
        measure: Callable[[Fitted, Images], Mapping[str, Any]] | None = None,
    ) -> Pipeline:
        """Return this pipeline with the statistics of `images` (n, h, w, c), which should be training pictures alone.

        They are taken after what happens to all pictures, such as rescale; with `augment`, after all ops, over as many
        `rounds` (epochs). `measure` takes them, for those who remember what they measured. Raises ImageError for bad or
        no pictures.
        """
        check_values(check_images(images), self.value_range)
        if mixing := [op.name for op in self.ops if op.mixes and augment]:
            raise ParameterError(f"{mixing[0]}: statistics cannot be taken of mixtures; fit without augment=True")
        if not isinstance(rounds, numbers.Integral) or rounds < 1:
            raise ParameterError(f"rounds: expected a whole number from 1 on, received {rounds}")
        fitted: list[Op] = []
        starts = {place: places[0] for places in program.runs(self.ops) for place in places}
        for k, op in enumerate(self.ops):
            if isinstance(op, Fitted):
                # A run of geometry is done where it starts, with those of its ops that stand behind this one.
                done = [later for place, later in enumerate(self.ops) if place > k and starts.get(place, k) < k]
                before = Pipeline((*fitted, *done), value_range=self.value_range)
                seen = [before(images, seed, k) for k in range(rounds)] if augment else [before.evaluation()(images)]
                op = op.fit(np.concatenate(seen), measure)
            fitted.append(op)
        return Pipeline(fitted, value_range=self.value_range)

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

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.ops, self.value_range)


def _out_of_place(ops: Iterable[Op]) -> list[str]:
    """Return what is wrong with the order: values about 0 have no black and white, which most ops go by."""
    problems, centered = [], ""
    for op in ops:
        moves = isinstance(op, Geometry) and not op.alone and op.values.get("color", "auto") in ("auto", "black")
        if centered and not (op.normalizes or op.mixes or moves):
            problems.append(f"{op} stands after {centered}, whose values have no black and white: put it before")
        if op.normalizes and not isinstance(op, Rescale):
            centered = op.name
    return problems


def _rebuild(ops: tuple[Op, ...], value_range: float) -> Pipeline:
    return Pipeline(ops, value_range=value_range)
