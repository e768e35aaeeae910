"""Pictures in a terminal: two pixels per cell as colored half blocks, or shades of gray without color."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.color import Color
from rich.style import Style
from rich.text import Text

from tuiml.text import clean

Pixels = NDArray[np.uint8]
SHADES = " ░▒▓█"
_LEAST = 12  # cells across, below which a picture shows nothing
_GAP = 3  # cells between pairs


def half_blocks(image: Pixels, columns: int, rows: int | None = None, plain: bool = False) -> Text:
    """Return a picture (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), uint8, as large as fits `columns` by `rows` cells in its aspect.

    Enlarged by whole factors without smoothing, made smaller by averaging areas; transparency lies over black.
    `plain` draws shades instead of colors. Raises ValueError for another shape or type.
    """
    pixels = _fit(_rgb(image), columns, 2 * rows if rows is not None else None)
    text = Text(end="", no_wrap=True)
    if not pixels.size:
        return text
    return Text("\n", end="", no_wrap=True).join(_rows(pixels, plain))


def side_by_side(pairs: Sequence[tuple[Pixels, Pixels, str]], width: int, height: int, plain: bool = False) -> Text:
    """Return a grid of (original, augmented, caption), as large as fits `width` by `height` cells.

    Where not all fit at a size that still shows something, the first ones that do.
    """
    shape = pairs[0][0].shape if pairs else (0, 0)
    count = fitting(shape, width, height, len(pairs))
    if layout := _layout(shape, count, width, height):
        return _grid(pairs[:count], *layout, plain)
    return Text("no room for pictures"[: max(width, 0)] if pairs and height > 0 else "", end="")


def fitting(shape: tuple[int, ...], width: int, height: int, most: int) -> int:
    """Return how many pairs of pictures (h, w, ...), up to `most`, `side_by_side` shows in `width` by `height` cells."""
    return next((count for count in range(most, 0, -1) if _layout(shape, count, width, height)), 0)


def lines_used(shape: tuple[int, ...], width: int, height: int, count: int) -> int:
    """Return how many of `height` lines `side_by_side` takes for `count` pairs of pictures (h, w, ...)."""
    layout = _layout(shape, count, width, height)
    return -(-count // layout[0]) * (layout[2] + 2) - 1 if layout else 0


def _layout(shape: tuple[int, ...], count: int, width: int, height: int) -> tuple[int, int, int] | None:
    """Return pairs per row, columns and rows of one picture, for the largest pictures; None when they would be too small."""
    best: tuple[int, int, int, int] | None = None
    for per_row in range(1, count + 1):
        lines = -(-count // per_row)
        columns = ((width - _GAP * (per_row - 1)) // per_row - 1) // 2
        rows = (height + 1) // lines - 2  # a caption and an empty line under each but the last
        if columns < 1 or rows < 1:
            continue
        tall, wide = _size(shape[0], shape[1], columns, 2 * rows)
        if wide >= min(_LEAST, shape[1]) and (best is None or wide > best[0]):
            best = (wide, per_row, wide, -(-tall // 2))
    return best[1:] if best else None


def _grid(pairs: Sequence[tuple[Pixels, Pixels, str]], per_row: int, columns: int, rows: int, plain: bool) -> Text:
    wide = 2 * columns + 1
    lines: list[Text] = []
    for start in range(0, len(pairs), per_row):
        group = pairs[start : start + per_row]
        if lines:
            lines.append(Text())
        blocks = [
            (_block(before, columns, rows, plain), _block(after, columns, rows, plain)) for before, after, _ in group
        ]
        for row in range(rows):
            cells = [Text.assemble(before[row], " ", after[row]) for before, after in blocks]
            lines.append(Text(" " * _GAP).join(cells))
        captions = [Text(clean(caption)) for _, _, caption in group]
        for caption in captions:
            caption.truncate(wide, overflow="ellipsis", pad=True)
        lines.append(Text(" " * _GAP).join(captions))
    return Text("\n", end="", no_wrap=True).join(lines)


def _block(image: Pixels, columns: int, rows: int, plain: bool) -> list[Text]:
    """Return exactly `rows` lines of `columns` cells."""
    found = _rows(_fit(_rgb(image), columns, 2 * rows), plain)
    for row in found:
        row.truncate(columns, pad=True)
    return found + [Text(" " * columns)] * (rows - len(found))


def _rgb(image: Pixels) -> Pixels:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise ValueError(
            f"A picture is (h, w), (h, w, 1), (h, w, 3) or (h, w, 4) of uint8; received {image.shape} of {image.dtype}."
        )
    if image.ndim == 2 or image.shape[2] == 1:
        return np.repeat(image.reshape(*image.shape[:2], 1), 3, axis=2)
    if image.shape[2] == 4:
        return (image[..., :3].astype(np.uint16) * image[..., 3:] // 255).astype(np.uint8)
    return image


def _size(tall: int, wide: int, columns: int, most_rows: int | None) -> tuple[int, int]:
    """Return height and width in pixels of a picture that fits."""
    factor = min(columns / wide, most_rows / tall if most_rows is not None else columns / wide)
    factor = float(int(factor)) if factor >= 1 else factor  # whole factors keep every pixel the same size
    return max(round(tall * factor), 1), max(round(wide * factor), 1)


def _fit(pixels: Pixels, columns: int, most_rows: int | None) -> Pixels:
    tall, wide = pixels.shape[:2]
    if columns < 1 or tall < 1 or wide < 1 or (most_rows is not None and most_rows < 1):
        return pixels[:0]
    height, width = _size(tall, wide, columns, most_rows)
    if (height, width) == (tall, wide):
        return pixels
    how = Image.Resampling.NEAREST if height >= tall else Image.Resampling.BOX
    return np.asarray(Image.fromarray(pixels).resize((width, height), how))


def _rows(pixels: Pixels, plain: bool) -> list[Text]:
    if len(pixels) % 2:
        pixels = np.concatenate([pixels, np.zeros_like(pixels[:1])])
    if plain:
        return _shaded(pixels)
    return [_row(top, bottom) for top, bottom in zip(pixels[::2].tolist(), pixels[1::2].tolist(), strict=True)]


def _row(top: list[list[int]], bottom: list[list[int]]) -> Text:
    """Return one line; equal neighbours share a span, which keeps flat pictures cheap to send."""
    text, run, before = Text(), 0, None
    for pair in [*zip(map(tuple, top), map(tuple, bottom), strict=True), None]:
        if pair != before and before is not None:
            text.append("▀" * run, _two_colors(*before))
            run = 0
        run, before = run + 1, pair
    return text


@lru_cache(maxsize=8192)
def _two_colors(top: tuple[int, int, int], bottom: tuple[int, int, int]) -> Style:
    return Style(color=Color.from_rgb(*top), bgcolor=Color.from_rgb(*bottom))


def _shaded(pixels: Pixels) -> list[Text]:
    gray = pixels.astype(np.float32) @ np.array(
        [0.299, 0.587, 0.114], np.float32
    )  # luma of ITU-R BT.601, as Pillow's "L"
    cells = (gray[::2] + gray[1::2]) / 2
    levels = np.minimum((cells * len(SHADES) / 255).astype(int), len(SHADES) - 1)
    return [Text("".join(SHADES[level] for level in row)) for row in levels.tolist()]
