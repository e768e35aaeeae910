"""A chart: lines and guides on a canvas with axes, as a block of text of exactly the size asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rich.color import Color as RichColor
from rich.style import Style
from rich.text import Text

from tuiml.draw import axes, raster
from tuiml.draw.axes import Axis
from tuiml.draw.raster import Cell, Layer
from tuiml.draw.series import finite, thin
from tuiml.text import clean

Color = str | tuple[int, int, int] | None
Limits = tuple[float, float] | None

TRAIN, VALIDATION = "#56b4e9", "#e69f00"
"""Sky blue and orange of Okabe and Ito's palette: told apart by every kind of color vision."""
AXES = "#808080"
"""Readable on dark and on light backgrounds; bright black in 16 colors."""
MARK, CURSOR, LEVEL, ZONE, ABOVE, BELOW = "┊", "│", "┄", "╱", "▲", "▼"
_POINTS = {"braille": "◦", "dot": "•", "hd": "▪"}  # a curve of one point: one of braille's dots is overlooked
_BESIDE = 0.5  # how far outside of the canvas points are drawn at most, so that a line leaves it as steep as it is
_TAG_EVERY = 14

Painted = dict[Cell, tuple[str, int]]
"""{cell: (character, number of its style)}."""


@dataclass(frozen=True)
class Line:
    """One curve: epochs or seconds `x` ascending, values `y`; `color` is rich's.

    `marker` is braille (a thin line), dot (told apart without color), hd (a thick line), or any single character. A curve of
    one point is a ◦, • or ▪. Where lines meet they show by turns; one that is not `joined` is points on top of them, and a
    `faint` one lies beneath, may be `dashed`, and does not ask for room. `tag` is a letter put on the line now and then.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    marker: str = "braille"
    color: Color = None
    joined: bool = True
    faint: bool = False
    dashed: bool = False
    tag: str = ""


@dataclass(frozen=True)
class Layout:
    """What is in a chart beside its lines.

    `x_limits` and `y_limits` are values, also with `log`, the logarithmic axis; with `time` x is in seconds. Beneath the lines
    are `mark`, dotted, and `cursor` at an x, and `level`, dotted, at a y with its label. Right of the x `zone`, what lies
    between the first two joined lines is hatched.
    """

    title: str = ""
    x_label: str = ""
    log: bool = False
    time: bool = False
    x_limits: Limits = None
    y_limits: Limits = None
    mark: float | None = None
    cursor: float | None = None
    level: float | None = None
    level_label: str = ""
    zone: float | None = None


@dataclass(frozen=True)
class Frame:
    """Where the canvas lies in a chart of some size: columns of labels left of it, its cells and rows, axes, labels of y."""

    gutter: int
    cells: int
    rows: int
    across: Axis
    up: Axis
    ticks: dict[int, str]
    title: bool
    below: bool


def chart(
    lines: Sequence[Line],
    width: int,
    height: int,
    layout: Layout | None = None,
    *,
    plain: bool = False,
    background: Color = None,
    foreground: Color = AXES,
) -> Text:
    """Return the curves with axes as exactly `height` lines of `width` cells; never raises, whatever the numbers and the size.

    Points that are not finite are left out, on a logarithmic axis also those not above zero; a ▲ or ▼ at the border says where
    a line goes on outside of the limits. `foreground` colors the axes; no `background` leaves the terminal's. `plain` uses no
    color at all. Where room is short, title and axes go before the curves do.
    """
    if width < 1 or height < 1:
        return Text("\n" * max(height - 1, 0), end="", no_wrap=True)
    layout = layout or Layout()
    shown = [_prepared(line, layout.log) for line in lines]
    found = _frame(shown, width, height, layout)
    grey = _style(foreground, plain)
    styles = [*(_style(line.color, plain) for line in shown), grey, Style.null()]
    text = Text(end="", no_wrap=True, style=Style(bgcolor=None if plain else _rich_color(background)))
    if found.title:
        heading = Text(clean(layout.title), "" if plain else "bold")
        heading.truncate(width, pad=True)
        text.append_text(heading).append("\n")
    for number, row in enumerate(_rows(_painted(shown, found, layout), found, styles)):
        if found.gutter:
            label = found.ticks.get(found.rows - 1 - number)
            text.append(f"{label or '':>{found.gutter - 1}}{'┤' if label else '│'}", grey)
        text.append_text(row).append("\n")
    if found.below:
        text.append(axes.below(found.across, found.cells, found.gutter, layout.x_label, layout.time), grey)
    else:
        text.right_crop(1)
    return text


def frame(lines: Sequence[Line], width: int, height: int, layout: Layout) -> Frame:
    """Return where things lie in a chart of these lines, at least one cell wide and high."""
    return _frame([_prepared(line, layout.log) for line in lines], width, height, layout)


def _frame(shown: Sequence[Line], width: int, height: int, layout: Layout) -> Frame:
    marked = [x for x in (layout.mark, layout.cursor) if x is not None and math.isfinite(x)]
    across = axes.x_axis([x for line in shown for x in line.x] + marked, layout.x_limits, layout.time)
    asking = [line for line in shown if not line.faint] or shown
    seen = [y for line in asking for x, y in zip(line.x, line.y, strict=True) if across.low <= x <= across.high]
    up = axes.y_axis(seen, _exponents(layout.y_limits) if layout.log else layout.y_limits)
    title, below = bool(layout.title and height >= 5), height >= 4 and width >= 8
    rows = height - title - 2 * below
    ticks = axes.value_ticks(up, rows, layout.log)
    gutter = max(map(len, ticks.values()), default=0) + 1
    if width < gutter + 6:
        gutter, ticks = 0, {}
    elif below and width >= 30 and layout.x_label:  # the corner below the labels of y holds the name of x
        gutter = max(gutter, len(layout.x_label) + 1)
    return Frame(gutter, width - gutter, rows, across, up, ticks, title, below)


def _prepared(line: Line, log: bool) -> Line:
    """Return the line with its finite points alone, of `log` the exponents of ten of what is above zero."""
    x, y = finite(line.x, line.y)
    if log:
        above = [(a, math.log10(b)) for a, b in zip(x, y, strict=True) if b > 0]
        x, y = [a for a, _ in above], [b for _, b in above]
    return replace(line, x=x, y=y)


def sample(line: Line) -> str:
    """Return what a legend shows of a line."""
    if line.tag:
        return clean(line.tag)[:1]
    point = _POINTS.get(line.marker, line.marker[:1])
    if len(line.x) == 1 or not line.joined:
        return point
    many = {"braille": "⠒⠒⠒", "dot": "•••", "hd": "▀▀▀"}.get(line.marker, line.marker[:1] * 3)
    return f"{many[0]} {many[0]}" if line.dashed else many


def style_of(line: Line, plain: bool) -> Style:
    """Return the color of a line, or none."""
    return _style(line.color, plain)


def _painted(lines: Sequence[Line], frame: Frame, layout: Layout) -> Painted:
    """Return what is in each cell, from the bottom up: zone, level, mark, cursor, faint lines, lines, points, labels."""
    grey = len(lines)
    layers = [_layer(line, frame) for line in lines]
    full = [number for number, line in enumerate(lines) if line.joined and not line.faint]
    painted: Painted = {}
    if layout.zone is not None and len(full) >= 2 and layout.zone <= frame.across.high:
        first = frame.across.cell(max(layout.zone, frame.across.low), frame.cells) + 1
        hatched = raster.between(layers[full[0]], layers[full[1]], first)
        painted |= {(row, column): (ZONE, grey) for row, column in hatched if (2 * row + column) % 4 == 0}
    painted |= _guides(frame, layout, grey)
    for number, line in enumerate(lines):
        if line.faint:
            painted |= {cell: (character, number) for cell, character in layers[number].items()}
    turns = raster.by_turns([layers[number] for number in full])
    painted |= {cell: (layers[full[who]][cell], full[who]) for cell, who in turns.items()}
    for number, line in enumerate(lines):
        if not line.joined and not line.faint:
            painted |= {cell: (character, number) for cell, character in layers[number].items()}
    painted |= _tags(lines, layers, frame)
    for number in full:
        painted |= {cell: (character, number) for cell, character in _beyond(lines[number], frame).items()}
    return painted | _level_label(painted, frame, layout, grey)


def _layer(line: Line, frame: Frame) -> Layer:
    inside = [(x, y) for x, y in zip(line.x, line.y, strict=True) if frame.across.low <= x <= frame.across.high]
    x, y = thin([a for a, _ in inside], [b for _, b in inside], frame.cells)
    left = [frame.across.place(a) for a in x]
    high = [min(max(frame.up.place(b), -_BESIDE), 1 + _BESIDE) for b in y]
    marker = _POINTS.get(line.marker, line.marker) if len(x) == 1 or not line.joined else line.marker
    cells = raster.layer(left, high, frame.cells, frame.rows, marker, line.joined)
    return raster.dashed(cells) if line.dashed else cells


def _guides(frame: Frame, layout: Layout, grey: int) -> Painted:
    painted: Painted = {}
    row = _level_row(frame, layout)
    if row is not None:
        painted |= {(row, column): (LEVEL, grey) for column in range(frame.cells)}
    for x, character, number in ((layout.mark, MARK, grey), (layout.cursor, CURSOR, grey + 1)):
        if x is not None and frame.across.low <= x <= frame.across.high:
            column = frame.across.cell(x, frame.cells)
            painted |= {(row, column): (character, number) for row in range(frame.rows)}
    return painted


def _level_row(frame: Frame, layout: Layout) -> int | None:
    """Return the row of the level, None where there is none or it is out of sight."""
    level = layout.level
    if level is None or (layout.log and not 0 < level < math.inf):
        return None
    level = math.log10(level) if layout.log else level
    return frame.rows - 1 - frame.up.cell(level, frame.rows) if frame.up.low <= level <= frame.up.high else None


def _tags(lines: Sequence[Line], layers: Sequence[Layer], frame: Frame) -> Painted:
    """Return the letters on the lines, each line's in columns of its own, and one at its end."""
    tagged = [number for number, line in enumerate(lines) if line.tag]
    every, painted = max(_TAG_EVERY, 2 * len(tagged)), Painted()
    for place, number in enumerate(tagged):
        columns = {column: row for row, column in layers[number]}
        start = 2 + place * every // len(tagged)
        wanted = [column for column in range(start, frame.cells, every) if column in columns] or sorted(columns)[-1:]
        painted |= {(columns[column], column): (lines[number].tag, number) for column in wanted}
    return painted


def _beyond(line: Line, frame: Frame) -> Layer:
    """Return the marks at the upper and lower border where a line goes on outside."""
    found: Layer = {}
    for x, y in zip(line.x, line.y, strict=True):
        if frame.across.low <= x <= frame.across.high and not frame.up.low <= y <= frame.up.high:
            up = y > frame.up.high
            found[0 if up else frame.rows - 1, frame.across.cell(x, frame.cells)] = ABOVE if up else BELOW
    return found


def _level_label(painted: Painted, frame: Frame, layout: Layout, grey: int) -> Painted:
    """Return the words of the level on its line or the one beside it, as far right as no curve is; nothing where none fit."""
    words, at = f" {clean(layout.level_label, 40)} ", _level_row(frame, layout)
    if at is None or not words.strip():
        return {}
    for row in (at, at - 1, at + 1):
        for first in range(frame.cells - len(words), -1, -1):
            place = [(row, column) for column in range(first, first + len(words))]
            if 0 <= row < frame.rows and all(painted.get(cell, (LEVEL, grey))[0] in _BLANK for cell in place):
                return {cell: (character, grey) for cell, character in zip(place, words, strict=True)}
    return {}


_BLANK = (LEVEL, ZONE)


def _rows(painted: Painted, frame: Frame, styles: Sequence[Style]) -> list[Text]:
    """Return the canvas row by row. An empty cell is of the color before it: every change of color is bytes to the terminal."""
    rows: list[Text] = []
    for row in range(frame.rows):
        cells, number = [], len(styles) - 1
        for column in range(frame.cells):
            character, number = painted.get((row, column), (" ", number))
            cells.append((number, character))
        runs = groupby(cells, lambda cell: cell[0])
        rows.append(Text.assemble(*(("".join(each for _, each in run), styles[key]) for key, run in runs)))
    return rows


def _exponents(limits: Limits) -> Limits:
    if limits is None or not all(0 < limit < math.inf for limit in limits):
        return None
    return math.log10(limits[0]), math.log10(limits[1])


def _style(color: Color, plain: bool) -> Style:
    return Style() if plain or color is None else Style(color=_rich_color(color))


def _rich_color(color: Color) -> RichColor | None:
    if color is None:
        return None
    return RichColor.parse(color) if isinstance(color, str) else RichColor.from_rgb(*color)
