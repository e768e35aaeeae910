"""Picture files of any size and mode to one array of equal squares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks.base import Progress
from tuiml.text import clean

if TYPE_CHECKING:
    from PIL.Image import Image

Resize = Literal["crop", "pad", "stretch"]
Color = Literal["rgb", "gray"]
CHANNELS: dict[Color, int] = {"rgb": 3, "gray": 1}

_MEMORY_SHARE = 0.5
"""Largest share of the free memory that decoded pictures may take: training needs room beside them."""
_TOLD_EVERY = 25

Pictures = npt.NDArray[np.uint8]


def decode(
    files: Sequence[Path], size: int, progress: Progress, resize: Resize = "crop", color: Color = "rgb"
) -> tuple[Pictures, dict[int, str]]:
    """Return (n, size, size, c) uint8 and, for files that cannot be decoded, {number: reason}; their rows are zeros.

    c is 3 for rgb and 1 for gray. `resize` says how a picture becomes a square: crop keeps the centered square, pad adds
    black borders, stretch distorts; all of it bicubic.
    """
    pictures = np.zeros((len(files), size, size, CHANNELS[color]), np.uint8)
    broken: dict[int, str] = {}
    pool = ThreadPoolExecutor(max_workers=min(16, os.cpu_count() or 1), thread_name_prefix="decode")
    try:  # Pillow decodes and resizes without holding the interpreter's lock
        for row, result in enumerate(pool.map(lambda file: _square(file, size, resize, color), files)):
            if isinstance(result, str):
                broken[row] = result
            else:
                pictures[row] = result
            if row % _TOLD_EVERY == 0 or row == len(files) - 1:
                progress(f"decoding pictures, {row + 1:,} of {len(files):,}")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return pictures, broken


def check_memory(root: Path, count: int, size: int, channels: int = 3) -> None:
    """Raise DataError when `count` pictures of `size` x `size` x `channels` bytes take more than half of the free memory."""
    import psutil

    needed, free = count * size * size * channels, psutil.virtual_memory().available
    if needed > _MEMORY_SHARE * free:
        fitting = max(8, int((_MEMORY_SHARE * free / (channels * count)) ** 0.5))
        raise DataError(
            f"{count:,} pictures of {size} x {size} pixels in {clean(root)} take {needed / 1e9:.1f} GB, more than half of the "
            f"{free / 1e9:.1f} GB of memory that are free. `--image-size {fitting}` would fit."
        )


def _square(file: Path, size: int, resize: Resize, color: Color) -> Pictures | str:
    """Return the picture as (size, size, c), or why it cannot be read."""
    from PIL import Image

    from augment import AugmentError, ImageFileError, read_image, to_pil

    try:
        upright = to_pil(read_image(file))
    except ImageFileError as error:
        return clean(error.reason)
    except AugmentError as error:
        return clean(error)
    # What is transparent is shown on white, as a browser shows it: the colors below it are whatever an editor left there.
    if upright.mode == "RGBA":
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    fitted: Any = _resized(upright.convert("L" if color == "gray" else "RGB"), size, resize)
    return np.asarray(fitted, np.uint8).reshape(size, size, CHANNELS[color])


def _resized(picture: Image, size: int, resize: Resize) -> Image:
    from PIL import Image, ImageOps

    if resize == "stretch":
        return picture.resize((size, size), Image.Resampling.BICUBIC)
    fit = ImageOps.fit if resize == "crop" else ImageOps.pad
    return fit(picture, (size, size), Image.Resampling.BICUBIC)
