"""Claims about the ops that damage pictures."""

from __future__ import annotations

import numpy as np
import pytest

import augment


@pytest.mark.parametrize(("dtype", "value_range"), [("uint8", 255.0), ("float32", 255.0), ("float32", 1.0)])
def test_noise_is_gaussian_of_the_named_size(dtype, value_range):
    """Mean 0, the named standard deviation as a fraction of the value range, kurtosis 3, independent values."""
    white = 255.0 if dtype == "uint8" else value_range
    pictures = np.full((40, 50, 50, 3), round(white / 2) if dtype == "uint8" else white / 2, dtype)
    out = augment.parse("noise:0.1", value_range=value_range)(pictures, seed=1, epoch=0, index=range(40))
    noise = (out.astype(float) - pictures) / white
    assert out.dtype == dtype
    assert abs(noise.mean()) < 5e-4
    assert noise.std() == pytest.approx(0.1, rel=0.01)
    assert (noise**4).mean() / noise.var() ** 2 == pytest.approx(3, abs=0.05)
    for a, b in ((noise[:-1], noise[1:]), (noise[:, :-1], noise[:, 1:]), (noise[..., 0], noise[..., 1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.01


def test_noise_keeps_alpha_and_the_range(random_pictures):
    """Alpha passes through; values stay within 0..255."""
    pictures = random_pictures(4, 20, 20, 4, "float32")
    out = augment.parse("noise:1")(pictures, seed=1, epoch=0, index=range(4))
    assert np.array_equal(out[..., 3], pictures[..., 3])
    assert out.min() == 0
    assert out.max() == 255
