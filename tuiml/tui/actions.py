"""The one table of actions: what each is called, what it does, its keys and where it works. Keys, footer, palette and help are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

SETUP, LIVE, DARKROOM, RUNS = "setup", "live", "darkroom", "runs"
SCREENS = (SETUP, LIVE, DARKROOM, RUNS)


@dataclass(frozen=True)
class Action:
    """One thing a user can do; `label` is its short name in the footer, empty when it is not shown there.

    `keys` are as Textual names them, separated by commas; the first is shown. Screens have a method `action_NAME` for
    each of theirs, the app for those that work everywhere.
    """

    title: str
    help: str
    keys: str = ""
    label: str = ""
    screens: tuple[str, ...] = SCREENS


ACTIONS: dict[str, Action] = {
    "train": Action("Train", "start the recipe shown on the form", "ctrl+r", "Train"),
    "preview": Action(
        "Preview the data", "real training rows; pictures beside their augmented selves", "ctrl+o", "Preview", (SETUP,)
    ),
    "copy_command": Action(
        "Copy the command",
        "the shell command that does the same as this screen's recipe",
        "ctrl+y",
        "Copy",
        (SETUP, LIVE),
    ),
    "undo": Action(
        "Undo", "bring back the form as it was before another task or recipe was loaded", "ctrl+z", "", (SETUP,)
    ),
    "reset_field": Action("Reset this field", "back to the task's default value", "f4", "", (SETUP,)),
    "reset_form": Action("Reset the whole form", "back to the task's default recipe", "", "", (SETUP,)),
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
    "next_draw": Action(
        "Next draw",
        "the same pictures as the next epoch draws them; offline, their next copies",
        "n",
        "Next draw",
        (DARKROOM,),
    ),
    "previous_draw": Action(
        "Previous draw",
        "the same pictures as the epoch before drew them; offline, the copies before",
        "p",
        "Previous",
        (DARKROOM,),
    ),
    "next_pictures": Action("Next pictures", "other rows of the training data", "right", "Others", (DARKROOM,)),
    "previous_pictures": Action("Previous pictures", "rows further up in the training data", "left", "", (DARKROOM,)),
    "open_run": Action("Open this run", "its curves, live or as they ended", "enter", "Open", (RUNS,)),
    "refresh": Action("Read the list again", "look for new runs on disk", "r", "Refresh", (RUNS,)),
    "back": Action("Back", "to the form; whatever runs goes on", "escape,b", "Back", (LIVE, DARKROOM, RUNS)),
    "runs": Action("Runs", "all runs on disk, live and finished", "ctrl+l", "Runs", (SETUP, LIVE)),
    "help": Action("Help", "the keys of this screen", "f1", "Help"),
    "change_theme": Action("Theme", "change the colors"),
    "screenshot": Action("Screenshot", "save this screen as an SVG picture"),
    "quit": Action("Quit", "leave the app; asks first when a run is alive", "ctrl+q", "Quit"),
}

_APP = ("train", "back", "runs", "help", "change_theme", "screenshot", "quit")
"""Actions of the app, whatever the screen."""

_UNSHOWN = {("train", LIVE), ("train", RUNS), ("copy_command", LIVE), ("runs", LIVE)}
"""Not in the footer there, for want of room at 80 columns."""

_BEFORE_WIDGETS = {"open_run"}
"""Asked before the widget in focus, whose own binding of the key would keep it out of the footer."""

_PLAIN_KEYS = {"help": "question_mark", "quit": "q"}
"""Single letters for the screens on which nothing is typed."""


def available(screen: str) -> dict[str, Action]:
    """Return the actions that work on a screen, by name, in the table's order."""
    return {name: action for name, action in ACTIONS.items() if screen in action.screens}


def bindings(screen: str) -> list[Binding]:
    """Return the key bindings of a screen. Letters are bound only where nothing is typed, so typing is never intercepted."""
    found = []
    for name, action in available(screen).items():
        keys = action.keys if screen == SETUP or name not in _PLAIN_KEYS else f"{action.keys},{_PLAIN_KEYS[name]}"
        if keys:
            show = bool(action.label) and (name, screen) not in _UNSHOWN
            label, first = action.label or action.title, name in _BEFORE_WIDGETS
            found.append(Binding(keys, target(name), label, show=show, tooltip=action.help, priority=first))
    return found


def shown_key(action: Action) -> str:
    """Return an action's first key as help and palette write it."""
    names = {"plus": "+", "escape": "esc", "question_mark": "?", "right": "→", "left": "←"}
    first = action.keys.partition(",")[0]
    return names.get(first, first)


def target(name: str) -> str:
    """Return an action as Textual addresses it: the app's own, or the screen's."""
    return f"app.{name}" if name in _APP else name
