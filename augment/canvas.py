"""Ops that change what the frame shows of a picture: crop, pad; each is a window that is laid over the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augment.geometry import Resampled, matrix_rows, pixels
from augment.images import LONGEST_SIDE
from augment.op import Drawn, Op, Row, Shape
from augment.parameter import Amount, Word
from augment.rng import Stream
from augment.values import Value
from augment.warp import FILL_MODES, Matrices

Floats = NDArray[np.float64]


class Window(Resampled):
    """An op that shows a window of the picture; the draw is `left`, `top`, `width`, `height` in pixels, each (n,)."""

    size: Amount
    resize: Word

    def contradictions(self) -> list[str]:
        problems = super().contradictions()
        if self.resize == "none" and not self.size.fixed:
            problems.append("resize=none needs one size, not a range: all pictures of a batch have one shape")
        if self.resize == "none" and self.p != 1:
            problems.append("resize=none changes the shape of every picture and takes no @p")
        return problems

    def sides(self, size: Value, u: Floats, shape: Shape) -> tuple[Floats, Floats]:
        """Return the drawn width and height of the window in pixels; whole ones when the shape changes."""
        raise NotImplementedError

    def output_shape(self, shape: Shape) -> Shape:
        if self.resize == "back":
            return shape
        width, height = self.sides(self.size, np.zeros(1), shape)
        return int(height[0]), int(width[0]), shape[2]

    def matrices(self, drawn: Drawn, shape: Shape) -> Matrices:
        # The edges of the window, not the centres of its outer pixels, meet the edges of the output.
        height, width, _ = self.output_shape(shape)
        x, y = drawn["width"] / width, drawn["height"] / height
        left, top = drawn["left"] + x / 2 - 0.5, drawn["top"] + y / 2 - 0.5
        return matrix_rows(len(x), x, 0.0, left, 0.0, y, top)


class Crop(Window):
    """Cut out a window and stretch it back to the former size, or keep it as it is with resize=none."""

    name = "crop"
    summary = "cut out a window, stretched back to the former size unless resize=none"
    example = "crop:0.8"

    size = Amount(
        0.8,
        low=0.01,
        high=1,
        unit="fraction of both sides",
        pixels=True,
        low_px=1,
        meaning="width and height of the window",
    )
    resize = Word("back", ("back", "none"), meaning="back: the picture keeps its shape; none: it gets the window's")
    at = Word("random", ("random", "center"), meaning="where the window lies")

    def sides(self, size: Value, u: Floats, shape: Shape) -> tuple[Floats, Floats]:
        width, height = pixels(size, u, shape[1]), pixels(size, u, shape[0])
        if self.resize == "none":
            return np.maximum(1.0, np.floor(width + 0.5)), np.maximum(1.0, np.floor(height + 0.5))
        return width, height

    def check(self, shape: Shape) -> list[str]:
        if self.size.pixels and self.size.high > min(shape[:2]):
            return [f"the window is larger than the picture, which is {shape[0]} x {shape[1]} pixels"]
        return []

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        width, height = self.sides(self.size, stream.uniform(0), shape)
        return {
            "left": self._start(shape[1] - width, stream.uniform(1)),
            "top": self._start(shape[0] - height, stream.uniform(2)),
            "width": width,
            "height": height,
        }

    def _start(self, room: Floats, u: Floats) -> Floats:
        whole = self.resize == "none"
        if self.at == "center":
            return np.floor(room / 2) if whole else room / 2
        return np.floor(u * (room + 1)) if whole else u * room

    def describe(self, row: Row) -> str:
        return f"{row['width']:.1f} x {row['height']:.1f} px at {row['left']:.1f}, {row['top']:.1f}"

    def evaluation(self) -> Op | None:
        if self.resize == "none" or (self.at == "center" and self.p == 1 and self.size.fixed):
            kept = {name: value for name, value in self.values.items() if name != "at"}
            return Crop(p=None, at="center", **kept)
        return None


class Pad(Window):
    """Put a border around the picture and shrink it back to the former size, or grow with resize=none."""

    name = "pad"
    summary = "put a border around, shrunk back to the former size unless resize=none"
    example = "pad:4px"

    size = Amount(
        0.2,
        low=0,
        high=4,
        unit="fraction of both sides",
        pixels=True,
        meaning="the border in total, half of it per side",
    )
    resize = Word("back", ("back", "none"), meaning="back: the picture keeps its shape; none: it grows by the border")
    fill = Word("constant", FILL_MODES, meaning="what the border is made of")

    def sides(self, size: Value, u: Floats, shape: Shape) -> tuple[Floats, Floats]:
        width, height = shape[1] + pixels(size, u, shape[1]), shape[0] + pixels(size, u, shape[0])
        return (np.floor(width + 0.5), np.floor(height + 0.5)) if self.resize == "none" else (width, height)

    def check(self, shape: Shape) -> list[str]:
        if max(self.output_shape(shape)) > LONGEST_SIDE:
            return [f"the sides would be longer than {LONGEST_SIDE} pixels: the picture is {shape[0]} x {shape[1]}"]
        return []

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        width, height = self.sides(self.size, stream.uniform(0), shape)
        left, top = (width - shape[1]) / 2, (height - shape[0]) / 2
        if self.resize == "none":
            left, top = np.floor(left), np.floor(top)
        return {"left": -left, "top": -top, "width": width, "height": height}

    def describe(self, row: Row) -> str:
        return f"to {row['width']:.1f} x {row['height']:.1f} px"

    def evaluation(self) -> Op | None:
        return self if self.resize == "none" else None
