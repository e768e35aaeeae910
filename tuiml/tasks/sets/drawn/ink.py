"""Flat figures with soft edges, many pictures at once: how much of each pixel a figure covers, and painting it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]
"""One number per picture, (n,)."""
Cover = npt.NDArray[np.float32]
"""How much of each pixel is covered, (n, side, side) in 0..1."""


def disc(side: int, x: Numbers, y: Numbers, radius: Numbers) -> Cover:
    """Return the cover of discs around (x, y); pixels are 1 wide, (0, 0) is the upper left corner."""
    across, down = _pixels(side)
    return _soft(np.hypot(across - _each(x), down - _each(y)) - _each(radius))


def box(side: int, x: Numbers, y: Numbers, wide: Numbers, tall: Numbers) -> Cover:
    """Return the cover of upright rectangles around (x, y)."""
    across, down = _pixels(side)
    return _soft(np.maximum(np.abs(across - _each(x)) - _each(wide) / 2, np.abs(down - _each(y)) - _each(tall) / 2))


def convex(side: int, corners: Sequence[tuple[Numbers, Numbers]]) -> Cover:
    """Return the cover of convex polygons; `corners` (x, y) go clockwise as seen, y pointing down."""
    across, down = _pixels(side)
    outside = np.full((1, 1, 1), -np.inf, np.float32)
    for (x, y), (next_x, next_y) in zip(corners, [*corners[1:], corners[0]], strict=True):
        length = np.hypot(next_x - x, next_y - y)
        normal_x, normal_y = _each((next_y - y) / length), _each((x - next_x) / length)
        outside = np.maximum(outside, normal_x * (across - _each(x)) + normal_y * (down - _each(y)))
    return _soft(outside)


def canvas(side: int, colors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return pictures (n, side, side, channels) of one color each, of (n, channels) in 0..255."""
    return np.tile(colors[:, None, None, :], (1, side, side, 1))


def paint(pictures: npt.NDArray[np.float32], cover: Cover, colors: npt.NDArray[np.float32]) -> None:
    """Paint `colors`, (n, channels) or (channels,) in 0..255, over `pictures` where `cover` says."""
    colors = colors[:, None, None, :] if colors.ndim == 2 else colors
    pictures += cover[..., None] * (colors - pictures)


def develop(pictures: npt.NDArray[np.float32], random: np.random.Generator, grain: float) -> npt.NDArray[np.uint8]:
    """Return the pictures as uint8, with normal noise of standard deviation `grain` (of 255): no two are alike."""
    noisy = pictures + grain * random.standard_normal(pictures.shape, np.float32)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def between(random: np.random.Generator, low: float, high: float, shape: int | tuple[int, ...]) -> Numbers:
    """Return uniform numbers, float32."""
    return random.uniform(low, high, shape).astype(np.float32)


def _pixels(side: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    centers = np.arange(side, dtype=np.float32) + np.float32(0.5)
    return centers[None, None, :], centers[None, :, None]


def _each(values: Numbers) -> npt.NDArray[np.float32]:
    return values.astype(np.float32, copy=False).reshape(-1, 1, 1)


def _soft(distance: npt.NDArray[np.float32]) -> Cover:
    """Return the cover from the signed distance to the edge: it falls from 1 to 0 across one pixel."""
    cover: Cover = np.clip(np.float32(0.5) - distance, 0, 1)
    return cover
