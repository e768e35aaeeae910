"""What one can do with the list of runs."""

from __future__ import annotations

from tuiml.tui.actions.action import RUNS, Action

ACTIONS: dict[str, Action] = {
    "open_run": Action("Open this run", "its curves, live or as they ended", "enter", "Open", (RUNS,), first=True),
    "refresh": Action("Read the list again", "look for new runs on disk", "r", "Refresh", (RUNS,)),
}
