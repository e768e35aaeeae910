"""Ops that bring values to the scale that a network likes, in training and in evaluation alike: rescale."""

from __future__ import annotations

import numpy as np

from augment.images import Images
from augment.op import Drawn, Op, Row
from augment.parameter import Amount


class Rescale(Op):
    """Divide all values, alpha too; the result is float32. (Keras' rescale=1/255 is rescale:255 here.)"""

    name = "rescale"
    summary = "divide all values; gives float32"
    example = "rescale:255"
    always = True

    divisor = Amount(255, low=1, high=65535, unit="to divide by", meaning="255 brings 0..255 to 0..1")

    def contradictions(self) -> list[str]:
        return [] if self.divisor.fixed else ["expected one number to divide by"]

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        return np.divide(images, np.float32(self.divisor.low), dtype=np.float32)

    def output_range(self, value_range: float) -> float:
        return value_range / self.divisor.low

    def describe(self, row: Row) -> str:
        return f"/{self.divisor.low:g}"

    def evaluation(self) -> Op | None:
        return self
