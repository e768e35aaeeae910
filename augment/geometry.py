"""Ops that are one matrix per picture: flip, vflip, rotate90, rotate, shift, shear, zoom."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from augment.images import LONGEST_SIDE, Images
from augment.op import Drawn, Op, Row, Shape
from augment.parameter import Amount, Color, Word, color_levels
from augment.rng import Stream
from augment.values import Value
from augment.warp import FILL_MODES, FillMode, Matrices, warp


class Geometry(Op):
    """An op that is a matrix: a pipeline multiplies the matrices of all such ops and resamples once."""

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        """Return (n, 3, 3), or (1, 3, 3) for all, for pictures of `shape`: output to input, as in `augment.warp`."""
        raise NotImplementedError

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        shape = (images.shape[1], images.shape[2], images.shape[3])
        matrices = np.broadcast_to(self.matrices(drawn, shape), (len(images), 3, 3))
        return resample(images, matrices, (self,), self.output_shape(shape), value_range)


class Resampled(Geometry):
    """A geometric op that lands between pixels, or outside of the picture."""

    fill = Word("auto", ("auto", *FILL_MODES), meaning="what lies outside; auto: as in the other steps, else nearest")
    color = Color("auto", meaning="the color of fill=constant; auto: black")
    interpolation = Word("auto", ("auto", "linear", "nearest"), meaning="between pixels; auto: linear")

    def contradictions(self) -> list[str]:
        return [conflict] if (conflict := _color_without_constant(self.fill, self.color)) else []


def _color_without_constant(fill: str, color: str) -> str:
    if color != "auto" and fill not in ("auto", "constant"):
        return f"color={color} needs fill=constant, received fill={fill}"
    return ""


def resampling(ops: tuple[Geometry, ...]) -> tuple[dict[str, str], list[str]]:
    """Return the fill, color and interpolation that serve all these ops, plus what they contradict each other in."""
    settings = {"fill": "nearest", "color": "black", "interpolation": "linear"}
    problems = []
    chosen: dict[str, Resampled] = {}
    for op in (op for op in ops if isinstance(op, Resampled)):
        for name in settings:
            word = op.values[name]
            if word == "auto":
                continue
            if name in chosen and settings[name] != word:
                problems.append(
                    f"{chosen[name].name} wants {name}={settings[name]} but {op.name} wants {name}={word}: "
                    f"pictures are resampled once, so one {name} serves all steps (write it at one of them)"
                )
                continue
            settings[name], chosen[name] = word, op
    if "color" in chosen and "fill" not in chosen:
        settings["fill"] = "constant"
    elif "color" in chosen and (conflict := _color_without_constant(settings["fill"], settings["color"])):
        problems.append(f"{chosen['color'].name}: {conflict} at {chosen['fill'].name}")
    return settings, problems


def resample(
    images: Images, matrices: Matrices, ops: tuple[Geometry, ...], output: Shape, value_range: float
) -> Images:
    """Warp `images` once, by the composed matrices of `ops`, to the shape `output`."""
    settings, _ = resampling(ops)
    white = 255.0 if images.dtype == np.uint8 else value_range
    color = color_levels(settings["color"], images.shape[3], white)
    linear = settings["interpolation"] == "linear"
    fill = cast(FillMode, settings["fill"])
    return warp(images, matrices, output[:2], fill=fill, color=color, linear=linear)


def matrix_rows(n: int, xx: Any, xy: Any, x0: Any, yx: Any, yy: Any, y0: Any) -> Matrices:
    """Return n matrices [[xx, xy, x0], [yx, yy, y0], [0, 0, 1]]; each entry is a number or (n,)."""
    matrices = np.zeros((n, 3, 3))
    matrices[:, 0, 0], matrices[:, 0, 1], matrices[:, 0, 2] = xx, xy, x0
    matrices[:, 1, 0], matrices[:, 1, 1], matrices[:, 1, 2] = yx, yy, y0
    matrices[:, 2, 2] = 1.0
    return matrices


def _about_center(shape: Shape, xx: Any, xy: Any, yx: Any, yy: Any, n: int) -> Matrices:
    """Return n matrices that apply [[xx, xy], [yx, yy]] about the centre of the picture."""
    x, y = (shape[1] - 1) / 2, (shape[0] - 1) / 2
    return matrix_rows(n, xx, xy, x - (xx * x + xy * y), yx, yy, y - (yx * x + yy * y))


def _turned(shape: Shape, degrees: NDArray[np.float64]) -> Matrices:
    """Return the matrices that turn counter-clockwise; exact at quarter turns, where radians are not."""
    radians = np.deg2rad(degrees)
    quarter = degrees % 90 == 0
    sine, cosine = np.sin(radians), np.cos(radians)
    sine, cosine = np.where(quarter, np.rint(sine), sine), np.where(quarter, np.rint(cosine), cosine)
    return _about_center(shape, cosine, -sine, sine, cosine, len(degrees))


class Flip(Geometry):
    """Mirror left and right."""

    name = "flip"
    summary = "mirror left and right"
    example = "flip"
    default_p = 0.5

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        return matrix_rows(1, -1.0, 0.0, shape[1] - 1.0, 0.0, 1.0, 0.0)


class VFlip(Geometry):
    """Mirror top and bottom."""

    name = "vflip"
    summary = "mirror top and bottom"
    example = "vflip"
    default_p = 0.5

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        return matrix_rows(1, 1.0, 0.0, 0.0, 0.0, -1.0, shape[0] - 1.0)


class Rotate90(Geometry):
    """Turn by 0, 90, 180 or 270 degrees; pictures that are not square turn by 0 or 180, which keeps their shape."""

    name = "rotate90"
    summary = "turn by 0, 90, 180 or 270 degrees (0 or 180 unless square)"
    example = "rotate90"

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        if shape[0] == shape[1]:
            return {"turns": stream.integers(0, 0, 3)}
        return {"turns": 2 * stream.integers(0, 0, 1)}

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        return _turned(shape, 90.0 * drawn["turns"])

    def describe(self, row: Row) -> str:
        return f"{90 * int(row['turns'])}°"


class Rotate(Resampled):
    """Turn about the centre."""

    name = "rotate"
    summary = "turn about the centre"
    example = "rotate:15"

    angle = Amount(15, low=-360, high=360, single="signed", unit="degrees", meaning="positive turns counter-clockwise")

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        return {"angle": self.angle.draw(stream.uniform(0))}

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        return _turned(shape, drawn["angle"])

    def describe(self, row: Row) -> str:
        return f"{row['angle']:+.1f}°"


def pixels(value: Value, u: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Draw a length in pixels: a fraction of `side`, or whole pixels as they are."""
    drawn = value.draw(u)
    return drawn if value.pixels else drawn * side


class Shift(Resampled):
    """Move sideways and up or down."""

    name = "shift"
    summary = "move sideways and up or down"
    example = "shift:0.1"

    x = Amount(
        0.1, low=-1, high=1, single="signed", unit="fraction of the width", pixels=True, low_px=-LONGEST_SIDE,
        meaning="positive moves to the right",
    )  # fmt: skip
    y = Amount(
        0.1, low=-1, high=1, single="signed", unit="fraction of the height", pixels=True, low_px=-LONGEST_SIDE, follows="x",
        meaning="positive moves down; left out: drawn from the same range as x",
    )  # fmt: skip

    def check(self, shape: Shape) -> list[str]:
        problems = []
        for name, value, side in (("wide", self.x, shape[1]), ("high", self.y, shape[0])):
            most = max(abs(value.low), abs(value.high)) / (side if value.pixels else 1)
            if most >= 1:
                problems.append(f"can move the whole picture out of sight: it is {side} pixels {name}")
        return problems

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        return {
            "x": pixels(self.x, stream.uniform(0), shape[1]),
            "y": pixels(self.y, stream.uniform(1), shape[0]),
        }

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        return matrix_rows(len(drawn["x"]), 1.0, 0.0, -drawn["x"], 0.0, 1.0, -drawn["y"])

    def describe(self, row: Row) -> str:
        return f"{row['x']:+.1f} px, {row['y']:+.1f} px"


class Shear(Resampled):
    """Lean sideways: by tan(angle) pixels for each pixel of height (and the same across, for y)."""

    name = "shear"
    summary = "lean sideways, about the centre"
    example = "shear:5"

    x = Amount(5, low=-80, high=80, single="signed", unit="degrees", meaning="positive leans the top to the right")
    y = Amount(0, low=-80, high=80, single="signed", unit="degrees", meaning="positive lifts the right side")

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        return {"x": self.x.draw(stream.uniform(0)), "y": self.y.draw(stream.uniform(1))}

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        n = len(drawn["x"])
        x, y = np.tan(np.deg2rad(drawn["x"])), np.tan(np.deg2rad(drawn["y"]))
        return _about_center(shape, 1.0, x, 0.0, 1.0, n) @ _about_center(shape, 1.0, 0.0, y, 1.0, n)

    def describe(self, row: Row) -> str:
        return f"{row['x']:+.1f}°" + (f", {row['y']:+.1f}°" if self.y != Value(0.0, 0.0) else "")


class Zoom(Resampled):
    """Magnify or shrink about the centre, by the same factor on both axes."""

    name = "zoom"
    summary = "magnify (factor above 1) or shrink (below 1) about the centre"
    example = "zoom:0.2"

    factor = Amount(
        0.2, low=0.05, high=20, single="ratio", unit="factor", meaning="above 1 magnifies; 0.2 means 0.8..1.2"
    )

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        return {"factor": self.factor.draw(stream.uniform(0))}

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        scale = 1.0 / drawn["factor"]
        return _about_center(shape, scale, 0.0, 0.0, scale, len(scale))

    def describe(self, row: Row) -> str:
        return f"×{row['factor']:.2f}"
