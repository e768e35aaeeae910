"""Several runs' curves in one chart: each a color and a letter of its own, the best one of a task starred."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.text import Text

from tuiml import folds
from tuiml.draw import axes
from tuiml.draw.chart import ABOVE, BELOW, CURSOR, Layout, Line, chart, style_of
from tuiml.draw.heading import ONE_LINE
from tuiml.draw.legend import fitted, modes
from tuiml.draw.numbers import figure, rises
from tuiml.draw.run_lines import metric_name, penalized, series
from tuiml.draw.series import smooth, thin
from tuiml.draw.view import Clock, View
from tuiml.state import RunState
from tuiml.text import clean

MOST = 8
"""Runs that one chart can hold; colors and letters are no more."""
COLORS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#0072b2", "#f0e442", "#999999")
"""Okabe and Ito's palette, with gray for its black, which a dark terminal hides."""
LETTERS = "ABCDEFGH"
_NAMES = (32, 20, 12, 6, 0)
"""Cells of a name in a legend, the longest form first."""
_STRETCH = 4.0
"""How much lines that are out of sight may stretch the axis."""
_LEGEND_SHARE = 4  # of a chart's height at most a quarter is legend


@dataclass(frozen=True)
class _Curve:
    """A run's line with the epochs and the values it was measured at; `note` says what it is where it is not validation.

    `live` are runs that may still be measured.
    """

    name: str
    line: Line
    epochs: Sequence[float]
    values: Sequence[float]
    note: str = ""
    task: str = ""
    live: bool = True


def overlay(
    runs: Sequence[tuple[str, RunState]],
    which: str,
    width: int,
    height: int,
    view: View | None = None,
    *,
    train: bool = False,
    plain: bool = False,
) -> Text:
    """Return the validation curves of up to `MOST` runs under a legend with each one's best, exactly `width` by `height`.

    A run without validation shows its training curve, one of k folds the mean of its folds; the legend says so. Of the view,
    log, smoothing, time, window, total, baseline and cursor hold; with a cursor the legend has the values at its epoch.
    `train` adds training curves, dashed. Never raises.
    """
    view, shown = view or View(), list(runs)[:MOST]
    states = [state for _, state in shown]
    metric = metric_name(states[0], which) if states else which
    curves = [_curve(number, name, state, metric, view) for number, (name, state) in enumerate(shown)]
    dim = [_training(number, state, metric, view) for number, state in enumerate(states)] if train else []
    lines = [line for line in [*dim, *(curve.line for curve in curves)] if line.x]
    layout = _layout(lines, states, metric, view)
    lines = [_within(line, *(layout.x_limits or (-math.inf, math.inf)), width) for line in lines]
    values = [y for line in lines for y in line.y]
    robust = None if view.log else _readable(lines)
    layout = replace(layout, y_limits=robust or ((min(values), max(values)) if values else None))
    above = Text(end="")
    if height >= ONE_LINE and width >= 1:
        title = _title(states, metric, view, train)
        if robust is not None:
            high = max(values) > robust[1]
            title += f"  {ABOVE if high else BELOW} goes on to {figure(max(values) if high else min(values))}"
        above = _legend(curves, title, metric, view, len(runs), width, height, plain)
    return above.append_text(chart(lines, width, height - above.plain.count("\n"), layout, plain=plain))


def _title(states: Sequence[RunState], metric: str, view: View, train: bool) -> str:
    penalty = " + penalty" if any(penalized(state, metric, view) for state in states) else ""
    cursor = f"  {CURSOR} epoch {view.cursor}" if view.cursor is not None else ""
    return f"val_{metric}{penalty}{modes(view)}{'  ⠒ ⠒ train' if train else ''}{cursor}"


def _curve(number: int, name: str, state: RunState, metric: str, view: View) -> _Curve:
    note, clock = "", Clock(state.history, view.time)
    epochs, values = series(state.history, f"val_{metric}", View(), clock, penalized(state, metric, view))
    if state.plan is not None:
        note, (numbers, values, _) = "mean of folds", folds.mean_curve(state.folds, f"val_{metric}")
        epochs = [float(number) for number in numbers]
    elif not epochs:
        note, (epochs, values) = "train", series(state.history, metric, View(), clock)
    places = [clock.at(epoch) for epoch in epochs] if state.plan is None or not view.time else []
    smoothed = smooth(values, view.factor, epochs)[: len(places)]
    line = Line(name, places, smoothed, "braille", COLORS[number], tag=LETTERS[number])
    return _Curve(name, line, epochs, values, note, state.task, state.live)


def _training(number: int, state: RunState, metric: str, view: View) -> Line:
    x, y = series(state.history, metric, view, Clock(state.history, view.time), penalized(state, metric, view))
    return Line("train", x, y, "braille", COLORS[number], faint=True, dashed=True)


def _layout(lines: Sequence[Line], states: Sequence[RunState], metric: str, view: View) -> Layout:
    last = max((x for line in lines for x in line.x[-1:]), default=2.0)
    levels = {state.baseline.get(metric) for state in states} if view.baseline else set()
    level = levels.pop() if len(levels) == 1 else None
    cursor = None
    if view.cursor is not None and lines:
        longest = max(states, key=lambda state: len(state.history))
        cursor = Clock(longest.history, view.time).at(view.cursor)
    return Layout(
        x_label="time" if view.time else "epoch",
        log=view.log,
        time=view.time,
        x_limits=view.limits or (0.0 if view.time else 1.0, max(last, 1e-9 if view.time else 2.0)),
        cursor=cursor,
        level=level,
        level_label="" if level is None else f"baseline {figure(level)}",
    )


def _readable(lines: Sequence[Line]) -> tuple[float, float] | None:
    """Return limits that leave a few extreme values out, but no line altogether that is near; None where all can be shown."""
    values = [y for line in lines for y in line.y]
    limits = axes.readable(values)
    if limits is None:
        return None
    low, high = limits
    spans = sorted(
        ((min(line.y), max(line.y)) for line in lines if line.y), key=lambda span: max(low - span[1], span[0] - high)
    )
    for least, most in spans:  # the nearest first: one that diverged would make lines of all others flat
        wider = min(low, most), max(high, least)
        if wider[1] - wider[0] <= _STRETCH * (limits[1] - limits[0]):
            low, high = wider
    return (low, high) if low > min(values) or high < max(values) else None


def _within(line: Line, low: float, high: float, width: int) -> Line:
    pairs = [(x, y) for x, y in zip(line.x, line.y, strict=True) if low <= x <= high and math.isfinite(y)]
    x, y = thin([x for x, _ in pairs], [y for _, y in pairs], max(width, 1))
    return replace(line, x=x, y=y)


def _legend(
    curves: Sequence[_Curve], title: str, metric: str, view: View, runs: int, width: int, height: int, plain: bool
) -> Text:
    """Return the lines above the chart: as many as are needed, at most a quarter of its height; what does not fit is counted."""
    most = max(height // _LEGEND_SHARE, 1)
    for names in _NAMES:
        rows = _packed(Text(title, "" if plain else "bold"), _entries(curves, metric, view, names, plain), width)
        if len(rows) <= most:
            break
    hidden = runs - sum(len(row) for row in rows[:most]) + 1
    text = Text(end="", no_wrap=True)
    for number, row in enumerate(rows[:most], 1):
        more = [Text(f"+{hidden} more")] if hidden and number == min(most, len(rows)) else []
        text.append_text(fitted(Text("  ").join([*more, *row]), width))
    return text


def _packed(title: Text, entries: Sequence[Text], width: int) -> list[list[Text]]:
    rows = [[title]]
    for entry in entries:
        if sum(piece.cell_len + 2 for piece in rows[-1]) + entry.cell_len > width:
            rows.append([])
        rows[-1].append(entry)
    return rows


def _entries(curves: Sequence[_Curve], metric: str, view: View, names: int, plain: bool) -> list[Text]:
    found = [_told(curve, metric, view) for curve in curves]
    known = [value for value, _ in found if value is not None]
    alike = len({curve.task for curve in curves}) == 1
    top = (max if rises(metric) else min)(known) if len(known) > 1 and alike else None
    entries = []
    for curve, (value, words) in zip(curves, found, strict=True):
        star = " ★" if top is not None and value == top else ""
        name = f" {clean(curve.name, names)}" if names else ""
        note = f" ({curve.note})" if curve.note and names > _NAMES[-2] else ""
        style = "" if plain else style_of(curve.line, plain)
        entries.append(Text.assemble((curve.line.tag, style), f"{name}{note} {words}{star}"))
    return entries


def _told(curve: _Curve, metric: str, view: View) -> tuple[float | None, str]:
    """Return a run's best value, or the one at the cursor, and the words for it."""
    pairs = [(value, epoch) for epoch, value in zip(curve.epochs, curve.values, strict=True) if math.isfinite(value)]
    if view.cursor is not None:
        value = next((value for value, epoch in pairs if epoch == view.cursor), None)
        return value, "–" if value is None else figure(value)
    if not pairs:
        return None, "nothing yet" if curve.live else "not measured"
    value, epoch = max(pairs, key=lambda pair: pair[0]) if rises(metric) else min(pairs, key=lambda pair: pair[0])
    return value, f"{figure(value)} at {epoch:.0f}"
