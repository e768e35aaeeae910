"""Curves as braille and dots with axes. The only importer of plotext, which rasterizes the lines and nothing else."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock

from rich.color import Color as RichColor
from rich.style import Style
from rich.text import Text

from tuiml.draw import axes
from tuiml.draw.axes import Axis
from tuiml.draw.numbers import figure
from tuiml.draw.series import finite, thin
from tuiml.state import RunState
from tuiml.text import clean

Color = str | tuple[int, int, int] | None
Limits = tuple[float, float] | None

TRAIN, VALIDATION = "#56b4e9", "#e69f00"
"""Sky blue and orange of Okabe and Ito's palette: told apart by every kind of color vision."""
MARK = "┊"
AXES = "#808080"
"""Readable on dark and on light backgrounds; bright black in 16 colors."""
_SAMPLES = {"braille": "⠒⠒⠒", "dot": "•••", "hd": "▀▀▀"}
_SHORT = {"validation": "val", "train, running mean": "train"}
_POINTS = {"braille": "◦", "dot": "•", "hd": "▪"}  # a curve of one point: one of braille's dots is overlooked
_LOCK = Lock()  # plotext draws on one figure for the whole process
_ANSI = re.compile(r"\x1b\[([0-9;]*)m")


@dataclass(frozen=True)
class Line:
    """One curve: epochs `x` ascending, values `y`; `color` is rich's.

    `marker` is one of plotext's: braille (a thin line), dot (told apart without color), hd (a thick line), or any single
    character. A curve of one point is a ◦, • or ▪.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    marker: str = "braille"
    color: Color = None


def chart(
    lines: Sequence[Line],
    width: int,
    height: int,
    *,
    title: str = "",
    x_label: str = "",
    log: bool = False,
    mark: float | None = None,
    x_limits: Limits = None,
    y_limits: Limits = None,
    plain: bool = False,
    background: Color = None,
    foreground: Color = AXES,
) -> Text:
    """Return the curves with axes as exactly `height` lines of `width` cells; never raises, whatever the numbers and the size.

    Points that are not finite are left out, with `log` also those not above zero. `mark` draws a dotted vertical line, such as at the
    best epoch. `y_limits` are values, also with `log`. `foreground` colors the axes; no `background` leaves the terminal's.
    `plain` uses no color at all. Where room is short, title and axes go before the curves do.
    """
    if width < 1 or height < 1:
        return Text("\n" * max(height - 1, 0), end="", no_wrap=True)
    shown = [_prepared(line, log) for line in lines]
    across, up = _axes(shown, log, mark, x_limits, y_limits)
    rows_of_title = 1 if title and height >= 5 else 0
    rows_of_x = 2 if height >= 4 and width >= 8 else 0
    rows = height - rows_of_title - rows_of_x
    ticks = axes.value_ticks(up, rows, log)
    gutter = max(map(len, ticks.values()), default=0) + 1
    if width < gutter + 6:
        gutter, ticks = 0, {}
    elif rows_of_x and width >= 30 and x_label:  # the corner below the labels of y holds the name of x
        gutter = max(gutter, len(x_label) + 1)
    cells = width - gutter
    axis_style, colors = _style(foreground, plain), [_style(line.color, plain) for line in shown]
    canvas = _canvas(shown, cells, rows, across, up, mark, [*colors, axis_style])
    text = Text(end="", no_wrap=True, style=Style(bgcolor=None if plain else _rich_color(background)))
    if rows_of_title:
        heading = Text(clean(title), "" if plain else "bold")
        heading.truncate(width, pad=True)
        text.append_text(heading).append("\n")
    for row, line_of_canvas in enumerate(canvas):
        if gutter:
            label = ticks.get(rows - 1 - row)
            text.append(f"{label or '':>{gutter - 1}}{'┤' if label else '│'}", axis_style)
        text.append_text(line_of_canvas)
        text.append("\n")
    if rows_of_x:
        text.append(axes.below(across, cells, gutter, x_label), axis_style)
    else:
        text.right_crop(1)
    return text


def legend(lines: Sequence[Line], mark: str = "", plain: bool = False) -> Text:
    """Return one line that says which marker is whose, and after the marker of the vertical line the words `mark`."""
    text = Text(end="", no_wrap=True)
    for line in lines:
        point, sample = _POINTS.get(line.marker, line.marker[:1]), _SAMPLES.get(line.marker, line.marker[:1] * 3)
        text.append(point if len(line.x) == 1 else sample, _style(line.color, plain)).append(f" {clean(line.label)}  ")
    if mark:
        text.append(f"{MARK} {clean(mark)}")
    text.rstrip()
    return text


def lines_of(state: RunState, which: str) -> list[Line]:
    """Return train and validation of one metric ("loss", "metric" for the model's first, or its name).

    Validation has the finer marker: where its loss turns is what one looks for.

    Before the first epoch has ended: the running mean over its batches.
    """
    name = state.metric if which == "metric" else which
    if state.history:
        drawn = [
            Line("train", *state.series(name), "dot", TRAIN),
            Line("validation", *state.series(f"val_{name}"), "braille", VALIDATION),
        ]
        return [line for line in drawn if line.x]
    running = state.batch_losses if name == "loss" else []
    if not running and name in state.metrics:
        running = [(max(state.epoch - 1, 0) + state.step / max(state.steps, 1), state.metrics[name])]
    x, y = [place for place, _ in running], [value for _, value in running]
    return [Line("train, running mean", x, y, "dot", TRAIN)] if running else []


def loss_and_metric(
    state: RunState,
    which: str,
    width: int,
    height: int,
    *,
    plain: bool = False,
    log: bool = False,
    foreground: Color = AXES,
    background: Color = None,
    x_limits: Limits = None,
) -> Text:
    """Return the chart of `lines_of` under a line with the metric's name, the legend and the best epoch, exactly `width` by `height`."""
    lines = lines_of(state, which)
    best = state.best_epoch if len(state.history) > 1 else None
    if x_limits is None and state.history:  # the first epochs draw rightwards instead of stretching at every step
        x_limits = (1.0, float(max(state.history[-1].number, min(state.epochs, 5), 2)))
    elif x_limits is None:
        x_limits = (0.0, 1.0)
    name = (state.metric or "metric") if which == "metric" else which
    above = _head(name, lines, best, width, plain) if height >= 5 and width >= 1 else Text(end="")
    body = chart(
        lines,
        width,
        height - (1 if above else 0),
        x_label="epoch",
        log=log,
        mark=best,
        x_limits=x_limits,
        plain=plain,
        foreground=foreground,
        background=background,
    )
    return above.append_text(body)


def _head(name: str, lines: Sequence[Line], best: int | None, width: int, plain: bool) -> Text:
    """Return the line above a chart: with last values where there is room, without, with short words."""
    valued = [replace(line, label=f"{line.label} {figure(line.y[-1])}") for line in lines]
    short = [replace(line, label=_SHORT.get(line.label, line.label)) for line in lines]
    forms = [
        (valued, f"best epoch {best}"),
        (lines, f"best epoch {best}"),
        (lines, f"best {best}"),
        (short, f"best {best}"),
        (short, ""),
    ]
    return head(name, [(labelled, words if best else "") for labelled, words in forms], width, plain)


def head(name: str, forms: Sequence[tuple[Sequence[Line], str]], width: int, plain: bool) -> Text:
    """Return a name and a legend in one line of `width` cells: the first of its `forms`, (lines, words of the mark), that fits."""
    for lines, words in forms:
        text = Text.assemble((clean(name), "" if plain else "bold"), "  ", end="", no_wrap=True)
        text.append_text(legend(lines, words, plain) if lines else Text("nothing to draw yet"))
        if text.cell_len <= width:
            break
    text.truncate(width, overflow="ellipsis", pad=True)
    return text.append("\n")


def _prepared(line: Line, log: bool) -> Line:
    x, y = finite(line.x, line.y)
    if log:
        above = [(a, math.log10(b)) for a, b in zip(x, y, strict=True) if b > 0]
        x, y = [a for a, _ in above], [b for _, b in above]
    return Line(line.label, x, y, line.marker, line.color)


def _axes(
    lines: Sequence[Line], log: bool, mark: float | None, x_limits: Limits, y_limits: Limits
) -> tuple[Axis, Axis]:
    marked = [mark] if mark is not None and math.isfinite(mark) else []
    across = axes.x_axis([x for line in lines for x in line.x] + marked, x_limits)
    seen = [y for line in lines for x, y in zip(line.x, line.y, strict=True) if across.low <= x <= across.high]
    return across, axes.y_axis(seen, _log_limits(y_limits) if log else y_limits)


def _log_limits(limits: Limits) -> Limits:
    if limits is None or not all(0 < limit < math.inf for limit in limits):
        return None
    return math.log10(limits[0]), math.log10(limits[1])


def _canvas(
    lines: Sequence[Line], cells: int, rows: int, across: Axis, up: Axis, mark: float | None, styles: Sequence[Style]
) -> list[Text]:
    """Return `rows` lines of `cells` cells; the last of `styles` is the mark's."""
    import plotext

    with _LOCK:
        plotext.clear_figure()
        plotext.limit_size(False, False)
        plotext.plot_size(cells, rows)
        plotext.frame(False)
        plotext.xfrequency(0)
        plotext.yfrequency(0)
        plotext.xlim(0, 1)
        plotext.ylim(0, 1)
        plotext.canvas_color("default")
        plotext.axes_color("default")
        if mark is not None and math.isfinite(mark) and across.low <= mark <= across.high:
            plotext.scatter(
                [across.place(mark)] * rows,
                [row / max(rows - 1, 1) for row in range(rows)],
                marker=MARK,
                color=len(styles) - 1 + 16,
            )
        for number, line in enumerate(lines):
            x, y = _visible(line, cells, across, up)
            if len(x) == 1:
                plotext.scatter(x, y, marker=_POINTS.get(line.marker, line.marker), color=16 + number)
            elif x:
                plotext.plot(x, y, marker=line.marker, color=16 + number)
        drawn = plotext.build()
        plotext.clear_figure()
    found = [_styled(row, cells, styles) for row in drawn.split("\n")[:rows]]
    return found + [Text(" " * cells)] * (rows - len(found))


def _visible(line: Line, cells: int, across: Axis, up: Axis) -> tuple[list[float], list[float]]:
    """Return what plotext gets: from 0 to 1, thinned; values beyond the limits run along the border."""
    inside = [(x, y) for x, y in zip(line.x, line.y, strict=True) if across.low <= x <= across.high]
    x, y = thin([a for a, _ in inside], [b for _, b in inside], cells)
    return [across.place(a) for a in x], [min(max(up.place(b), 0.0), 1.0) for b in y]


def _styled(row: str, cells: int, styles: Sequence[Style]) -> Text:
    """Turn plotext's codes into styles: the palette number of a line is its own number plus 16."""
    text, style, end = Text(), Style.null(), 0
    for found in _ANSI.finditer(row):
        text.append(row[end : found.start()], style)
        code, end = found.group(1), found.end()
        style = styles[int(code.rpartition(";")[2]) - 16] if code.startswith("38;5;") else Style.null()
    text.append(row[end:], style)
    text.truncate(cells, overflow="crop", pad=True)
    return text


def _style(color: Color, plain: bool) -> Style:
    return Style() if plain or color is None else Style(color=_rich_color(color))


def _rich_color(color: Color) -> RichColor | None:
    if color is None:
        return None
    return RichColor.parse(color) if isinstance(color, str) else RichColor.from_rgb(*color)
