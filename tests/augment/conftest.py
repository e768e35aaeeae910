"""What the tests of `augment` share: pictures, and strategies made from what the ops declare (new ops are covered).

`st.from_type(augment.Op)` and `st.from_type(augment.Pipeline)` are any op and any pipeline; `through` applies one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

import augment
from augment.group import Members
from augment.parameter import Amount, Color, Parameter, Word
from augment.values import number_text

Pictures = Callable[..., np.ndarray]

PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "photos"


@pytest.fixture(scope="session")
def photos() -> list[Path]:
    """Real photographs, where the checkout has them beside it."""
    files = sorted(p for p in PHOTOS.rglob("*") if p.suffix.lower() in {".jpg", ".png"}) if PHOTOS.is_dir() else []
    if not files:
        pytest.skip(f"no photographs in {PHOTOS}")
    return files


@pytest.fixture(scope="session")
def random_pictures() -> Pictures:
    """Pictures of pure noise: whatever moves or rounds shows."""
    return _random_pictures


def _random_pictures(n: int, h: int, w: int, c: int, dtype: str = "uint8", seed: int = 0) -> np.ndarray:
    pictures = np.random.default_rng(seed).integers(0, 256, (n, h, w, c), dtype=np.uint8)
    return pictures if dtype == "uint8" else pictures.astype(np.float32) * np.float32(0.99) + np.float32(0.37)


@pytest.fixture(scope="session")
def smooth_pictures() -> Pictures:
    """Float pictures of slow waves, where bilinear interpolation is nearly exact."""
    return _smooth_pictures


def _smooth_pictures(n: int, h: int, w: int, c: int) -> np.ndarray:
    y, x = np.mgrid[0:h, 0:w]
    rng = np.random.default_rng(1)
    pictures = np.empty((n, h, w, c), np.float32)
    for i in range(n):
        for k in range(c):
            a, b, phase = rng.uniform(-4, 4), rng.uniform(-4, 4), rng.uniform(0, 6)
            pictures[i, :, :, k] = 128 + 100 * np.sin(a * x / w + b * y / h + phase)
    return pictures


def _amount(amount: Amount) -> st.SearchStrategy[str]:
    def build(pixels: bool, a: float, b: float, form: str) -> str:
        low, high = (max(amount.low_px, -6), min(amount.high_px, 6)) if pixels else (amount.low, amount.high)
        x, y = (low + (high - low) * t for t in (a, b))
        if pixels or amount.whole:
            x, y = round(x), round(y)
        x, y = min(x, y), max(x, y)
        unit = "px" if pixels else ""
        return {
            "range": f"{number_text(x)}..{number_text(y)}{unit}",
            "choice": f"{number_text(y)}/{number_text(x)}{unit}",
            "fixed": f"{number_text(x)}..{number_text(x)}{unit}",
        }[form]

    part = st.integers(0, 64).map(lambda k: k / 64)
    pixels = st.booleans() if amount.pixels else st.just(False)
    return st.builds(build, pixels, part, part, st.sampled_from(["range", "choice", "fixed"]))


def _written(parameter: Parameter) -> st.SearchStrategy[str]:
    """Any allowed text for a parameter."""
    if isinstance(parameter, Amount):
        return _amount(parameter)
    if isinstance(parameter, Word):
        return st.sampled_from(parameter.choices)
    if isinstance(parameter, Members):
        return st.sampled_from(["flip/noise", "blur:1/rotate:0/90:fill=wrap/invert", "erode/equalize/shift:2px/gamma"])
    assert isinstance(parameter, Color)
    return st.sampled_from(["auto", "0", "77.5", "blue", "PeachPuff", "255/128/0"])


@st.composite
def _ops(draw: st.DrawFn) -> augment.Op:
    """Any op with any parameters that do not contradict each other."""
    op = augment.catalog()[draw(st.sampled_from(sorted(augment.catalog())))]
    named = {name: draw(_written(x)) for name, x in op.declared.items() if draw(st.booleans())}
    p = None if op.always or draw(st.booleans()) else draw(st.integers(0, 8)) / 8
    try:
        return op(**named, p=p)
    except augment.ParameterError:
        return op()


@pytest.fixture(scope="session")
def through() -> Callable[..., np.ndarray]:
    """Apply any pipeline, also one that needs statistics or mixes: `through(pipeline, pictures, index, seed, epoch)`."""
    return _through


def _through(
    pipeline: augment.Pipeline, pictures: np.ndarray, index: object, seed: int = 0, epoch: int = 0
) -> np.ndarray:
    shape = pictures.shape[1:]
    others = _random_pictures(6, *shape, str(pictures.dtype), seed=9)
    fitted = pipeline.fit(others)
    if not any(op.mixes for op in pipeline.ops):
        return fitted(pictures, seed, epoch, index)
    labels = np.eye(max(3, len(pictures)), dtype=np.float32)[: len(pictures)]
    pool = (others, np.eye(max(3, len(pictures)))[np.arange(6) % 3])
    mixed, new = fitted(pictures, seed, epoch, index, labels=labels, pool=pool)
    assert np.allclose(new.sum(axis=1), 1, atol=1e-5)
    return mixed


@st.composite
def _pipelines(draw: st.DrawFn) -> augment.Pipeline:
    """Any pipeline whose steps do not contradict each other."""
    steps = draw(st.lists(_ops(), max_size=4))
    try:
        return augment.Pipeline(steps)
    except augment.ParameterError:
        return augment.Pipeline(steps[:1])


st.register_type_strategy(augment.Op, _ops())
st.register_type_strategy(augment.Pipeline, _pipelines())
