"""Entry: one run as lists, filters and orders of runs know it."""

# ruff: noqa: A002 - `id` is what it is
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from tuiml.folds import spreads
from tuiml.state import LIVE, RunState

_ID = re.compile(r"(\d{8}-\d{6})-(?!.*-\d+$).*")
"""Time and task; those of one task begun within a second differ in a number at the end."""


@dataclass(frozen=True)
class Entry:
    """One run as lists, filters and sorting see it.

    `best` is the validation metric at the best epoch (of folds the mean), `test` that of the final weights. `metrics` are
    all results by name: `val_*` at the best epoch as in `best`, the others as `RunState.results`. `folds` are ("3/12 folds") while
    folds train, else empty. `recipe` holds the fields of recipe.toml, nested. Times are in seconds, `started` since 1970.
    """

    id: str
    name: str = ""
    note: str = ""
    origin: str = ""
    task: str = ""
    status: str = "preparing"
    reason: str = ""
    error: str = ""
    epochs: int = 0
    planned: int = 0
    folds: str = ""
    best_epoch: int | None = None
    metric: str = ""
    best: float | None = None
    test: float | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    parameters: int = 0
    seconds: float = 0.0
    started: float = 0.0
    recipe: dict[str, Any] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether the run has a runner."""
        return self.status in LIVE

    @property
    def title(self) -> str:
        """The run's name, else its short id."""
        return self.name or short(self.id)

    @classmethod
    def of(cls, id: str, env: Mapping[str, Any], state: RunState, recipe: dict[str, Any], t: float, now: float) -> Self:
        """Return what lists tell of a run in this state at the time `now`; `env` are the fields of env.json, `t` is when the folder was made."""
        told = {name: str(env.get(name) or "") for name in ("name", "note", "origin")}
        metric = state.metric or "loss"
        metrics = _metrics(state)
        return cls(
            id,
            **told,
            task=state.task or str(recipe.get("task") or ""),
            status=state.status,
            reason=state.reason,
            error=state.error,
            epochs=len(state.history),
            planned=state.epochs,
            folds=_folds(state),
            best_epoch=state.best_epoch,
            metric=metric,
            best=metrics.get(f"val_{metric}"),
            test=state.test.get(metric),
            metrics=metrics,
            parameters=state.parameters,
            seconds=round(state.elapsed(now), 3),
            started=state.started or t,
            recipe=recipe,
        )


def short(id: str) -> str:
    """Return a run's id without the task: "20260131-120000", by which it is found too."""
    found = _ID.fullmatch(id)
    return found[1] if found else id


def at_best(state: RunState) -> tuple[int | None, dict[str, float]]:
    """Return a run's best epoch and the validation metrics there; of folds the suggested one, and their means."""
    if state.plan is not None:
        at = state.suggested.epoch if state.suggested else None
        return at, {name: spread["mean"] for name, spread in spreads(state.folds, at).items()}
    metrics = next((epoch.metrics for epoch in state.history if epoch.number == state.best_epoch), {})
    return state.best_epoch, {name: value for name, value in metrics.items() if name.startswith("val_")}


def _metrics(state: RunState) -> dict[str, float]:
    told = {name: value["mean"] if isinstance(value, dict) else value for name, value in state.results().items()}
    return told | at_best(state)[1]


def _folds(state: RunState) -> str:
    if state.plan is None or not (state.folding or not state.plan.refit):
        return ""
    done = sum(fold.status != "running" for fold in state.folds.values())
    return f"{done}/{state.plan.models} folds"
