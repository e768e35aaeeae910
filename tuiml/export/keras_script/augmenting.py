"""A recipe's augmentation as NumPy code: the same ranges and probabilities, drawn by a generator of NumPy's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import augment
from augment.transform import Geometry, resampling
from augment.values import Value
from tuiml.errors import UsageError
from tuiml.export.keras_script import plain
from tuiml.export.keras_script.facts import Facts
from tuiml.export.keras_script.section import Section


def augmenting(facts: Facts) -> Section | None:
    """Return the function `augment(images, rng)`; None without augmentation. Raises UsageError naming a step that it cannot write."""
    pipeline = facts.pipeline
    if not pipeline:
        return None
    moves = [op for op in pipeline.ops if isinstance(op, Geometry)]
    lines = [
        "def augment(images, rng):",
        f'    """{pipeline}: new random numbers for each picture, values from 0 to 255."""',
    ]
    lines += ["    n, height, width = images.shape[:3]", '    images = images.astype("float32")']
    moved = False
    for op in pipeline.ops:
        if isinstance(op, Geometry):
            lines += [] if moved else _moving(moves)
            moved = True
        else:
            lines += _indented(_toning(op))
    lines.append("    return images")
    uses = (plain.about_center, plain.warp) if moves else ()
    return Section("augmentation of training pictures", tuple(lines), uses)


def _refused(op: augment.Op) -> UsageError:
    return UsageError(
        f"a script cannot repeat the augmentation step {op}: plain NumPy has no short equal for it. Steps it can repeat: "
        f"{', '.join([*_MOVES, *_TONES])}. --format keras exports the trained network."
    )


def _moving(ops: list[Any]) -> list[str]:
    """Return the lines of all steps that move pixels: their matrices multiplied, one resampling."""
    settings, _ = resampling(ops)
    lines = ["    move = np.eye(3)  # all steps that move pixels are one matrix, so that pictures are resampled once"]
    for op in ops:
        if op.name not in _MOVES or type(op) is not augment.catalog()[op.name]:
            raise _refused(op)
        lines += _indented([f"# {op}", *_MOVES[op.name](op)])
        if op.p < 1:
            lines.append(f"    step = np.where(rng.random((n, 1, 1)) < {op.p:g}, step, np.eye(3))")
        lines.append("    move = move @ step")
    if settings["color"] != "black" or settings["interpolation"] != "linear":
        raise _refused(
            next(op for op in ops if op.values.get("color") != "auto" or op.values["interpolation"] != "auto")
        )
    return [*lines, f'    images = warp(images, np.broadcast_to(move, (n, 3, 3)), "{settings["fill"]}")']


def _toning(op: augment.Op) -> list[str]:
    if op.name not in _TONES or type(op) is not augment.catalog()[op.name]:
        raise _refused(op)
    lines = [f"# {op}", *_TONES[op.name](op)]
    kept = f"np.where(rng.random((n, 1, 1, 1)) < {op.p:g}, changed, images)" if op.p < 1 else "changed"
    return [*lines, f"images = np.clip({kept}, 0, 255)"]


def _draw(value: Value, shape: str = "n") -> str:
    """Return the expression that draws a value for each picture."""
    if value.options:
        return f"rng.choice({list(value.options)}, {shape})"
    if value.fixed:
        return f"np.full({shape}, {value.low:g})"
    if value.pixels or value.whole:
        return f"rng.integers({value.low:g}, {value.high + 1:g}, {shape})"
    return f"rng.uniform({value.low:g}, {value.high:g}, {shape})"


def _length(value: Value, side: str) -> str:
    return _draw(value) if value.pixels else f"{_draw(value)} * {side}"


def _rotate(op: Any) -> list[str]:
    return [
        f"angle = np.deg2rad({_draw(op.angle)})  # positive turns counter-clockwise",
        "sine, cosine = np.sin(angle), np.cos(angle)",
        "step = about_center(cosine, -sine, sine, cosine, height, width)",
    ]


def _rotate90(op: Any) -> list[str]:
    lines = _rotate(op)
    return [lines[0], "sine, cosine = np.rint(np.sin(angle)), np.rint(np.cos(angle))", lines[2]]


def _shift(op: Any) -> list[str]:
    return [
        "step = np.tile(np.eye(3), (n, 1, 1))",
        f"step[:, 0, 2] = -{_length(op.x, 'width')}",
        f"step[:, 1, 2] = -{_length(op.y, 'height')}",
    ]


def _shear(op: Any) -> list[str]:
    return [
        f"x, y = -np.tan(np.deg2rad({_draw(op.x)})), np.tan(np.deg2rad({_draw(op.y)}))",
        "step = about_center(1 + x * y, x, y, np.ones(n), height, width)",
    ]


def _zoom(op: Any) -> list[str]:
    other = "x" if op.aspect == "keep" else _draw(op.factor)
    return [
        f"x = {_draw(op.factor)}",
        f"y = {other}",
        "step = about_center(1 / x, np.zeros(n), np.zeros(n), 1 / y, height, width)",
    ]


def _flip(op: Any) -> list[str]:
    return ["step = np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1]])"]


def _vflip(op: Any) -> list[str]:
    return ["step = np.array([[1, 0, 0], [0, -1, height - 1], [0, 0, 1]])"]


def _brightness(op: Any) -> list[str]:
    return [f"changed = images * {_draw(op.factor, '(n, 1, 1, 1)')}"]


def _contrast(op: Any) -> list[str]:
    return [
        "gray = images @ [0.299, 0.587, 0.114] if images.shape[3] == 3 else images[..., 0]",
        "level = gray.mean(axis=(1, 2))[:, None, None, None]",
        f"changed = level + (images - level) * {_draw(op.factor, '(n, 1, 1, 1)')}",
    ]


def _invert(op: Any) -> list[str]:
    return ["changed = 255 - images"]


def _gamma(op: Any) -> list[str]:
    return [f"changed = 255 * (images / 255) ** {_draw(op.gamma, '(n, 1, 1, 1)')}"]


def _noise(op: Any) -> list[str]:
    return [f"changed = images + 255 * {_draw(op.sigma, '(n, 1, 1, 1)')} * rng.standard_normal(images.shape)"]


_MOVES: dict[str, Callable[[Any], list[str]]] = {
    "flip": _flip, "vflip": _vflip, "rotate90": _rotate90, "rotate": _rotate, "shift": _shift, "shear": _shear, "zoom": _zoom,
}  # fmt: skip
_TONES: dict[str, Callable[[Any], list[str]]] = {
    "brightness": _brightness, "contrast": _contrast, "gamma": _gamma, "invert": _invert, "noise": _noise,
}  # fmt: skip


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
