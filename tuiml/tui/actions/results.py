"""What one can do with the results of a run."""

from __future__ import annotations

from tuiml.tui.actions.action import RESULTS, Action

ACTIONS: dict[str, Action] = {
    "step_out": Action(
        "Step out",
        "from the input line, from some rows to all, then to the run's curves",
        "escape,b",
        "Back",
        (RESULTS,),
    ),
    "next_result": Action("Next pane", "the next of the five", "tab", "Pane", (RESULTS,)),
    "previous_result": Action("Previous pane", "the one before", "shift+tab", "", (RESULTS,)),
    "show_summary": Action(
        "Summary", "the figures, beside common sense and what is known of the task", "1", "", (RESULTS,)
    ),
    "show_counts": Action(
        "Confusion, or residuals", "which class was taken for which; predicted against true values", "2", "", (RESULTS,)
    ),
    "show_scores": Action(
        "Classes, or errors", "precision, recall and F1 of each class; the spread of errors", "3", "", (RESULTS,)
    ),
    "show_worst": Action("Worst rows", "the rows of the highest loss, with what was said of them", "4", "", (RESULTS,)),
    "try_one": Action(
        "Try one input", "ask the network about a file, or words typed here", "slash,i,5", "Try", (RESULTS,)
    ),
    "switch_split": Action(
        "Test or validation", "show the other rows that were not learned from", "s", "Split", (RESULTS,)
    ),
    "next_confused": Action(
        "Next confused", "go to the next most confused pair; the next target", "n", "Next", (RESULTS,)
    ),
    "sort_scores": Action("Sort the classes", "by rows, F1, precision, recall or name", "o", "Sort", (RESULTS,)),
    "next_rows": Action("More rows", "those of the next lower loss", "right,pagedown", "More", (RESULTS,)),
    "previous_rows": Action("Rows before", "those of higher loss", "left,pageup", "", (RESULTS,)),
    "switch_weights": Action(
        "Final or best weights", "which weights answer: of the end, or of the best epoch", "w", "Weights", (RESULTS,)
    ),
    "judge_rows": Action(
        "Judge the rows", "compute predictions that the run has not left; takes some seconds", "c", "Judge", (RESULTS,)
    ),
    "read_again": Action("Read the run again", "when it has ended meanwhile", "r", "", (RESULTS,)),
}
