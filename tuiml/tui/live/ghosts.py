"""Ghosts: the runs on disk that can be a reference under another run's curves. Reads logs: call it from a thread."""

from __future__ import annotations

from dataclasses import dataclass

from tuiml import recipe
from tuiml.draw.numbers import rises
from tuiml.errors import TuimlError
from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import Run
from tuiml.state import RunState
from tuiml.tui.curves.condense import Condensed

_MOST = 200
"""Runs of a task, the newest, among which the best is looked for."""


@dataclass(frozen=True)
class Ghost:
    """A reference: its run's id, why it is one ("origin", "before", "best"), what it is called, and what its log says."""

    id: str
    why: str
    name: str
    state: RunState


def origin(folder: RunFolder) -> Ghost | None:
    """Return the run that this one varies, if it is still on disk and has curves."""
    wanted = folder.origin()
    if not wanted or "/" in wanted:
        return None
    return _ghost(RunFolder(folder.path.parent / wanted), "origin")


def references(folder: RunFolder) -> list[Ghost]:
    """Return the run's origin, the run of the same task before it, and the best finished one, each once, where there is one."""
    task = _task(folder)
    others = [other for other in store.folders(folder.path.parent) if other.id != folder.id and _task(other) == task]
    before = next((other for other in others if other.id < folder.id), None)
    found: dict[str, Ghost] = {}
    for ghost in (origin(folder), _ghost(before, "before") if before else None, _best(others[:_MOST])):
        if ghost:
            found.setdefault(ghost.id, ghost)
    return list(found.values())


def _ghost(folder: RunFolder, why: str) -> Ghost | None:
    return _called(store.read(folder), why)


def _called(run: Run, why: str) -> Ghost | None:
    """Return a run as a ghost, a long one condensed; None for one without curves, and for folds: they have no single curve."""
    if not run.state.history or run.state.plan is not None:
        return None
    return Ghost(run.folder.id, why, run.name or run.folder.id, Condensed().view(run.state))


def _best(folders: list[RunFolder]) -> Ghost | None:
    """Return the finished run with the best validation metric at its best epoch; all of one task share the metric's name."""
    scored = []
    for folder in folders:
        run = store.read(folder)
        name = f"val_{run.state.metric}"
        epoch = run.state.best_epoch
        if run.state.status == "finished" and run.state.plan is None and epoch is not None:
            value = next(one.metrics.get(name) for one in run.state.history if one.number == epoch)
            if value is not None:
                scored.append((-value if rises(name) else value, run))
    return _called(min(scored, key=lambda pair: pair[0])[1], "best") if scored else None


def _task(folder: RunFolder) -> str:
    try:
        return str(recipe.from_toml(folder.recipe.read_text(encoding="utf-8"), str(folder.recipe)).get("task", ""))
    except (OSError, ValueError, TuimlError):
        return ""
