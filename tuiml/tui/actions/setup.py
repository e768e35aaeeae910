"""What one can do on the form."""

from __future__ import annotations

from tuiml.tui.actions.action import LIVE, SETUP, Action

ACTIONS: dict[str, Action] = {
    "preview": Action(
        "Preview the data", "real training rows; pictures beside their augmented selves", "ctrl+o", "Preview", (SETUP,)
    ),
    "copy_command": Action(
        "Copy the command",
        "the shell command that does the same as this screen's recipe",
        "ctrl+y",
        "Copy",
        (SETUP, LIVE),
        unshown=(LIVE,),
    ),
    "undo": Action(
        "Undo", "bring back the form as it was before another task or recipe was loaded", "ctrl+z", "", (SETUP,)
    ),
    "reset_field": Action("Reset this field", "back to the task's default value", "f4", "", (SETUP,)),
    "reset_form": Action("Reset the whole form", "back to the task's default recipe", "", "", (SETUP,)),
}
