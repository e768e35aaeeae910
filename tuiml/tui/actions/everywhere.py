"""What one can do on several screens or on all of them."""

from __future__ import annotations

from tuiml.tui.actions.action import DARKROOM, LIVE, RESULTS, REWIND, RUNS, SCREENS, Action

TRAIN: dict[str, Action] = {
    "train": Action("Train", "start the recipe shown on the form", "ctrl+r", "Train", app=True, unshown=SCREENS[1:]),
}
ACTIONS: dict[str, Action] = {
    "back": Action(
        "Back",
        "to the list of runs if one came from there, else to the form; whatever runs goes on",
        "escape,b",
        "Back",
        tuple(screen for screen in SCREENS[1:] if screen != RESULTS),  # which leads back to its run
        app=True,
    ),
    "runs": Action(
        "Runs",
        "all runs on disk, live and finished",
        "ctrl+l",
        "Runs",
        app=True,
        unshown=(LIVE, DARKROOM, RUNS, REWIND),
    ),
    "help": Action("Help", "the keys of this screen", "f1", "Help", letters="question_mark", app=True),
    "change_theme": Action("Theme", "change the colors", app=True),
    "screenshot": Action("Screenshot", "save this screen as an SVG picture", app=True),
    "quit": Action("Quit", "leave the app; asks first when a run is alive", "ctrl+q", "Quit", letters="q", app=True),
}
