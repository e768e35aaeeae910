"""Pictures in a terminal: two pixels per cell as colored half blocks, or shades of gray without color."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.color import Color, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from tuiml.text import clean

Pixels = NDArray[np.uint8]
Pair = tuple[Pixels, Pixels, str]
Line = list[Segment]
SHADES = " ░▒▓█"
_LEAST = 12  # cells across, below which a picture shows nothing
GAP = 3
"""Cells between pairs."""


def half_blocks(image: Pixels, columns: int, rows: int | None = None, plain: bool = False) -> Text:
    """Return a picture (h, w), (h, w, 1), (h, w, 3) or (h, w, 4), uint8, as large as fits `columns` by `rows` cells in its aspect.

    Enlarged by whole factors without smoothing, made smaller by averaging areas; transparency lies over black.
    `plain` draws shades instead of colors. Raises ValueError for another shape or type.
    """
    pixels = _fit(rgb(image), columns, 2 * rows if rows is not None else None)
    return _text(_rows(pixels, plain) if pixels.size else [])


def side_by_side(pairs: Sequence[Pair], width: int, height: int, plain: bool = False, chosen: int = -1) -> Text:
    """Return a grid of (original, augmented, caption), as large as fits `width` by `height` cells.

    Where not all fit at a size that still shows something, the first ones that do. The pair number `chosen` is marked.
    """
    return _text(grid(pairs, width, height, plain, chosen))


def grid(
    pairs: Sequence[Pair], width: int, height: int, plain: bool = False, chosen: int = -1, base: Style | None = None
) -> list[Line]:
    """Return the lines of `side_by_side` as segments, their words in the style `base`: several times faster than as text."""
    shape = pairs[0][0].shape if pairs else (0, 0)
    count = fitting(shape, width, height, len(pairs))
    if found := layout(shape, count, width, height):
        return list(_grid(pairs[:count], found, plain, chosen, base or Style()))
    return [[Segment("no room for pictures"[: max(width, 0)], base)]] if pairs and height > 0 else []


def _text(lines: Sequence[Line]) -> Text:
    """Return lines as text."""
    rows = (Text.assemble(*((segment.text, segment.style or "") for segment in line)) for line in lines)
    return Text("\n", end="", no_wrap=True).join(rows)


def fitting(shape: tuple[int, ...], width: int, height: int, most: int, least: int = _LEAST) -> int:
    """Return how many pairs of pictures (h, w, ...), up to `most`, `side_by_side` shows in `width` by `height` cells.

    Each picture is at least `least` cells wide, or has all of its pixels.
    """
    return next((count for count in range(most, 0, -1) if layout(shape, count, width, height, least)), 0)


class Layout(NamedTuple):
    """How pairs lie in a grid: `across` in a row, and the columns and rows of cells of one picture."""

    across: int
    columns: int
    rows: int

    @property
    def pitch(self) -> int:
        """Cells from one pair of a row to the next."""
        return 2 * self.columns + 1 + GAP


def layout(shape: tuple[int, ...], count: int, width: int, height: int, least: int = _LEAST) -> Layout | None:
    """Return how `count` pairs of pictures (h, w, ...) lie in `width` by `height` cells at their largest.

    None when they would be narrower than `least` cells, and than their pixels.
    """
    best: tuple[int, Layout] | None = None
    for per_row in range(1, count + 1):
        lines = -(-count // per_row)
        columns = ((width - GAP * (per_row - 1)) // per_row - 1) // 2
        rows = (height + 1) // lines - 2  # a caption and an empty line under each but the last
        if columns < 1 or rows < 1:
            continue
        tall, wide = _size(shape[0], shape[1], columns, 2 * rows)
        if wide >= min(least, shape[1]) and (best is None or wide > best[0]):
            best = (wide, Layout(per_row, wide, -(-tall // 2)))
    return best[1] if best else None


def _grid(pairs: Sequence[Pair], found: Layout, plain: bool, chosen: int, base: Style) -> Iterator[Line]:
    beside, between = Segment(" ", base), Segment(" " * GAP, base)
    for start in range(0, len(pairs), found.across):
        group = pairs[start : start + found.across]
        if start:
            yield []
        blocks = [[_block(image, found, plain, base) for image in (pair[0], pair[1])] for pair in group]
        for row in range(found.rows):
            line: Line = []
            for number, (before, after) in enumerate(blocks):
                line += [*([between] if number else []), *before[row], beside, *after[row]]
            yield line
        yield captions(group, found, chosen - start, base)


def captions(pairs: Sequence[Pair], found: Layout, chosen: int = -1, base: Style | None = None) -> Line:
    """Return the captions of one row of pairs, each as wide as its pictures, that of number `chosen` marked."""
    told: Line = []
    base = base or Style()
    for number, (_, _, words) in enumerate(pairs):
        caption = Text(f"▸ {clean(words)}" if number == chosen else clean(words))
        caption.truncate(found.pitch - GAP, overflow="ellipsis", pad=True)
        style = base + Style(reverse=True) if number == chosen else base
        told += [*([Segment(" " * GAP, base)] if number else []), Segment(caption.plain, style)]
    return told


def _block(image: Pixels, found: Layout, plain: bool, base: Style) -> list[Line]:
    """Return exactly as many lines, and cells in each, as the layout has for one picture."""
    return _drawn(image.tobytes(), image.shape, image.dtype.str, found, plain, base)


@lru_cache(maxsize=2 * 24)
def _drawn(
    content: bytes, shape: tuple[int, ...], kind: str, found: Layout, plain: bool, base: Style
) -> list[Line]:  # of a pair whose step is being turned, one half is always the same
    pixels = _fit(rgb(np.frombuffer(content, kind).reshape(shape)), found.columns, 2 * found.rows)
    missing = found.columns - pixels.shape[1]
    lines = [line + [Segment(" " * missing, base)] * (missing > 0) for line in _rows(pixels, plain)]
    return lines + [[Segment(" " * found.columns, base)]] * (found.rows - len(lines))


def rgb(image: Pixels) -> Pixels:
    """Return a picture as (h, w, 3), transparency over black. Raises ValueError for another shape or type."""
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
    from PIL import Image  # late: other screens draw no pictures

    how = Image.Resampling.NEAREST if height >= tall else Image.Resampling.BOX
    return np.asarray(Image.fromarray(pixels).resize((width, height), how))


def _rows(pixels: Pixels, plain: bool) -> list[Line]:
    if len(pixels) % 2:
        pixels = np.concatenate([pixels, np.zeros_like(pixels[:1])])
    if plain:
        return _shaded(pixels)
    codes = pixels.astype(np.int64) @ (1 << 16, 1 << 8, 1)
    return [_row(cells) for cells in codes[::2] << 24 | codes[1::2]]


def _row(cells: NDArray[np.int64]) -> Line:
    """Return one line of pairs of colors; equal neighbours share a segment, which keeps flat pictures cheap to send."""
    edges = [0, *(np.flatnonzero(np.diff(cells)) + 1).tolist(), len(cells)]
    colors = cells[edges[:-1]].tolist()
    return [
        Segment("▀" * (end - start), _two_colors(pair))
        for (start, end), pair in zip(pairwise(edges), colors, strict=True)
    ]


@lru_cache(maxsize=1 << 14)
def _two_colors(pair: int) -> Style:
    # As `Style(color=Color.from_rgb(...), ...)`, in a quarter of the time: photographs have thousands of pairs.
    triplets = (ColorTriplet(rgb >> 16, rgb >> 8 & 255, rgb & 255) for rgb in (pair >> 24, pair & 0xFFFFFF))
    return Style.from_color(*(Color("", ColorType.TRUECOLOR, None, triplet) for triplet in triplets))


def _shaded(pixels: Pixels) -> list[Line]:
    gray = pixels.astype(np.float32) @ np.array(
        [0.299, 0.587, 0.114], np.float32
    )  # luma of ITU-R BT.601, as Pillow's "L"
    cells = (gray[::2] + gray[1::2]) / 2
    levels = np.minimum((cells * len(SHADES) / 255).astype(int), len(SHADES) - 1)
    return [[Segment("".join(SHADES[level] for level in row))] for row in levels.tolist()]
