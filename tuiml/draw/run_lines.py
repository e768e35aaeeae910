"""The lines of one run: what a View asks for, as series of a RunState."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from tuiml.draw.chart import AXES, TRAIN, VALIDATION, Color, Line
from tuiml.draw.series import smooth
from tuiml.draw.view import Clock, View
from tuiml.folds import Epoch
from tuiml.state import RunState

_PLENTY = 6000
"""Batches that are looked at; of more every n-th: they are a cloud, whose shape does not change."""
_ENOUGH = 600
"""Honest measurements that are looked at: they are drawn as single points, far fewer than these."""
HONEST = "honest train"


def metric_name(state: RunState, which: str) -> str:
    """Return the metric meant: "metric" is the model's first; any other word is the metric's own name."""
    return (state.metric or "metric") if which == "metric" else which


def penalized(state: RunState, name: str, view: View) -> bool:
    """Whether the loss is to be shown with what L1 and L2 add to it, and they do."""
    return view.total and name == "loss" and bool(state.history) and "penalty" in state.history[-1].metrics


def value(epoch: Epoch, name: str, total: bool = False) -> float | None:
    """Return a metric of an epoch, None where it has none; with `total`, the loss with the penalty added."""
    found = epoch.metrics.get(name)
    if found is None or not total:
        return found
    return found + epoch.metrics.get(name.replace("loss", "penalty"), 0.0)


def lines_of(state: RunState, which: str, view: View | None = None) -> list[Line]:
    """Return what a view shows of one metric, from the bottom up: each batch, ghost, train, validation, honest train.

    Train is dots, validation a thin line: where its loss turns is what one looks for. Before the first epoch has ended: the
    loss batch by batch, or the metric's running mean.
    """
    view, name = view or View(), metric_name(state, which)
    if not state.history:
        return _beginning(state, name)
    clock, total = Clock(state.history, view.time), penalized(state, name, view)
    found = [
        *(_batches(state, clock) if view.batches and name == "loss" and not total else ()),
        *(_ghost(view, name) if view.ghost is not None else ()),
        _line("train", state.history, name, view, clock, total, "dot", TRAIN),
        _line("validation", state.history, f"val_{name}", view, clock, total, "braille", VALIDATION),
        *(_honest(state, name, view, clock) if view.honest and not total else ()),
    ]
    return [line for line in found if line.x]


def series(
    history: Iterable[Epoch], name: str, view: View, clock: Clock, total: bool = False
) -> tuple[list[float], list[float]]:
    """Return places and values of a metric, smoothed as the view asks; epochs without it are left out."""
    known = [epoch for epoch in history if name in epoch.metrics]
    numbers = [float(epoch.number) for epoch in known]
    values = [epoch.metrics[name] for epoch in known]
    if total:
        penalty = name.replace("loss", "penalty")
        values = [loss + epoch.metrics.get(penalty, 0.0) for loss, epoch in zip(values, known, strict=True)]
    if view.factor:
        values = smooth(values, view.factor, numbers)
    return [clock.at(number) for number in numbers] if view.time else numbers, values


def _line(
    label: str,
    history: Sequence[Epoch],
    name: str,
    view: View,
    clock: Clock,
    total: bool,
    marker: str,
    color: Color,
) -> Line:
    return Line(label, *series(history, name, view, clock, total), marker, color)


def _beginning(state: RunState, name: str) -> list[Line]:
    if name == "loss" and state.batch_losses:
        x, y = zip(*_sparse(state.batch_losses), strict=True)
        return [Line("train, each batch", x, y, "dot", TRAIN)]
    if name in state.metrics:
        done = max(state.epoch - 1, 0) + state.step / max(state.steps, 1)
        return [Line("train, running mean", [done], [state.metrics[name]], "dot", TRAIN)]
    return []


def _batches(state: RunState, clock: Clock) -> list[Line]:
    pairs = _sparse(state.batch_losses)
    places = [clock.at(done) for done, _ in pairs]
    return [Line("each batch", places, [loss for _, loss in pairs], "·", AXES, joined=False, faint=True)]


def _sparse(pairs: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    return pairs[:: -(-len(pairs) // _PLENTY)] if pairs else pairs


def _ghost(view: View, name: str) -> list[Line]:
    ghost = view.ghost
    if ghost is None or not ghost.history:
        return []
    label, clock, total = view.ghost_name or "ghost", Clock(ghost.history, view.time), penalized(ghost, name, view)
    x, y = series(ghost.history, f"val_{name}", view, clock, total)
    if not x:
        label, (x, y) = f"{label}, train", series(ghost.history, name, view, clock, total)
    return [Line(label, x, y, "braille", AXES, faint=True, dashed=True)]


def _honest(state: RunState, name: str, view: View, clock: Clock) -> list[Line]:
    every = -(-len(state.measured) // _ENOUGH) or 1
    pairs = [
        (clock.at(one.epoch), found)
        for one in state.measured[::-1][::every][::-1]
        if (found := one.metrics.get(name)) is not None and math.isfinite(found)
    ]
    return [Line(HONEST, [x for x, _ in pairs], [y for _, y in pairs], "○", TRAIN, joined=False)]
