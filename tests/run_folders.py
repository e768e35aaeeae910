"""Run folders as a runner leaves them, written in milliseconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuiml import events
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import EventLog
from tuiml.tasks.recipes import build_recipe


def write_run(
    runs_dir: Path, epochs: int = 3, status: str = "finished", name: str = "", sets: tuple[str, ...] = (), **more: Any
) -> RunFolder:
    """Make the folder of a run on digits of so many epochs, best at 2, and an end; `sets` are fields of its recipe."""
    folder = launch.prepare(build_recipe("digits", sets=sets), runs_dir, name, by="test", **more)
    folder.lock.touch()  # a runner was here
    log = EventLog(folder.events)
    log.append(events.RunStarted(folder.id, "digits", 12, 32, 0, 1, "host"))
    log.append(events.ModelReady(["output (10,) 650"], 650, "mse", ["accuracy"], 2, "cpu"))
    for epoch in range(1, epochs + 1):
        log.append(events.EpochStarted(epoch, 0.001))
        log.append(events.BatchEnded(epoch, 2, 2, {"loss": 1.0}))
        metrics = {"loss": 1 / epoch, "val_loss": 0.2 + abs(epoch - 2), "val_accuracy": 0.5 + epoch / 100}
        log.append(events.EpochEnded(epoch, metrics, 0.5, 0.001))
    if status in ("finished", "stopped", "failed"):
        log.append(events.Evaluated("test", {"loss": 0.3, "accuracy": 0.9}))
        log.append(events.RunEnded(status, "by wish", 2, 3.0, "no memory" if status == "failed" else None))
    log.close()
    return folder
