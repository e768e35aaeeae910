"""A run's curves with what they mean: best epoch, patience, gap, baseline, ghost, and the values under a cursor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from tuiml.draw import axes
from tuiml.draw import chart as charts
from tuiml.draw.chart import AXES, Color, Layout, Limits
from tuiml.draw.chart import TRAIN as TRAIN
from tuiml.draw.chart import VALIDATION as VALIDATION
from tuiml.draw.chart import Line as Line
from tuiml.draw.chart import chart as chart
from tuiml.draw.heading import heading
from tuiml.draw.legend import legend as legend
from tuiml.draw.numbers import figure
from tuiml.draw.run_lines import lines_of, metric_name
from tuiml.draw.series import thin
from tuiml.draw.view import Clock, nearest
from tuiml.draw.view import View as View
from tuiml.state import RunState

_APART = 6
"""Cells from one single point to the next at least: the lines under them shall be seen."""
_STRETCH, _FAR = 1.5, 4.0
"""How much the baseline and all of a ghost may stretch the axis, and how much a ghost's later half, which is what one compares with."""


@dataclass(frozen=True)
class _Plan:
    lines: list[Line]
    above: Text
    height: int
    layout: Layout


def loss_and_metric(
    state: RunState,
    which: str,
    width: int,
    height: int,
    view: View | None = None,
    *,
    plain: bool = False,
    foreground: Color = AXES,
    background: Color = None,
) -> Text:
    """Return a run's curves under their name, legend and facts, exactly `width` by `height`; never raises.

    `which` is "loss", "metric" for the model's first, or a metric's name. With a cursor, the values at its epoch take the
    place of the facts, or in a low chart that of the legend. Values are as they were measured, also where curves are smoothed.
    """
    found = _plan(state, which, width, height, view or View(), plain)
    body = chart(
        found.lines, width, found.height, found.layout, plain=plain, foreground=foreground, background=background
    )
    return found.above.append_text(body)


def epoch_at(
    state: RunState, which: str, width: int, height: int, column: int, view: View | None = None
) -> tuple[int, float] | None:
    """Return the epoch under a column of the picture of `loss_and_metric`, and the place on x; None beside the canvas."""
    view = view or View()
    if not state.history or width < 1 or height < 1:
        return None
    found = _plan(state, which, width, height, view, True)
    frame = charts.frame(found.lines, width, found.height, found.layout)
    if not 0 <= column - frame.gutter < frame.cells:
        return None
    place, clock = frame.across.value(column - frame.gutter, frame.cells), Clock(state.history, view.time)
    return min(state.history, key=lambda epoch: abs(clock.at(epoch.number) - place)).number, place


def _plan(state: RunState, which: str, width: int, height: int, view: View, plain: bool) -> _Plan:
    name, lines, clock = metric_name(state, which), lines_of(state, which, view), Clock(state.history, view.time)
    best = state.best_epoch if len(state.history) > 1 else None
    pointed = nearest(state.history, view.cursor) if view.cursor is not None else None
    level = state.baseline.get(name) if view.baseline and lines else None
    zone = view.overfits if view.gap else None
    time = view.time and bool(state.history)
    layout = Layout(
        x_label="time" if time else "epoch",
        log=view.log,
        time=time,
        x_limits=_x_limits(state, view, lines, clock),
        mark=None if best is None else clock.at(best),
        cursor=None if pointed is None else clock.at(pointed.number),
        level=level,
        level_label="" if level is None else f"baseline {figure(level)}",
        zone=None if zone is None else clock.at(zone),
    )
    drawn = [_in_sight(line, layout.x_limits, width) for line in lines]
    layout = replace(layout, y_limits=_y_limits(drawn, layout))
    lines = [_placed(line, inside, layout.y_limits) for line, inside in zip(lines, drawn, strict=True)]
    above = heading(state, name, view, lines, drawn, layout, width, height, plain)
    return _Plan(drawn, above, height - above.plain.count("\n"), layout)


def _placed(line: Line, drawn: Line, limits: Limits) -> Line:
    """Return a ghost that is out of sight with the mark of where it is."""
    low, high = limits or (-math.inf, math.inf)
    if not line.dashed or not drawn.y or (min(drawn.y) <= high and max(drawn.y) >= low):
        return line
    return replace(line, label=f"{line.label} {charts.ABOVE if min(drawn.y) > high else charts.BELOW}")


def _in_sight(line: Line, limits: Limits, width: int) -> Line:
    """Return the line with no more points than can be told apart: what is done to each is then no matter of how many there are."""
    low, high = limits or (-math.inf, math.inf)
    inside = [(x, y) for x, y in zip(line.x, line.y, strict=True) if low <= x <= high and math.isfinite(y)]
    x, y = [a for a, _ in inside], [b for _, b in inside]
    if not line.joined and not line.faint:  # single points lie on top of the lines, which shall be seen between them
        every = -(-len(x) // max(width // _APART, 1)) or 1
        return replace(line, x=x[::-1][::every][::-1], y=y[::-1][::every][::-1])
    x, y = thin(x, y, width)
    return replace(line, x=x, y=y)


def _x_limits(state: RunState, view: View, lines: Sequence[Line], clock: Clock) -> Limits:
    if view.limits is not None and state.history:
        return view.limits
    if not state.history:
        return 0.0, 1.0
    low = 0.0 if view.time or any(line.label == "each batch" for line in lines) else 1.0
    last = float(max(state.history[-1].number, min(state.epochs, 5), 2))  # the first epochs draw rightwards
    return low, clock.at(last)


def _y_limits(lines: Sequence[Line], layout: Layout) -> Limits:
    """Return limits without the few values that would squeeze all others, with baseline and ghost where they are near."""

    def scaled(values: Sequence[float]) -> list[float]:
        return [math.log10(y) for y in values if y > 0] if layout.log else list(values)

    main = scaled([y for line in lines if not line.faint for y in line.y])
    if not main:
        return None
    low, high = axes.readable(main) or (min(main), max(main))
    level = [layout.level] if layout.level is not None and math.isfinite(layout.level) else []
    ghost = [y for line in lines if line.dashed for y in line.y]
    for more, most in ((level, _STRETCH), (ghost, _STRETCH), (ghost[len(ghost) // 2 :], _FAR)):
        wider = min([low, *scaled(more)]), max([high, *scaled(more)])
        if wider[1] - wider[0] <= most * (high - low):
            low, high = wider
    return (_power(low), _power(high)) if layout.log else (low, high)


def _power(exponent: float) -> float:
    return math.pow(10.0, min(max(exponent, -307.0), 308.0))  # as far as floats go
