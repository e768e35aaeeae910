"""A task on paper: what is known of it, the balance of its classes, its columns, and a few of its rows."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import wrap

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

from tuiml.draw.pictures import SHADES, Pixels, half_blocks
from tuiml.text import clean, clean_lines

WIDEST = 120
"""Cells beyond which lines are tiring to read."""
_LABEL = 12
_PICTURE = 18
"""Cells across a sample picture: four fit 80 columns, and a picture of 32 pixels can still be made out."""
_GAP = 2
_MOST_CLASSES = 20
_MOST_COLUMNS = 24
_ROWS = 22
"""Cells of a column's line that are not for its name and values: the gaps between, and some of what its rows hold."""
_ASCII_SHADES = str.maketrans(SHADES, " .:+#")


def listing(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Text:
    """Return a line per row under a line of headers; where they are wider than `width`, the second column gives way."""
    lines = [headers, *rows]
    widths = [max(cell_len(clean(line[place])) for line in lines) for place in range(len(headers))]
    others = sum(widths) - widths[1] + _GAP * (len(widths) - 1)
    widths[1] = min(widths[1], max(width - others, 8))
    gap = " " * _GAP
    drawn = [gap.join(_padded(clean(cell), wide) for cell, wide in zip(line, widths, strict=True)) for line in lines]
    return _joined([Text(line.rstrip(), "dim" if not number else "") for number, line in enumerate(drawn)])


def headline(name: str, title: str, width: int) -> Text:
    """Return name and title on one line."""
    line = Text.assemble((clean(name), "bold"), "  ", clean(title), end="\n")
    line.truncate(width, overflow="ellipsis")
    return line


def facts(pairs: Sequence[tuple[str, str]], width: int) -> Text:
    """Return "label  value" lines at most `width` cells wide; a value that is longer goes on below, empty ones are left out."""
    lines = []
    for label, value in pairs:
        told = clean_lines(value).split("\n")
        pieces = [piece for line in told for piece in _wrapped(line, width - _LABEL)]
        for number, piece in enumerate(pieces):
            head = clean(label) if not number else ""
            lines.append(Text.assemble((_padded(_cut(head, _LABEL - 1), _LABEL), "bold"), piece))
    return _joined(lines)


def balance(counts: Mapping[str, Mapping[str, int]], width: int, ascii: bool = False) -> Text:
    """Return a line per class: its name, a bar of its training rows, and its rows in each split.

    Of many classes, the largest.
    """
    splits = list(next(iter(counts.values()), {}))
    if not splits:
        return Text()
    ordered = sorted(counts, key=lambda name: -counts[name][splits[0]]) if len(counts) > _MOST_CLASSES else list(counts)
    shown = ordered[:_MOST_CLASSES]
    names = [_cut(clean(name), max(width // 4, 8)) for name in shown]
    room = max(cell_len(name) for name in names)
    widths = [max(len(split), *(len(f"{counts[name][split]:,}") for name in shown)) for split in splits]
    longest = max(width - room - sum(widths) - _GAP * (len(widths) + 1), 1)
    most = max(max(counts[name][splits[0]] for name in shown), 1)
    gap = " " * _GAP
    header = [f"{split:>{wide}}" for split, wide in zip(splits, widths, strict=True)]
    lines = [Text(gap.join([" " * room, " " * longest, *header]), "dim")]
    for full, name in zip(shown, names, strict=True):
        rows = counts[full][splits[0]]
        bar = ("#" if ascii else "█") * (max(round(longest * rows / most), 1) if rows else 0)
        cells = [f"{counts[full][split]:>{wide},}" for split, wide in zip(splits, widths, strict=True)]
        lines.append(Text.assemble(_padded(name, room) + gap, (f"{bar:<{longest}}", "cyan"), gap, gap.join(cells)))
    if len(ordered) > len(shown):
        rest = [counts[name][splits[0]] for name in ordered[len(shown) :]]
        lines.append(Text(f"and {len(rest)} more, of {max(rest):,} down to {min(rest):,} rows", "dim"))
    return _joined(lines)


def spread(least: float | None, mean: float | None, most: float | None) -> str:
    """Return "0.0063 .. 88.98, mean 3.745"; of nothing, "no values"."""
    if least is None:
        return "no values"
    return f"{number(least)} .. {number(most)}, mean {number(mean)}"


def number(value: float | None) -> str:
    """Return a cell of a table: "12", "16,512", "0.5381", "1.235e+09"; a missing one is "?"."""
    if value is None or math.isnan(value):
        return "?"
    size = abs(value)
    if size >= 1e7:
        return f"{value:.4g}"
    if size >= 1000 or value == round(value):
        return f"{value:,.0f}" if size >= 10_000 else f"{value:.0f}"  # a year has no comma
    return f"{value:.4g}"


def kinds(categories: Mapping[str, int]) -> str:
    """Return "3 kinds: red 30, blue 20, green 1", the most frequent first."""
    ordered = sorted(categories, key=lambda name: -categories[name])
    told = ", ".join(f"{clean(name, 20)} {categories[name]:,}" for name in ordered[:4])
    return f"{len(ordered)} kinds: {told}{', ...' if len(ordered) > 4 else ''}"


def columns(rows: Sequence[tuple[str, str, int, Sequence[str]]], width: int) -> Text:
    """Return a line per column of a table: (name, its values in words, missing cells, its cells in sample rows)."""
    shown = rows[:_MOST_COLUMNS]
    gaps = any(missing for _, _, missing, _ in shown)
    cells = [
        (clean(name), clean(values), f"{missing:,}" if missing else "", " | ".join(clean(cell, 12) for cell in some))
        for name, values, missing, some in shown
    ]
    table = [("column", "values", "missing" if gaps else "", "first rows"), *cells]
    names, figures, missing = (max(cell_len(line[place]) for line in table) for place in range(3))
    names = min(names, max(width // 4, 6))
    figures = min(figures, max(width - names - missing - _ROWS, width // 3, 6))
    lines = []
    for number, (name, values, empty, some) in enumerate(table):
        line = [_padded(name, names), _padded(values, figures)]
        line += [f"{empty:>{missing}}"] if gaps else []
        text = Text("  ".join([*line, some]), "dim" if not number else "")
        text.truncate(width, overflow="ellipsis")
        lines.append(text)
    if len(rows) > len(shown):
        lines.append(Text(f"and {len(rows) - len(shown)} more columns", "dim"))
    return _joined(lines)


def pictures(shown: Sequence[tuple[Pixels, str]], width: int, plain: bool = False, ascii: bool = False) -> Text:
    """Return pictures (h, w, c) uint8 with a caption under each, as many in a row as fit `width`; `plain` without colors."""
    across = max((width + _GAP) // (_PICTURE + _GAP), 1)
    lines: list[Text] = []
    for start in range(0, len(shown), across):
        drawn = [
            _lines(image, min(_PICTURE, width), plain or ascii, ascii) for image, _ in shown[start : start + across]
        ]
        captions = [Text(clean(caption)) for _, caption in shown[start : start + across]]
        for row in range(max(len(block) for block in drawn)):
            lines.append(_row([block[row] if row < len(block) else Text() for block in drawn], width))
        lines.append(_row(captions, width))
    return _joined(lines)


def texts(shown: Sequence[tuple[str, str]], width: int, most: int = 3) -> Text:
    """Return texts with a caption each, at most `most` lines of each."""
    lines = []
    for caption, text in shown:
        lines.append(Text(_cut(clean(caption), width), "bold"))
        pieces = _wrapped(clean(text, most * width), width)
        lines += [Text(piece) for piece in pieces[:most]]
    return _joined(lines)


def _lines(image: Pixels, columns: int, plain: bool, ascii: bool) -> list[Text]:
    lines = list(half_blocks(image, columns, plain=plain).split("\n"))
    return [Text(line.plain.translate(_ASCII_SHADES)) for line in lines] if ascii else lines


def _row(cells: Sequence[Text], width: int) -> Text:
    for cell in cells:
        cell.truncate(min(_PICTURE, width), overflow="ellipsis", pad=True)
    return Text(" " * _GAP).join(cells)


def _wrapped(text: str, width: int) -> list[str]:
    """Return lines of at most `width` cells; some scripts take two cells a character."""
    lines = wrap(text, max(width, 10), break_long_words=True, break_on_hyphens=False)
    return [piece for line in lines for piece in chop_cells(line, max(width, 10))]


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _padded(text: str, width: int) -> str:
    return set_cell_size(_cut(text, width), width)


def _joined(lines: Sequence[Text]) -> Text:
    return Text("\n", end="\n", no_wrap=True).join(lines)
