"""Curves of k-fold validation: each fold, their mean with its spread, the smoothed mean, the epoch count that it suggests."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.text import Text

from tuiml import folds
from tuiml.draw.chart import MARK, TRAIN, VALIDATION, Layout, Line, chart
from tuiml.draw.folds import spread
from tuiml.draw.legend import head, modes
from tuiml.draw.numbers import figure
from tuiml.draw.series import smooth
from tuiml.draw.view import View
from tuiml.folds import Fold
from tuiml.state import RunState

EACH, SPREAD, SMOOTHED = "#8f8f8f", "#6b5320", "#cc79a7"
"""Gray of a single fold; the mean's orange, darker; reddish purple of Okabe and Ito's palette."""
_PLENTY = 600
"""Epochs of a fold that are looked at; of longer ones every n-th: more cannot be told apart, and would cost time."""

_MOST = 16
"""Folds that are drawn one by one: each takes milliseconds, and of more none can be made out."""


def lines_of(state: RunState, which: str, many: int = 1, view: View | None = None) -> list[Line]:
    """Return the curves of one validation metric ("loss", or "metric" for the model's first), those behind first.

    Each point, but for those of the smoothed curve, is a mean of `many` epochs: folds that go up and down can then be told
    apart. The view's smoothing is of the folds and their mean; the smoothed curve, which decides, is the plan's.
    """
    if state.plan is None:
        return []
    name = _name(state, which)
    shown, every = _sparse(state.folds)
    numbers, means, deviations = folds.mean_curve(shown, name)
    several, factor = len(folds.counted(shown)) > 1, view.factor if view else 0.0
    found: list[Line] = []
    if several:
        x, middle = _means(numbers, means, many)
        by = _means(numbers, deviations, many)[1]
        band = [value for mean, half in zip(middle, by, strict=True) for value in (mean - half, mean + half)]
        found.append(Line("spread", [place for place in x for _ in range(2)], band, "░", SPREAD, faint=True))
    for fold in list(shown.values())[-_MOST:]:
        values = [epoch.metrics.get(name, math.nan) for epoch in fold.history]
        x, y = _means([epoch.number for epoch in fold.history], smooth(values, factor), many)
        label = "each fold" if len(shown) <= _MOST else f"last {_MOST} folds"
        found.append(Line(label, x, y, "braille", EACH, faint=several))
    if several:
        found.append(Line("mean", *_means(numbers, smooth(means, factor), many), "dot", VALIDATION))
    left_out = folds.skipped(state.plan.skip, len(numbers) * every) // every
    curve = folds.smoothed(means, state.plan.smoothing**every, left_out)
    found.append(Line("smoothed", numbers[left_out:], curve, "hd", SMOOTHED))
    return [line for line in found if line.x]


def folds_chart(
    state: RunState, which: str, width: int, height: int, view: View | None = None, *, plain: bool = False
) -> Text:
    """Return the chart of `lines_of` under a line with the legend, exactly `width` by `height`.

    Of the view, what holds is log, smoothing and, in epochs, the window. Values of the first epochs, which are left out of the
    smoothed curve, may go on beyond the border: they would flatten all else.
    """
    view = view or View()
    planned, skip = (state.plan.epochs, state.plan.skip) if state.plan else (1, 0)
    lines = lines_of(state, which, -(-planned // max(width, 1)), view)
    suggested = state.suggested.epoch if state.suggested else None
    title = _name(state, which) + modes(view)
    above = _head(title, lines, suggested, width, plain) if height >= 5 and width >= 1 else Text(end="")
    limits = (None if view.time else view.limits) or (1.0, float(max(planned, 2)))
    layout = Layout(
        x_label="epoch",
        log=view.log,
        mark=suggested,
        x_limits=limits,
        y_limits=_limits(lines, max(folds.skipped(skip, planned), limits[0] - 1), limits[1]),
    )
    return above.append_text(chart(lines, width, height - (1 if above else 0), layout, plain=plain))


def refit_chart(
    state: RunState, which: str, width: int, height: int, view: View | None = None, *, plain: bool = False
) -> Text:
    """Return the training curve of the refit under a line with its name, exactly `width` by `height`; the view as of folds."""
    view = view or View()
    name = _name(state, which).removeprefix("val_")
    x, y = state.series(name)
    lines = [Line("train", x, smooth(y, view.factor, x), "dot", TRAIN)] if x else []
    title = f"refit {name}{modes(view)}"
    above = head(title, [(lines, "")], width, plain) if height >= 5 and width >= 1 else Text(end="")
    limits = (None if view.time else view.limits) or (1.0, float(max(state.epochs, 2)))
    layout = Layout(x_label="epoch", log=view.log, x_limits=limits)
    return above.append_text(chart(lines, width, height - (1 if above else 0), layout, plain=plain))


def _name(state: RunState, which: str) -> str:
    return f"val_{state.metric if which == 'metric' and state.metric else 'loss'}"


def _sparse(every_fold: Mapping[Any, Fold]) -> tuple[dict[Any, Fold], int]:
    """Return the folds with at most `_PLENTY` epochs each, every n-th of them, and n."""
    longest = max((len(fold.history) for fold in every_fold.values()), default=0)
    every = max(-(-longest // _PLENTY), 1)
    return {place: replace(fold, history=fold.history[::every]) for place, fold in every_fold.items()}, every


def _means(x: Sequence[float], y: Sequence[float], many: int) -> tuple[list[float], list[float]]:
    """Return means of `many` neighbors each; not finite where one of them is not."""
    groups = [(x[at : at + many], y[at : at + many]) for at in range(0, len(x), many)]
    return [sum(a) / len(a) for a, _ in groups], [sum(b) / len(b) for _, b in groups]


def _limits(lines: Sequence[Line], left_out: float, last: float) -> tuple[float, float] | None:
    pairs = (pair for line in lines for pair in zip(line.x, line.y, strict=True))
    values = [y for x, y in pairs if left_out < x <= last and math.isfinite(y)]
    return (min(values), max(values)) if values else None


def _head(name: str, lines: Sequence[Line], suggested: int | None, width: int, plain: bool) -> Text:
    """Return the line above the chart, in the longest of its forms that fits; all folds have one sample."""
    one_each = list({line.label: line for line in lines}.values())
    at = {line.label: line for line in lines}
    valued = []
    for line in one_each:
        words = line.label
        if line.label == "mean" and "spread" in at:
            words = f"mean {spread(line.y[-1], abs(at['spread'].y[-1] - line.y[-1]))}"
        elif line.label == "smoothed":
            words = f"{line.label} {figure(line.y[-1])}"
        valued.append(replace(line, label=words))
    few = [replace(line, label=_SHORT.get(line.label, line.label)) for line in one_each if line.label != "spread"]
    forms = [
        (valued, f"{MARK} suggested {suggested}"),
        (one_each, f"{MARK} suggested {suggested}"),
        (few, f"{MARK} at {suggested}"),
        (few, ""),
    ]
    return head(name, [(labelled, words if suggested else "") for labelled, words in forms], width, plain)


_SHORT = {"each fold": "folds"}
