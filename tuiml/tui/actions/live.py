"""What one can do with the run on show."""

from __future__ import annotations

from tuiml.tui.actions.action import LIVE, Action

ACTIONS: dict[str, Action] = {
    "pause": Action("Pause", "stand still between two batches", "space", "Pause", (LIVE,)),
    "resume": Action("Resume", "go on after a pause, a stop or a crash", "space", "Resume", (LIVE,)),
    "stop": Action("Stop and keep", "finish the batch, save, evaluate what there is", "s", "Stop", (LIVE,)),
    "add_epochs": Action(
        "Add 5 epochs",
        "go on for five epochs more than planned; a run that ended is taken up again",
        "plus,equals_sign",
        "More",
        (LIVE,),
    ),
    "switch_chart": Action(
        "Switch the chart", "loss or metric, where there is no room for both", "tab,c", "Chart", (LIVE,)
    ),
    "show_log": Action("Show the log", "what the runner and its libraries print", "l", "Log", (LIVE,)),
}
