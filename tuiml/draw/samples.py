"""Single rows with a caption, as a person can read them: pictures in half blocks, texts in words, tables as name=value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.table import Table
from rich.text import Text

from tuiml.draw.pictures import half_blocks
from tuiml.text import clean

_ACROSS = 24  # cells of one picture
_GAP = 2


def picture_grid(pictures: Sequence[tuple[Any, str]], width: int, plain: bool = False) -> RenderableType:
    """Return pictures (h, w, c) uint8 with their captions, as many beside each other as fit `width` cells."""
    per_row = max((width + _GAP) // (_ACROSS + _GAP), 1)
    grid = Table.grid(padding=(0, _GAP, 1, 0))
    cells = [Group(_framed(image, plain), Text(clean(caption))) for image, caption in pictures]
    for _ in range(min(per_row, len(cells))):
        grid.add_column(width=_ACROSS)
    for start in range(0, len(cells), per_row):
        grid.add_row(*cells[start : start + per_row])
    return grid


def _framed(image: Any, plain: bool) -> Text:
    picture = half_blocks(image, _ACROSS, plain=plain)
    picture.end = "\n"  # the caption stands below
    return picture


def text_rows(texts: Sequence[tuple[str, str]], most: int = 300) -> RenderableType:
    """Return captions with the beginning of each text below, indented."""
    lines: list[RenderableType] = []
    for text, caption in texts:
        lines += [Text(clean(caption), style="bold"), _Indented(Text(clean(text, limit=most)))]
    return Group(*lines)


@dataclass(frozen=True)
class _Indented:
    """A text two cells from the left, which ends where its words end: rich's own padding fills every line with blanks."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        for line in self.text.wrap(console, max(options.max_width - 2, 1)):
            yield Text("  ") + line
