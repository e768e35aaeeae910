"""Runs side by side: the fields in which their recipes differ, and what each came to. Pure, for screen and command alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuiml.coach.diagnosis import diagnose
from tuiml.draw.folds import ended
from tuiml.entry import at_best
from tuiml.fields import Recipe
from tuiml.gap import last_gap, rises
from tuiml.knobs import KNOBS, as_text, get
from tuiml.runs.store import Run
from tuiml.state import RunState


@dataclass(frozen=True)
class Row:
    """A field in which recipes differ: its dotted path, its title, and its value in each, as a form would show it."""

    path: str
    title: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What a run came to.

    `metric` is what it is judged by: the model's first, else the loss. `value` is that on the validation rows at the epoch
    `best` of lowest validation loss, of k folds their mean at the suggested one; `loss` the validation loss there. `test` and
    `test_loss` are of the weights the run ends with. `gap` is the loss's at its last epoch, `seconds` what training has taken,
    `verdict` the coach's word, or empty. What is not known is None.
    """

    run: str
    name: str
    task: str
    status: str
    epochs: str
    metric: str
    best: int | None
    loss: float | None
    value: float | None
    test: float | None
    test_loss: float | None
    gap: float | None
    seconds: float
    parameters: int
    verdict: str


def differences(recipes: Sequence[Recipe]) -> list[Row]:
    """Return the fields in which at least one of the recipes differs from another, in the form's order; early stopping is one."""
    rows = []
    for path, knob in KNOBS.items():
        if not path.startswith("early_stopping."):
            values = tuple(get(recipe, path) for recipe in recipes)
            if any(value != values[0] for value in values):
                rows.append(Row(path, knob.title, tuple(as_text(value) for value in values)))
    return rows


def results(runs: Sequence[Run]) -> list[Result]:
    """Return what each run came to, in their order."""
    return [_result(run) for run in runs]


def leaders(found: Sequence[Result]) -> tuple[int, ...]:
    """Return which of the results are best: by validation loss where all have one, else by the metric; several where equal.

    Nobody leads among runs of different tasks or metrics, and among fewer than two that have a value.
    """
    by_loss = all(result.loss is not None for result in found)
    values = [result.loss if by_loss else result.value for result in found]
    known = [value for value in values if value is not None and math.isfinite(value)]
    if len(known) < 2 or len({(result.task, result.metric) for result in found}) > 1:
        return ()
    best = max(known) if not by_loss and rises(found[0].metric) else min(known)
    return tuple(number for number, value in enumerate(values) if value == best)


def _result(run: Run) -> Result:
    state = run.state
    metric = state.metric or "loss"
    best, validation = at_best(state)
    of_folds = state.plan is not None and (state.folding or not state.plan.refit)
    return Result(
        run.folder.id,
        run.name,
        state.task,
        state.status,
        ended(state) if of_folds else f"{len(state.history)}/{state.epochs}",
        metric,
        best,
        validation.get("val_loss"),
        validation.get(f"val_{metric}"),
        state.test.get(metric),
        state.test.get("loss"),
        last_gap(state, "loss"),
        state.elapsed(state.last),
        state.parameters,
        _verdict(state),
    )


def _verdict(state: RunState) -> str:
    verdict = diagnose(state)
    return verdict.kind if verdict is not None else ""
