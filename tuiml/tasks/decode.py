"""Picture files of any size and mode to one array of equal squares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks.base import Progress
from tuiml.text import clean

_MEMORY_SHARE = 0.5
"""Largest share of the free memory that decoded pictures may take: training needs room beside them."""
_TOLD_EVERY = 25

Pictures = npt.NDArray[np.uint8]


def decode(files: Sequence[Path], size: int, progress: Progress) -> tuple[Pictures, dict[int, str]]:
    """Return (n, size, size, 3) uint8 and, for files that cannot be decoded, {number: reason}; their rows are zeros."""
    pictures = np.zeros((len(files), size, size, 3), np.uint8)
    broken: dict[int, str] = {}
    pool = ThreadPoolExecutor(max_workers=min(16, os.cpu_count() or 1), thread_name_prefix="decode")
    try:  # Pillow decodes and resizes without holding the interpreter's lock
        for row, result in enumerate(pool.map(lambda file: _square(file, size), files)):
            if isinstance(result, str):
                broken[row] = result
            else:
                pictures[row] = result
            if row % _TOLD_EVERY == 0 or row == len(files) - 1:
                progress(f"decoding pictures, {row + 1:,} of {len(files):,}")
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return pictures, broken


def check_memory(root: Path, count: int, size: int) -> None:
    """Raise DataError when `count` pictures of `size` x `size` RGB bytes take more than half of the free memory."""
    import psutil

    needed, free = count * size * size * 3, psutil.virtual_memory().available
    if needed > _MEMORY_SHARE * free:
        fitting = max(8, int((_MEMORY_SHARE * free / (3 * count)) ** 0.5))
        raise DataError(
            f"{count:,} pictures of {size} x {size} pixels in {clean(root)} take {needed / 1e9:.1f} GB, more than half of the "
            f"{free / 1e9:.1f} GB of memory that are free. `--image-size {fitting}` would fit."
        )


def _square(file: Path, size: int) -> Pictures | str:
    """Return the picture as (size, size, 3), or why it cannot be read."""
    from PIL import Image, ImageOps

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
    fitted: Any = ImageOps.fit(upright.convert("RGB"), (size, size), Image.Resampling.BICUBIC)
    return np.asarray(fitted, np.uint8)
