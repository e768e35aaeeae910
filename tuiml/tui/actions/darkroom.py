"""What one can do with the pictures and rows on show, and with the steps that augment them."""

from __future__ import annotations

from tuiml.tui.actions.action import DARKROOM, Action

_HERE = (DARKROOM,)

ACTIONS: dict[str, Action] = {
    "add_step": Action("Add a step", "one of all operations, with what they do and take", "a", "Add", _HERE),
    "add_keyword": Action(
        "ImageDataGenerator's arguments", "change or add the step that such an argument means", "i", "", _HERE
    ),
    "mute_step": Action("Mute", "leave the chosen step out of the recipe, but keep it here", "m", "", _HERE),
    "solo": Action("Solo", "show the chosen step alone, as it draws among the others", "o", "Solo", _HERE),
    "ends": Action(
        "Extremes", "the least and the most of the chosen parameter's range, side by side", "x", "Ends", _HERE
    ),
    "spread": Action("Range", "turn the two ends of a parameter's range one by one, or as one number", "r", "", _HERE),
    "step_up": Action("Move up", "do the chosen step earlier", "left_square_bracket,shift+up", "", _HERE),
    "step_down": Action("Move down", "do the chosen step later", "right_square_bracket,shift+down", "", _HERE),
    "remove_step": Action("Remove", "take the chosen step out", "delete,d", "", _HERE),
    "undo_edit": Action("Undo", "take the last change of the steps back", "u,ctrl+z", "", _HERE),
    "edit_grammar": Action("Type the grammar", "all steps as text; enter takes it, esc does not", "g", "", _HERE),
    "next_draw": Action(
        "Next draw",
        "the same pictures as the next epoch draws them; offline, their next copies",
        "n",
        "Draw",
        _HERE,
    ),
    "previous_draw": Action(
        "Previous draw",
        "the same pictures as the epoch before drew them; offline, the copies before",
        "p",
        "",
        _HERE,
    ),
    "next_pictures": Action("Next pictures", "other rows of the training data", "full_stop,right", "More", _HERE),
    "previous_pictures": Action("Previous pictures", "rows further up in the training data", "comma,left", "", _HERE),
    "enlarge": Action("Larger pictures", "fewer of them, with all of their pixels; or many again", "z", "", _HERE),
    "switch_pane": Action(
        "Other pane", "steps, pictures (with a cursor), what was drawn, grammar", "tab", "Pane", _HERE
    ),
}
