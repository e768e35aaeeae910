"""Claims about the tone ops: Pillow's bits on uint8, no truncation on float32, alpha untouched."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageEnhance

import augment

ENHANCERS = {
    "brightness": ImageEnhance.Brightness,
    "contrast": ImageEnhance.Contrast,
    "saturation": ImageEnhance.Color,
    "sharpness": ImageEnhance.Sharpness,
}
NAMES = pytest.mark.parametrize("name", sorted(ENHANCERS))


def enhanced(name: str, pictures: np.ndarray, factor: float, value_range: float = 255.0) -> np.ndarray:
    """Apply one op with exactly this factor."""
    pipeline = augment.parse(f"{name}:{factor!r}..{factor!r}", value_range=value_range)
    return pipeline(pictures, seed=0, epoch=0, index=range(len(pictures)))


def pillow(name: str, picture: np.ndarray, factor: float) -> np.ndarray:
    """The same by Pillow."""
    image = Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
    return np.asarray(ENHANCERS[name](image).enhance(factor)).reshape(picture.shape)


@NAMES
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [(13, 17), (1, 1), (2, 9), (90, 80)])
def test_uint8_has_the_bits_of_pillow(name, channels, size, random_pictures):
    """For gray, RGB and RGBA, small and large, and factors below and above 1, every bit is Pillow's."""
    pictures = random_pictures(2, *size, channels)
    factors = [0.0, 1.0, 2.0, 0.5, 10.0, *np.random.default_rng(1).uniform(0, 3, 25)]
    for factor in map(float, factors):
        out = enhanced(name, pictures, factor)
        for i in range(2):
            assert np.array_equal(out[i], pillow(name, pictures[i], factor)), factor


@NAMES
def test_real_photographs_have_the_bits_of_pillow(name, photos):
    """The same on photographs."""
    for path in photos[::40]:
        picture = augment.read_image(path)
        for factor in (0.3, 0.77, 1.9):
            assert np.array_equal(enhanced(name, picture[None], factor)[0], pillow(name, picture, factor))


@NAMES
@pytest.mark.parametrize("value_range", [255.0, 1.0])
def test_float32_agrees_and_is_not_truncated(name, value_range, random_pictures):
    """Float pictures get the same change to within rounding, on either value range, and keep their fractions."""
    pictures = random_pictures(3, 20, 20, 3)
    floats = (pictures * (value_range / 255.0)).astype(np.float32)
    for factor in (0.4, 1.7):
        out = enhanced(name, floats, factor, value_range)
        assert out.dtype == np.float32
        off = np.abs(out * (255.0 / value_range) - enhanced(name, pictures, factor))
        assert off.max() < 2.5  # cut-off fraction, plus the rounded mean or gray, times the factor
        inside = (out > 0) & (out < value_range)
        assert np.mean((out * (255 / value_range))[inside] % 1 == 0) < 0.5


@NAMES
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_alpha_is_untouched(name, dtype, random_pictures):
    """The fourth channel passes through, and the colors do not depend on it."""
    pictures = random_pictures(3, 12, 12, 4, dtype)
    out = enhanced(name, pictures, 1.6)
    assert np.array_equal(out[..., 3], pictures[..., 3])
    assert np.array_equal(out[..., :3], enhanced(name, pictures[..., :3], 1.6))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_saturation_leaves_gray_pictures(dtype, random_pictures):
    """Gray pictures have no saturation to change."""
    pictures = random_pictures(3, 12, 12, 1, dtype)
    assert np.array_equal(enhanced("saturation", pictures, 0.2), pictures)
