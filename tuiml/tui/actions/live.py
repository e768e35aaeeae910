"""What one can do with the run on show."""

from __future__ import annotations

from tuiml.tui.actions.action import COMPARE, LIVE, REWIND, Action

_HERE = (LIVE,)
_DRAWN = (LIVE, COMPARE, REWIND)
_READ_OFF = (LIVE, COMPARE)

ACTIONS: dict[str, Action] = {
    "pause": Action("Pause", "stand still between two batches", "space", "Pause", _HERE),
    "resume": Action("Resume", "go on after a pause, a stop or a crash", "space", "Resume", _HERE),
    "stop": Action("Stop and keep", "finish the batch, save, evaluate what there is", "s", "Stop", _HERE),
    "add_epochs": Action(
        "Add 5 epochs",
        "go on for five epochs more than planned; a run that ended is taken up again",
        "plus,equals_sign",
        "More",
        _HERE,
    ),
    "switch_chart": Action(
        "Switch the chart", "loss or metric, where there is no room for both", "tab,c", "Chart", _HERE
    ),
    "open_results": Action("Results", "what the network gets right and wrong", "r", "Results", _HERE),
    "vary": Action("Vary", "start the same with one thing changed, over this run's ghost", "v", "Vary", _HERE),
    "show_log": Action("Show the log", "what the runner and its libraries print", "l", "Log", _HERE),
    "show_network": Action(
        "Show the network", "by layer: weight norm, weights near zero, silent relu units", "n", "Network", _HERE
    ),
    "edit_copy": Action("Edit a copy", "this run's recipe on the form", "e", "Edit", _HERE),
    "rewind": Action("Time machine", "this run epoch by epoch; what if patience had been 3?", "k", "Time", _HERE),
    "explain_words": Action(
        "Explain the words", "what the verdict, the gap, the penalty and all else on show mean", "i", "Explain", _HERE
    ),
    "step": Action(
        "Step one epoch", "train to the end of this epoch, or the next, then stand still", "full_stop", "", _HERE
    ),
    "save_now": Action("Save now", "write a checkpoint between two batches", "w", "", _HERE),
    "smooth": Action("Smooth", "0.6, 0.9 or not at all: a running mean that forgets", "m", "", _DRAWN),
    "log_scale": Action("Log scale", "of the loss and the metric, or plain again", "y", "", _DRAWN),
    "time_axis": Action("Epochs or time", "what runs along the bottom", "x", "", _DRAWN),
    "zoom": Action(
        "Zoom", "half of it, a quarter, an eighth, all; around the cursor where there is one", "z", "", _DRAWN
    ),
    "cursor_left": Action("Read off", "the values of the epoch before", "left", "", _READ_OFF, first=True),
    "cursor_right": Action("Read off, forward", "the values of the epoch after", "right", "", _READ_OFF, first=True),
    "cursor_first": Action("First epoch", "read off the first epoch in view", "home", "", _HERE, first=True),
    "cursor_last": Action("Last epoch", "read off the last epoch in view", "end", "", _HERE, first=True),
    "clear_cursor": Action("Clear the cursor", "read nothing off any more", "escape", "Clear", _READ_OFF),
    "batches": Action("Batches", "the loss of each batch, or of epochs alone", "d", "", _HERE),
    "ghost": Action("Ghost", "a reference: the run it varies, the one before, the best, none", "g", "", _HERE),
    "total": Action("Total loss", "with what L1 and L2 add, or the data's alone", "t", "", _HERE),
    "honest": Action("Honest train curve", "measured with dropout and augmentation off, or not shown", "h", "", _HERE),
}

OF_CURVES = (
    "time_axis",
    "zoom",
    "cursor_left",
    "cursor_right",
    "cursor_first",
    "cursor_last",
    "batches",
    "ghost",
    "total",
    "honest",
)
"""What needs the curve of a network of its own: not that of folds."""
