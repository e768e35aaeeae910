"""What one can do with runs laid over one another."""

from __future__ import annotations

from tuiml.tui.actions.action import COMPARE, Action

_HERE = (COMPARE,)

ACTIONS: dict[str, Action] = {
    "next_view": Action(
        "Next pane", "loss, metric, recipes, results, where there is room for one", "tab", "Pane", _HERE
    ),
    "run_above": Action("The run above", "point at another run in the table", "up", "", _HERE, first=True),
    "run_below": Action("The run below", "point at another run in the table", "down", "", _HERE, first=True),
    "open_selected": Action(
        "Open the run", "the one under the cursor, its curves, live or ended", "enter", "Open", _HERE, first=True
    ),
    "edit_selected": Action("Edit a copy", "the recipe of the run under the cursor, on the form", "e", "Edit", _HERE),
    "vary_selected": Action("Vary", "start the one under the cursor again with one thing changed", "v", "Vary", _HERE),
    "drop_selected": Action("Leave out", "take the run under the cursor out of the comparison", "delete", "", _HERE),
}
