"""What one can do with the pictures and rows on show."""

from __future__ import annotations

from tuiml.tui.actions.action import DARKROOM, Action

ACTIONS: dict[str, Action] = {
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
}
