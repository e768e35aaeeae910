"""Ops that change the tones of a picture in place: brightness, contrast, saturation, sharpness.

On uint8 they have the bits of Pillow's ImageEnhance: float32 arithmetic, clipped to 0..255, the fraction cut off.
On float32 they are clipped to 0..value_range and nothing is cut off. Alpha is never touched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from augment.images import Images
from augment.op import Drawn, Op, Row, Shape
from augment.parameter import Amount
from augment.rng import Stream

_LARGE = 1 << 14  # values in a picture, above which OpenCV's table look-up beats one NumPy gather for the batch


def _factor(meaning: str, default: float = 0.3) -> Amount:
    return Amount(default, low=0, high=10, single="ratio", unit="factor", meaning=meaning)


class Enhance(Op):
    """An op with one factor, as in Pillow's ImageEnhance: 0 is the degenerate picture, 1 the picture itself.

    Every one of them is degenerate + factor * (picture - degenerate); they differ in what degenerate is.
    """

    factor: Amount

    def draw(self, stream: Stream, shape: Shape) -> Drawn:
        return {"factor": self.factor.draw(stream.uniform(0))}

    def degenerate(self, colors: Images) -> Images:
        """Return what factor 0 makes of `colors` (n, h, w, 1 or 3); broadcastable to it, of the same dtype."""
        raise NotImplementedError

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        out = images.copy()
        colors = out[..., :3]
        white = 255.0 if images.dtype == np.uint8 else value_range
        factor = drawn["factor"].astype(np.float32)[:, None, None, None]
        dull = self.degenerate(colors).astype(np.float32)
        mixed = colors - dull
        mixed *= factor
        mixed += dull
        # For uint8 the assignment truncates, as Pillow does.
        colors[...] = np.clip(mixed, 0.0, white, out=mixed)
        return out

    def describe(self, row: Row) -> str:
        return f"×{row['factor']:.2f}"


class Tone(Enhance):
    """An enhancement whose degenerate picture is one level: on uint8 it is a table of 256 values per picture."""

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        if images.dtype != np.uint8:
            return super().apply(images, drawn, value_range)
        level = np.broadcast_to(self.degenerate(images[..., :3]), (len(images), 1, 1, 1)).astype(np.float32)[:, 0, 0]
        tables = level + drawn["factor"].astype(np.float32)[:, None] * (np.arange(256, dtype=np.float32) - level)
        return look_up(images, np.clip(tables, 0, 255).astype(np.uint8))


def look_up(images: Images, tables: NDArray[np.uint8]) -> Images:
    """Replace every color value of picture i (uint8) by its entry in tables[i] (n, 256); alpha is kept."""
    n = len(images)
    if images[:1].size > _LARGE:
        import cv2

        out = np.empty_like(images)
        for i in range(n):
            out[i] = cv2.LUT(images[i], tables[i]).reshape(images.shape[1:])
    else:
        start = (np.arange(n) * 256)[:, None, None, None]
        out = np.take(tables.reshape(-1), images + start)
    if images.shape[3] == 4:
        out[..., 3] = images[..., 3]
    return out


def luminance(colors: Images) -> Images:
    """Return (n, h, w, 1): Pillow's L, (19595 R + 38470 G + 7471 B + 32768) >> 16; not rounded on float32."""
    if colors.shape[3] == 1:
        return colors
    if colors.dtype == np.uint8:
        wide = colors.astype(np.uint32)
        total = 19595 * wide[..., :1] + 38470 * wide[..., 1:2] + 7471 * wide[..., 2:3]
        return ((total + 32768) >> 16).astype(np.uint8)
    weights = np.array([19595, 38470, 7471], np.float32) / np.float32(65536)
    gray: Images = colors[..., :1] * weights[0] + colors[..., 1:2] * weights[1] + colors[..., 2:3] * weights[2]
    return gray


class Brightness(Tone):
    """Mix with black."""

    name = "brightness"
    summary = "darker or lighter: multiply all values"
    example = "brightness:0.3"
    factor = _factor("0 is black, 1 unchanged; 0.3 means 0.7..1.3")

    def degenerate(self, colors: Images) -> Images:
        return np.zeros(1, colors.dtype)


class Contrast(Tone):
    """Mix with the mean gray of the picture."""

    name = "contrast"
    summary = "flatter or stronger: stretch values about the picture's mean"
    example = "contrast:0.3"
    factor = _factor("0 is plain gray, 1 unchanged; 0.3 means 0.7..1.3")

    def degenerate(self, colors: Images) -> Images:
        n, height, width, _ = colors.shape
        flat = np.ascontiguousarray(luminance(colors)).reshape(n, height * width)
        mean = flat.sum(axis=1, dtype=np.float64) / flat.shape[1]
        if colors.dtype == np.uint8:
            mean = np.floor(mean + 0.5)
        level: Images = mean.astype(colors.dtype)
        return level[:, None, None, None]


class Saturation(Enhance):
    """Mix with the gray picture."""

    name = "saturation"
    summary = "paler or more colorful; gray pictures stay as they are"
    example = "saturation:0.3"
    factor = _factor("0 is gray, 1 unchanged; 0.3 means 0.7..1.3")

    def degenerate(self, colors: Images) -> Images:
        return luminance(colors)

    def apply(self, images: Images, drawn: Drawn, value_range: float) -> Images:
        return images.copy() if images.shape[3] == 1 else super().apply(images, drawn, value_range)


class Sharpness(Enhance):
    """Mix with the smoothed picture."""

    name = "sharpness"
    summary = "softer or crisper"
    example = "sharpness:0.5"
    factor = _factor("0 is smoothed, 1 unchanged, 2 sharpened; 0.5 means 0.5..1.5", default=0.5)

    def degenerate(self, colors: Images) -> Images:
        """Return Pillow's SMOOTH: (sum of the 3x3 neighbours + 4 * centre) / 13; border pixels are kept."""
        smooth = colors.copy()
        if min(colors.shape[1:3]) < 3:
            return smooth
        wide: Images = colors.astype(np.uint16 if colors.dtype == np.uint8 else np.float32)
        across = wide[:, :, :-2] + wide[:, :, 1:-1] + wide[:, :, 2:]
        total = across[:, :-2] + across[:, 1:-1] + across[:, 2:] + 4 * wide[:, 1:-1, 1:-1]
        # 13 is odd, so no sum lies on a rounding tie and whole numbers give Pillow's float result exactly.
        smooth[:, 1:-1, 1:-1] = (2 * total + 13) // 26 if colors.dtype == np.uint8 else total / np.float32(13)
        return smooth
