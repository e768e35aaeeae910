"""Claims about speed, as ratios measured in the same run; `pytest -s` prints the figures."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from scipy import ndimage

import augment
from augment.program import moves

pytestmark = pytest.mark.alone

ADDRESS = {"seed": 0, "epoch": 0}


def seconds(work: Callable[[], object]) -> float:
    """Best of seven."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


@pytest.fixture
def one_core():
    """OpenCV on one thread, and back afterwards."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(threads)


@pytest.mark.parametrize(
    ("shape", "n", "times_faster"), [((28, 28, 1), 128, 2), ((32, 32, 3), 128, 2), ((224, 224, 3), 8, 1.5)]
)
def test_a_batch_is_faster_than_a_loop_over_scipy(shape, n, times_faster, random_pictures, one_core):
    """The usual geometry on a batch beats scipy.ndimage picture by picture, which does the interpolation alone."""
    pipeline = augment.parse("flip,rotate:15,shift:0.1,zoom:0.1")
    pictures = random_pictures(n, *shape)
    index = np.arange(n)
    plan = pipeline.draw(index, shape, **ADDRESS)
    (geometry,) = moves(pipeline.layout(shape), plan.steps, n)
    matrices = geometry.matrices[:, [1, 0, 2]][:, :, [1, 0, 2]]

    def loop() -> None:
        for picture, matrix in zip(pictures, matrices, strict=True):
            for channel in range(shape[2]):
                ndimage.affine_transform(picture[:, :, channel], matrix[:2, :2], matrix[:2, 2], order=1, mode="nearest")

    ours, theirs = seconds(lambda: pipeline(pictures, index=index, **ADDRESS)), seconds(loop)
    print(f"{shape}: {n / ours:,.0f} pictures/s, {theirs / ours:.1f} times scipy's {n / theirs:,.0f}")  # noqa: T201
    assert theirs / ours > times_faster
