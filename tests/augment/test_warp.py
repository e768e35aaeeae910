"""Claims about the resampling kernel, against a slow and plain one in float64."""

from __future__ import annotations

import numpy as np
import pytest

from augment.images import LONGEST_SIDE
from augment.warp import FILL_MODES, warp


def plain_warp(
    images: np.ndarray, matrices: np.ndarray, size: tuple[int, int], fill: str, color: float, linear: bool
) -> np.ndarray:
    """Bilinear or nearest sampling by the book: fold each tap's index, one picture at a time."""
    n, h, w, c = images.shape
    mode = {"nearest": "edge", "constant": "edge", "reflect": "symmetric", "wrap": "wrap"}[fill]
    rows, columns = (np.pad(np.arange(k), 40 * k, mode=mode) for k in (h, w))
    out = np.empty((n, *size, c))
    i, j = np.mgrid[: size[0], : size[1]]
    for k in range(n):
        x, y, depth = matrices[k] @ np.stack([j.ravel(), i.ravel(), np.ones(i.size)])
        x, y = x / depth, y / depth
        if not linear:
            x, y = np.floor(x + 0.5), np.floor(y + 0.5)
        x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
        fx, fy = (x - x0)[:, None], (y - y0)[:, None]

        def tap(dy: int, dx: int, k: int = k, y0: np.ndarray = y0, x0: np.ndarray = x0) -> np.ndarray:
            return images[k, rows[y0 + dy + 40 * h], columns[x0 + dx + 40 * w]].astype(float)

        top, bottom = tap(0, 0) * (1 - fx) + tap(0, 1) * fx, tap(1, 0) * (1 - fx) + tap(1, 1) * fx
        values = top * (1 - fy) + bottom * fy
        if fill == "constant":
            values[(x < -0.5) | (x > w - 0.5) | (y < -0.5) | (y > h - 0.5)] = color
        out[k] = values.reshape(*size, c)
    return out


def random_matrices(n: int, h: int, w: int, seed: int, perspective: float = 0.0) -> np.ndarray:
    """Affine (or mildly projective) maps about the centre, generous ones."""
    rng = np.random.default_rng(seed)
    move, back = np.eye(3), np.eye(3)
    move[:2, 2], back[:2, 2] = ((w - 1) / 2, (h - 1) / 2), (-(w - 1) / 2, -(h - 1) / 2)
    inner = np.eye(3) + rng.uniform(-0.8, 0.8, (n, 3, 3))
    inner[:, :2, 2] *= min(h, w)
    inner[:, 2] = (0, 0, 1)
    inner[:, 2, :2] = rng.uniform(-perspective, perspective, (n, 2)) / max(h, w)
    return move @ inner @ back


@pytest.mark.parametrize("fill", FILL_MODES)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize(("size", "channels"), [((9, 9), 1), ((12, 7), 3), ((1, 5), 1), ((120, 100), 4)])
def test_the_kernel_agrees_with_the_plain_one(fill, dtype, size, channels, random_pictures):
    """Small pictures (montage) and large ones (one by one) are sampled as the definition says."""
    pictures = random_pictures(6, *size, channels, dtype)
    matrices = random_matrices(6, *size, seed=1)
    expected = plain_warp(pictures, matrices, (11, 13), fill, 77.0, linear=True)
    out = warp(pictures, matrices, (11, 13), fill=fill, color=(77.0,) * channels)
    assert out.dtype == dtype
    error = np.abs(out - expected)
    # Noise has steps of 255 per pixel, and coordinates are rounded to 1/4096 pixel (and once more by OpenCV).
    assert np.quantile(error, 0.999) < (0.7 if dtype == "uint8" else 0.25)


@pytest.mark.parametrize("fill", FILL_MODES)
@pytest.mark.parametrize("size", [(9, 9), (120, 100)])
def test_nearest_pixel(fill, size, random_pictures):
    """Without interpolation every output value is an input value (or the fill), the nearest one."""
    pictures = random_pictures(4, *size, 1)
    matrices = random_matrices(4, *size, seed=2)
    expected = plain_warp(pictures, matrices, size, fill, 77.0, linear=False)
    out = warp(pictures, matrices, size, fill=fill, color=(77.0,), linear=False)
    assert np.mean(out != expected) < 0.002  # ties, to within the rounding of coordinates


@pytest.mark.parametrize("size", [(20, 20), (120, 100)])
def test_perspective_matrices(size, random_pictures):
    """The last row of a matrix may be projective; what lies behind the horizon is outside."""
    pictures = random_pictures(4, *size, 1, "float32")
    matrices = random_matrices(4, *size, seed=3, perspective=0.5)
    expected = plain_warp(pictures, matrices, size, "constant", 0.0, linear=True)
    error = np.abs(warp(pictures, matrices, size, fill="constant") - expected)
    assert np.quantile(error, 0.99) < 0.5
    horizon = np.array([[[1.0, 0, 0], [0, 1, 0], [0, -0.2, 1]]])
    assert (warp(pictures[:1] + 1, horizon, size, fill="constant", color=(0.0,))[0, 6:] == 0).all()


@pytest.mark.parametrize("size", [(5, 5), (28, 28), (96, 96), (97, 97)])
@pytest.mark.parametrize("fill", FILL_MODES)
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_no_picture_depends_on_its_neighbours(size, fill, dtype, random_pictures):
    """A picture has the same bits alone and anywhere in a long batch, and nothing bleeds in from the next one."""
    n = 700 if size == (5, 5) else 90
    pictures = random_pictures(n, *size, 1, dtype)
    matrices = random_matrices(n, *size, seed=4)
    together = warp(pictures, matrices, size, fill=fill)
    for i in (0, 1, n // 2, n - 1):
        assert np.array_equal(warp(pictures[i : i + 1], matrices[i : i + 1], size, fill=fill)[0], together[i])
    white = np.full((3, *size, 1), 255, dtype)
    white[1] = 0
    assert not warp(white, matrices[:3], size, fill="nearest")[1].any()


def test_views_are_welcome(random_pictures):
    """Non-contiguous input gives what its copy gives."""
    for size in ((20, 24), (240, 200)):
        pictures = random_pictures(4, *size, 3)[::2, ::-1, ::2]
        matrices = random_matrices(2, *pictures.shape[1:3], seed=5)
        assert np.array_equal(warp(pictures, matrices, (16, 16)), warp(pictures.copy(), matrices, (16, 16)))


def test_one_projective_picture_leaves_the_others_alone(random_pictures):
    """In a batch of large pictures, a projective matrix changes nothing for its affine neighbours."""
    pictures = random_pictures(3, 120, 100, 1)
    matrices = random_matrices(3, 120, 100, seed=6)
    before = warp(pictures, matrices, (120, 100))
    matrices[1, 2, 0] = 1e-3
    after = warp(pictures, matrices, (120, 100))
    assert np.array_equal(before[[0, 2]], after[[0, 2]])
    assert not np.array_equal(before[1], after[1])


@pytest.mark.parametrize("fill", FILL_MODES)
@pytest.mark.parametrize("size", [(LONGEST_SIDE, 1), (1, LONGEST_SIDE)])
def test_the_longest_side(fill, size, random_pictures):
    """Pictures may be as long as the contract says."""
    pictures = random_pictures(2, *size, 1)
    matrices = np.broadcast_to(np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]), (2, 3, 3)).copy()
    matrices[:, 0 if size[1] > 1 else 1, 2] = 1
    out = warp(pictures, matrices, size, fill=fill)
    assert np.array_equal(out.ravel()[: LONGEST_SIDE - 1], pictures.ravel()[1:LONGEST_SIDE])
