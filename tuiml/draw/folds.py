"""K-fold validation in words and rows: how many networks, each fold's figures, their mean and spread, what they suggest. Loads no plotext."""

# ruff: noqa: A002 - `ascii` says best what the parameter asks for
from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from tuiml import folds
from tuiml.draw.numbers import duration, figure, status
from tuiml.folds import Fold
from tuiml.state import RunState
from tuiml.text import clean


def networks(k: int, repeats: int, refit: bool) -> str:
    """Return how many networks k-fold validation trains, in words."""
    many = f"{k * repeats} networks ({repeats} x {k} folds)" if repeats > 1 else f"{k} networks, one for each fold"
    return f"{many}{', then the refit on all training rows' if refit else ''}"


def judged(state: RunState) -> str:
    """Return the validation metric that decides the epoch count."""
    return state.suggested.metric if state.suggested else folds.judged(state.metric_names)


def spread(mean: float, deviation: float, ascii: bool = False) -> str:
    """Return a mean with its standard deviation, "2.4512 ± 0.2100"."""
    return f"{figure(mean)} {'+-' if ascii else '±'} {figure(deviation)}"


def planned(state: RunState) -> str:
    """Return what the plan is: networks, epochs, rows, and how long it is going to take; empty without folds."""
    plan = state.plan
    if plan is None:
        return ""
    together = "side by side" if plan.stacked else "one after another"
    about = f", about {duration(plan.seconds, whole=True)}" if plan.seconds else ""
    many = networks(plan.k, plan.repeats, plan.refit)
    return f"{many}: {plan.epochs:,} epochs each on {plan.rows:,} rows, {together}{about}"


def suggestion(state: RunState, ascii: bool = False) -> str:
    """Return the epoch count that the folds suggest, and why; empty before it is known."""
    found = state.suggested
    if found is None:
        return ""
    failed = f"; {found.failed} of the folds failed" if found.failed else ""
    epochs = f"{found.epoch:,} epoch{'s' if found.epoch != 1 else ''}"
    mean = spread(found.mean, found.spread, ascii)
    return f"{epochs}: smoothed {clean(found.metric)} {figure(found.value)}, mean {mean}{failed}"


def now(state: RunState) -> str:
    """Return what trains now: "fold 3 of 12", "4 of 12 folds at once", "refit"; empty without folds."""
    if state.plan is None:
        return ""
    if not state.folding:
        return "refit" if state.plan.refit else ""
    running = [place for place, fold in state.folds.items() if fold.status == "running"]
    if len(running) > 1:
        every = len(running) == state.plan.models
        return f"{'all ' if every else ''}{len(running)}{'' if every else f' of {state.plan.models}'} folds at once"
    at = _places(state).index(running[0]) + 1 if running else min(len(state.folds) + 1, state.plan.models)
    return f"fold {at} of {state.plan.models}"


def ended(state: RunState) -> str:
    """Return how many folds are done, failed ones too, of how many: "3/12 folds"."""
    done = sum(fold.status != "running" for fold in state.folds.values())
    return f"{done}/{state.plan.models if state.plan else 0} folds"


def figures(state: RunState, names: Sequence[str], ascii: bool = False) -> list[tuple[str, str]]:
    """Return (epoch, mean and spread of the metrics called `names`): at the folds' last epoch, and where they suggest to stop."""
    last = max((len(fold.history) for fold in state.folds.values()), default=0)
    found = [(last, folds.spreads(state.folds))]
    if state.suggested and state.suggested.epoch != last:
        found.append((state.suggested.epoch, folds.spreads(state.folds, state.suggested.epoch)))
    rows = []
    for epoch, spreads in found:
        words = [
            f"{clean(name)} {spread(spreads[name]['mean'], spreads[name]['std'], ascii)}"
            for name in names
            if name in spreads
        ]
        rows += [(f"epoch {epoch:,}", ", ".join(words))] if words else []
    return rows


def reached(state: RunState, parts: int) -> int:
    """Return how many of `parts` equal parts of all the folds' epochs are done; of folds side by side those all of them have."""
    if state.plan is None:
        return 0
    running = [len(fold.history) for fold in state.folds.values() if fold.status == "running"]
    done = (len(state.folds) - len(running)) * state.plan.epochs + len(running) * min(running, default=0)
    return done * parts // (state.plan.models * state.plan.epochs)


def epochs_asked(state: RunState) -> int:
    """Return how many epochs the recipe of this run would have, with those added: of folds, the refit has others."""
    return state.plan.epochs if state.plan else state.epochs


def name(state: RunState, fold: Fold) -> str:
    """Return which fold it is: "fold 3/4", with repeats "repeat 2/3 fold 3/4"."""
    k, repeats = (state.plan.k, state.plan.repeats) if state.plan else (0, 1)
    return (f"repeat {fold.repeat}/{repeats} " if repeats > 1 else "") + f"fold {fold.number}/{k}"


def fold_line(state: RunState, fold: Fold) -> str:
    """Return a fold that has ended as one plain line for a log."""
    if fold.status == "failed":
        return f"{name(state, fold)}  failed: {clean(fold.error)}"
    values = [
        f"{clean(metric)} {figure(fold.metrics[metric])}" for metric in validation(state) if metric in fold.metrics
    ]
    lowest, at = _lowest(fold, judged(state))
    best = f"lowest {judged(state)} {figure(lowest)} at epoch {at}" if at else ""
    return "  ".join(part for part in (f"{name(state, fold)}  done", *values, best) if part)


def epoch_line(state: RunState, ascii: bool = False) -> str:
    """Return how far the folds that train now are as one plain line for a log: their mean at the last epoch, the metric's spread."""
    running = {place: fold for place, fold in state.folds.items() if fold.status == "running" and fold.history}
    at = min((len(fold.history) for fold in running.values()), default=0)
    found, names = folds.spreads(running), validation(state)
    several = len(running) > 1
    values = [
        f"{clean(metric)} {spread(value['mean'], value['std'], ascii) if several and metric == names[-1] else figure(value['mean'])}"
        for metric in names
        if (value := found.get(metric))
    ]
    who = f"{len(running)} folds" if several else "".join(name(state, fold) for fold in running.values())
    eta = state.eta()
    ends = [f"eta {duration(eta, whole=True)}"] if eta else []
    return "  ".join([who, f"epoch {at}/{state.plan.epochs if state.plan else 0}", *values, *ends])


def fold_cells(state: RunState, ascii: bool = False) -> tuple[list[str], list[list[str]]]:
    """Return headers and rows: each fold's metrics at its last epoch and the lowest of the judged one, then mean and spread."""
    names, metric = validation(state), judged(state)
    shown = [state.folds[place] for place in _places(state) if place in state.folds]
    headers = ["fold", "status", "epochs", *map(clean, names), f"lowest {clean(metric)}", "at epoch"]
    rows = [_cells(state, fold, names, metric, ascii) for fold in shown]
    known = folds.spreads(state.folds)
    lowest = [value for fold in folds.counted(state.folds) if math.isfinite(value := _lowest(fold, metric)[0])]
    if len(lowest) > 1:
        ends = [statistics.fmean(lowest), statistics.pstdev(lowest)]
        for at, (label, key) in enumerate((("mean", "mean"), ("spread", "std"))):
            cells = [figure(known[name][key]) if name in known else "" for name in names]
            rows.append([label, "", "", *cells, figure(ends[at]), ""])
    return headers, rows


def fold_lines(state: RunState, ascii: bool = False) -> list[str]:
    """Return the cells of `fold_cells` as lines that stand in columns, the headers first."""
    headers, rows = fold_cells(state, ascii)
    widths = [max(len(cell) for cell in column) for column in zip(headers, *rows, strict=True)]
    return ["  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in (headers, *rows)]


def _places(state: RunState) -> list[folds.Place]:
    k, repeats = (state.plan.k, state.plan.repeats) if state.plan else (0, 0)
    return [(repeat, fold) for repeat in range(1, repeats + 1) for fold in range(1, k + 1)]


def validation(state: RunState) -> list[str]:
    """Return the names of the validation metrics that are told of folds: of the loss, and of the metric beside it."""
    return ["val_loss", *([f"val_{state.metric}"] if state.metric else [])]


def _cells(state: RunState, fold: Fold, names: list[str], metric: str, ascii: bool) -> list[str]:
    last = fold.history[-1].metrics if fold.history else fold.metrics
    lowest, at = _lowest(fold, metric)
    label = f"{fold.repeat}.{fold.number}" if state.plan and state.plan.repeats > 1 else f"{fold.number}"
    planned = f"/{state.plan.epochs}" if state.plan and fold.status == "running" else ""
    values = [figure(last.get(name)) for name in names]
    best = [figure(lowest), f"{at}"] if at else ["", ""]
    return [label, status(fold.status, ascii), f"{len(fold.history)}{planned}", *values, *best]


def _lowest(fold: Fold, metric: str) -> tuple[float, int]:
    """Return the lowest finite value of a metric and its epoch; (nan, 0) where there is none."""
    values = [(epoch.metrics.get(metric, math.nan), epoch.number) for epoch in fold.history]
    return min(((value, at) for value, at in values if math.isfinite(value)), default=(math.nan, 0))
