"""The one resampling kernel: every picture through its own 3x3 matrix, whole batches at a time.

A matrix maps output to input, (x, y, 1) in pixels, the centre of the first pixel being (0, 0). A picture covers
-0.5..w-0.5 by -0.5..h-0.5; what lies outside is filled:

    nearest   a a a | a b c d | d d d        reflect   c b a | a b c d | d c b
    wrap      b c d | a b c d | a b c        constant  k k k | a b c d | k k k   (a hard edge, no blending)
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from augment.images import Images

Matrices = NDArray[np.float64]
"""(n, 3, 3), output to input."""

FillMode = Literal["nearest", "constant", "reflect", "wrap"]
FILL_MODES: tuple[FillMode, ...] = ("nearest", "constant", "reflect", "wrap")

# Small pictures are stacked into one tall montage, so that one OpenCV call serves many of them. Its coordinates fit
# below 128 KiB, where the C library reuses memory instead of asking the system for fresh pages (twice as fast).
_SMALL = 96 * 96
_MONTAGE_PIXELS = 28_000
_MONTAGE_ROWS = 4096
# Coordinates are rounded to 1/4096 pixel: adding a montage offset below 4096 is then exact in float32, and a
# picture has the same pixels wherever in a batch it lies. The rounding moves a value by at most 0.03 of 255.
_GRID = np.float32(4096)


def warp(
    images: Images,
    matrices: Matrices,
    size: tuple[int, int],
    *,
    fill: FillMode = "nearest",
    color: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0),
    linear: bool = True,
) -> Images:
    """Resample `images` (n, h, w, c) to (n, *size, c), same dtype, as a new array.

    `color` gives one level per channel for fill="constant". Interpolation is bilinear, or nearest pixel. Pictures
    that are only flipped, or not changed at all, are copied and never interpolated.
    """
    n, h, w, c = images.shape
    out = np.empty((n, *size, c), images.dtype)
    rows = np.flatnonzero(_copy_flipped(images, matrices, out)) if size == (h, w) else np.arange(n)
    if h * w > _SMALL and linear and fill in ("nearest", "reflect"):
        affine = (matrices[rows, 2] == (0.0, 0.0, 1.0)).all(axis=1)
        for i in rows[affine]:
            out[i] = _warp_affine(images[i], matrices[i], size, fill)
        rows = rows[~affine]
    pixels = max(h * w, size[0] * size[1])
    step = max(1, min(_MONTAGE_ROWS // (max(h, size[0]) + 1), _MONTAGE_PIXELS // pixels))
    for start in range(0, rows.size, step):
        chunk = rows[start : start + step]
        out[chunk] = _remap(images[chunk], matrices[chunk], size, fill, color, linear)
    return out


def _copy_flipped(images: Images, matrices: Matrices, out: Images) -> NDArray[np.bool_]:
    """Copy the rows whose matrix is one of the four flips into `out`; return which rows are left, (n,)."""
    _, h, w, _ = images.shape
    left = np.ones(len(images), np.bool_)
    for x_sign, x_start, across in ((1.0, 0.0, 1), (-1.0, w - 1.0, -1)):
        for y_sign, y_start, down in ((1.0, 0.0, 1), (-1.0, h - 1.0, -1)):
            flip = np.array([[x_sign, 0, x_start], [0, y_sign, y_start], [0, 0, 1]])
            same = np.flatnonzero((matrices == flip).all(axis=(1, 2)))
            if same.size:
                left[same] = False
                out[same] = images[same][:, ::down, ::across]
    return left


def _warp_affine(image: Images, matrix: NDArray[np.float64], size: tuple[int, int], fill: FillMode) -> Images:
    import cv2

    border = cv2.BORDER_REPLICATE if fill == "nearest" else cv2.BORDER_REFLECT
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    image = np.ascontiguousarray(image)
    out: Images = cv2.warpAffine(image, matrix[:2], size[::-1], flags=flags, borderMode=border)
    return out.reshape(*size, -1)


def _remap(
    images: Images,
    matrices: Matrices,
    size: tuple[int, int],
    fill: FillMode,
    color: tuple[float, ...],
    linear: bool,
) -> Images:
    import cv2

    n, h, w, c = images.shape
    x, y = _coordinates(matrices, size)
    outside = None
    if fill == "constant":
        outside = (x < -0.5) | (x > w - 0.5) | (y < -0.5) | (y > h - 0.5)
    if not linear:
        x, y = np.floor(x + np.float32(0.5)), np.floor(y + np.float32(0.5))
    _fold(x, w, fill)
    _fold(y, h, fill)
    if fill == "wrap":
        # One more column and row, so that the pixel after the last one is the first.
        images = np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="wrap")
    rows, columns = images.shape[1:3]
    y += (np.arange(n, dtype=np.float32) * rows)[:, None, None]
    montage = images.reshape(n * rows, columns, c)
    flat = (n * size[0], size[1])
    x, y = x.reshape(flat), y.reshape(flat)
    warped: Images = cv2.remap(montage, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    out = warped.reshape(n, *size, c)
    if outside is not None:
        levels = np.asarray(color[:c])
        out[outside] = np.rint(levels) if images.dtype == np.uint8 else levels
    return out


def _coordinates(matrices: Matrices, size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the input x and y of every output pixel, each (n, *size) float32 on the grid of 1/4096 pixel."""
    i, j = np.arange(size[0]), np.arange(size[1])
    along = (matrices[:, :, 0, None] * j).astype(np.float32)
    down = (matrices[:, :, 1, None] * i + matrices[:, :, 2, None]).astype(np.float32)
    x = down[:, 0, :, None] + along[:, 0, None, :]
    y = down[:, 1, :, None] + along[:, 1, None, :]
    if np.any(matrices[:, 2] != (0.0, 0.0, 1.0)):
        depth = down[:, 2, :, None] + along[:, 2, None, :]
        behind = depth <= 1e-6  # the far side of the horizon: outside of the picture
        depth[behind] = 1.0
        x, y = x / depth, y / depth
        x[behind] = y[behind] = -4e4
    for coordinates in (x, y):
        coordinates *= _GRID
        np.rint(coordinates, out=coordinates)
        coordinates *= 1 / _GRID
    return x, y


def _fold(c: NDArray[np.float32], n: int, fill: FillMode) -> None:
    """Bring coordinates on an axis of n pixels into 0..n-1, or into 0..n for wrap; in place."""
    if fill == "wrap":
        c -= n * np.floor(c / n)
        return
    if fill == "reflect":
        # Mirrors stand at -0.5 and n-0.5: measured from the first one, values repeat with the period 2n and mirrored.
        c += np.float32(0.5)
        np.abs(c, out=c)
        if c.max() > 2 * n:
            c -= 2 * n * np.floor(c / (2 * n))
        np.subtract(n, c, out=c)
        np.abs(c, out=c)
        np.subtract(np.float32(n - 0.5), c, out=c)
    np.clip(c, 0, n - 1, out=c)
