"""Gallery: single rows with words about them: pictures in a grid, or passages of text one under the other."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from tuiml.draw.pictures import Pixels, half_blocks
from tuiml.text import clean

_ACROSS = 18
"""Cells of one picture: four fit 80 columns, and one of 32 pixels can still be made out."""
_GAP = 2


def fitting(width: int, height: int, lines: int) -> int:
    """Return how many pictures with `lines` lines of words fit `width` by `height` cells, at least one."""
    across, down = _grid(width, height, lines)
    return across * down


def gallery(
    pictures: Sequence[tuple[Pixels, Sequence[str]]], width: int, height: int, lines: int, plain: bool = False
) -> Text:
    """Return the first pictures (h, w, c) uint8 that fit, with up to `lines` lines of words each; the first line is bold."""
    across, down = _grid(width, height, lines)
    rows = max(min((height + 1) // down - lines - 1, _ACROSS), 1)
    drawn: list[Text] = []
    for start in range(0, min(len(pictures), across * down), across):
        group = pictures[start : start + across]
        blocks = [_block(image, rows, plain) for image, _ in group]
        drawn += [_line([block[row] for block in blocks]) for row in range(max(map(len, blocks)))]
        drawn += [
            _line(
                [
                    Text(_fitted(words[number] if number < len(words) else ""), "" if number else "bold")
                    for _, words in group
                ]
            )
            for number in range(lines)
        ]
        drawn.append(Text())
    return Text("\n", end="", no_wrap=True).join(drawn[:-1])


def _grid(width: int, height: int, lines: int) -> tuple[int, int]:
    across = max((width + _GAP) // (_ACROSS + _GAP), 1)
    return across, max((height + 1) // (_ACROSS // 2 + lines + 1), 1)


def _block(image: Pixels, rows: int, plain: bool) -> list[Text]:
    found = list(half_blocks(image, _ACROSS, rows, plain).split("\n"))
    for line in found:
        line.truncate(_ACROSS, pad=True)
    return found


def _line(cells: Sequence[Text]) -> Text:
    return Text(" " * _GAP).join(cells)


def _fitted(words: str) -> str:
    told = clean(words)
    return set_cell_size(told if cell_len(told) <= _ACROSS else set_cell_size(told, _ACROSS - 1) + "…", _ACROSS)


def passages(rows: Sequence[tuple[str, str]], width: int, height: int, lines: int) -> Text:
    """Return the first (caption, text) that fit: the caption bold on one line, up to `lines` lines of its text, a blank one."""
    drawn: list[Text] = []
    for caption, text in rows[: passages_fitting(height, lines)]:
        head = Text(clean(caption), "bold")
        head.truncate(width, overflow="ellipsis")
        told = (
            wrap(clean(text, lines * width), max(width - 2, 1), max_lines=max(lines, 1), placeholder=" …")
            if lines
            else []
        )
        drawn += [head, *(Text(f"  {line}") for line in told), *([Text()] if lines else [])]
    return Text("\n", end="", no_wrap=True).join(drawn[:height])


def passages_fitting(height: int, lines: int) -> int:
    """Return how many passages fit `height` lines, at least one."""
    return max((height + 1) // (lines + 2), 1) if lines else max(height, 1)
