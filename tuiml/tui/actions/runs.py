"""What one can do with the list of runs."""

from __future__ import annotations

from tuiml.tui.actions.action import RUNS, Action

_HERE = (RUNS,)

ACTIONS: dict[str, Action] = {
    "open_run": Action(
        "Open this run", "its curves, live or as they ended; one more click does it too", "enter", "Open", _HERE
    ),
    "filter_runs": Action(
        "Filter", "status:finished val_loss<0.3 age<2d -note:debug | name:*big*", "slash", "Filter", _HERE
    ),
    "sort_runs": Action(
        "Sort by the next column", "the one with the mark; a click on a heading does it too", "o", "Sort", _HERE
    ),
    "turn_sort": Action("Turn the order round", "the last first", "O", "", _HERE),
    "mark_run": Action("Mark", "this run, for compare and delete; again takes the mark away", "space", "", _HERE),
    "compare_runs": Action("Compare", "the marked runs, or this one with the one before it", "c", "Compare", _HERE),
    "delete_runs": Action(
        "Delete", "the marked runs, or this one: into the bin for a week", "x,delete", "Delete", _HERE
    ),
    "undo_delete": Action("Undo delete", "bring back what was deleted last", "u", "", _HERE),
    "note_run": Action("Note", "write a line about this run", "n", "", _HERE),
    "rename_run": Action("Rename", "a name to find it by; its id stays", "f2", "", _HERE),
    "resume_run": Action("Go on", "watch it live, wake it from its pause, take it up where it stopped", "a", "", _HERE),
    "edit_run": Action("Edit a copy", "its recipe on the form", "e", "", _HERE),
    "vary_run": Action("Vary", "the same with one thing changed", "v", "", _HERE),
    "run_results": Action("Results", "what its network gets right and wrong", "i", "", _HERE),
    "rewind_run": Action("Time machine", "the run epoch by epoch", "k", "", _HERE),
    "prune_runs": Action("Prune", "clean up: failed and crashed ones, old ones; shows what would go", "p", "", _HERE),
    "refresh": Action("Read the list again", "it also follows what happens on disk by itself", "r", "", _HERE),
}
