"""What one can do on the form."""

from __future__ import annotations

from tuiml.tui.actions.action import LIVE, SETUP, Action

ACTIONS: dict[str, Action] = {
    "presets": Action(
        "Presets", "the task's named recipes, and what each of them changes on the form", "f2", "Presets", (SETUP,)
    ),
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
    "explain": Action(
        "Explain this field",
        "what it is, when to use it, what is usual, what one will see on the curve",
        "question_mark",
        "",
        (SETUP,),
        first=True,
    ),
    "summary": Action("Summary of the data", "rows, balance of classes, source, some of the rows", "f5", "", (SETUP,)),
    "find_field": Action("Go to a field", "find it by name", "ctrl+f", "", (SETUP,), first=True),
    "next_group": Action("Next group", "to the first field of the next group", "ctrl+down", "", (SETUP,)),
    "previous_group": Action("Group before", "to the first field of the group before", "ctrl+up", "", (SETUP,)),
    "save_recipe": Action("Save the recipe", "into a file, for --recipe and for others", "ctrl+s", "", (SETUP,)),
    "load_recipe": Action("Load a recipe", "from a file here, or from a run", "f3", "", (SETUP,)),
    "undo": Action(
        "Undo",
        "bring back what loading a recipe, or resetting a field, took away",
        "ctrl+z",
        "",
        (SETUP,),
    ),
    "reset_field": Action("Reset this field", "back to the task's default value", "f4", "", (SETUP,)),
    "reset_form": Action("Reset the whole form", "back to the task's default recipe", "", "", (SETUP,)),
}
