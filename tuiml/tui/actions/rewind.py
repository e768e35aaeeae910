"""What one can do with a run that is gone through epoch by epoch."""

from __future__ import annotations

from tuiml.tui.actions.action import REWIND, Action

_HERE = (REWIND,)

ACTIONS: dict[str, Action] = {
    "epoch_back": Action("An epoch back", "as the run was an epoch before", "left", "Epoch", _HERE, first=True),
    "epoch_on": Action("An epoch on", "as the run was an epoch later", "right", "", _HERE, first=True),
    "ten_back": Action("Ten epochs back", "as the run was ten epochs before", "pageup", "", _HERE, first=True),
    "ten_on": Action("Ten epochs on", "as the run was ten epochs later", "pagedown", "", _HERE, first=True),
    "first_epoch": Action("To the first epoch", "as the run was after its first epoch", "home", "", _HERE, first=True),
    "last_epoch": Action(
        "To the last epoch", "as the run is now; a live run is followed", "end", "", _HERE, first=True
    ),
    "more_patience": Action(
        "More patience", "what if early stopping had waited an epoch longer?", "up", "Patience", _HERE, first=True
    ),
    "less_patience": Action(
        "Less patience", "what if early stopping had waited an epoch less?", "down", "", _HERE, first=True
    ),
    "next_pane": Action(
        "Next pane", "loss, metric, confusion matrix, where there is room for one", "tab", "Pane", _HERE
    ),
    "cut": Action("Hide what came after", "the curves up to this epoch alone, or all of them", "c", "Cut", _HERE),
    "open_here": Action(
        "Back to the run", "its curves, live or as they ended", "escape,enter", "Run", _HERE, first=True
    ),
}
