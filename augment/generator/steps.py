"""Which step, and which of its parameters, each argument of ImageDataGenerator means: the table, and its use on a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from augment.generator.keywords import ops_from_keywords
from augment.op import Op
from augment.transform import Geometry


class Meaning(NamedTuple):
    """An argument: the op it means ("" for all geometric ones), what it sets of it, an example, and what it says.

    `companions` are arguments without which it means nothing by itself.
    """

    op: str
    sets: tuple[str, ...]
    example: str
    says: str
    companions: tuple[tuple[str, str], ...] = ()


_SOME_GEOMETRY = ("rotation_range", "1")

MEANINGS: dict[str, Meaning] = {
    "rotation_range": Meaning("rotate", ("angle",), "40", "degrees to either side"),
    "width_shift_range": Meaning("shift", ("x",), "0.2", "share of the width to either side; whole pixels from 2 on"),
    "height_shift_range": Meaning("shift", ("y",), "0.2", "share of the height up or down; whole pixels from 2 on"),
    "shear_range": Meaning("shear", ("x",), "10", "degrees to either side"),
    "zoom_range": Meaning("zoom", ("factor",), "0.2", "1-z..1+z, below 1 magnifies; or two factors, 0.8..1.2"),
    "horizontal_flip": Meaning("flip", (), "true", "mirror left and right, half of the pictures"),
    "vertical_flip": Meaning("vflip", (), "true", "mirror top and bottom, half of the pictures"),
    "channel_shift_range": Meaning("channelshift", ("offset",), "20", "levels of 0..255 to either side"),
    "brightness_range": Meaning("brightness", ("factor",), "0.7..1.3", "two factors"),
    "fill_mode": Meaning(
        "", ("fill",), "reflect", "what lies outside: nearest, constant, reflect or wrap", (_SOME_GEOMETRY,)
    ),
    "cval": Meaning(
        "",
        ("fill", "color"),
        "0",
        "the level of what lies outside, 0..255; makes the fill constant",
        (_SOME_GEOMETRY, ("fill_mode", "constant")),
    ),
    "interpolation_order": Meaning(
        "", ("interpolation",), "1", "between pixels: 0 nearest, 1 bilinear", (_SOME_GEOMETRY,)
    ),
    "rescale": Meaning("rescale", ("divisor",), "1/255", "multiplies all values, in validation too"),
    "samplewise_center": Meaning("samplewise", ("std",), "true", "each picture to mean 0"),
    "samplewise_std_normalization": Meaning("samplewise", ("std",), "true", "and to standard deviation 1"),
    "featurewise_center": Meaning("featurewise", ("std",), "true", "the training pictures to mean 0"),
    "featurewise_std_normalization": Meaning("featurewise", ("std",), "true", "and to standard deviation 1"),
    "zca_whitening": Meaning("zca", ("epsilon",), "true", "decorrelates the values of a picture"),
    "zca_epsilon": Meaning("zca", ("epsilon",), "1e-6", "added to variances", (("zca_whitening", "true"),)),
}
"""In the order in which ImageDataGenerator applies them."""

_ORDER = [meaning.op for meaning in MEANINGS.values() if meaning.op]


def applied(ops: Sequence[Op], keyword: str, value: str) -> list[Op]:
    """Return the ops after an argument of ImageDataGenerator: the step that it means changed, added or taken out.

    A step that is there keeps its place, its p and its other parameters; a new one comes behind those which
    ImageDataGenerator applies before it. A flag that is false, and a range of 0, take a step out that says nothing else.
    Raises ParameterError for an argument or a value that there is not.
    """
    meaning = MEANINGS.get(keyword)
    made = ops_from_keywords({**dict(meaning.companions if meaning else ()), keyword: value})
    if meaning is None:  # refused above, with the reason
        return [*ops, *made]
    if not meaning.op:
        told = {name: made[0].written().get(name) for name in meaning.sets}
        return [_with(op, told) if isinstance(op, Geometry) and _fills(op, meaning) else op for op in ops]
    place = next((place for place, op in enumerate(ops) if op.name == meaning.op), None)
    fresh = next((op for op in made if op.name == meaning.op), None)
    if place is None:
        return _placed(ops, fresh) if fresh else list(ops)
    if fresh is None:
        rest = _emptied(ops[place], meaning)
        return [*ops[:place], *([rest] if rest else []), *ops[place + 1 :]]
    changed = _with(ops[place], {name: fresh.declared[name].text(fresh.values[name]) for name in meaning.sets})
    return [*ops[:place], changed, *ops[place + 1 :]]


def _fills(op: Op, meaning: Meaning) -> bool:
    return all(name in op.declared for name in meaning.sets)


def _with(op: Op, values: dict[str, str | None]) -> Op:
    """Return the op with other values, written as text; None is the default."""
    kept = {name: op.declared[name].text(op.values[name]) for name in op.declared if name not in values}
    fresh = {name: value for name, value in values.items() if value is not None}
    return type(op)(**{**kept, **fresh}, p=None if op.always else op.p)


def _emptied(op: Op, meaning: Meaning) -> Op | None:
    """Return a shift whose other direction goes on when one of them is set to 0; None for a step that says nothing more."""
    if op.name != "shift":
        return None
    rest = _with(op, dict.fromkeys(meaning.sets, "0"))
    return None if all(rest.values[name].fixed for name in ("x", "y")) else rest


def _placed(ops: Sequence[Op], fresh: Op) -> list[Op]:
    later = _ORDER[_ORDER.index(fresh.name) + 1 :]
    place = next((k for k, op in enumerate(ops) if op.name in later and op.name != fresh.name), len(ops))
    place = (
        min(place, next((k for k, op in enumerate(ops) if op.normalizes), len(ops))) if not fresh.normalizes else place
    )
    return [*ops[:place], fresh, *ops[place:]]
