"""What the list of steps says: its lines, and what stands below them about the chosen one."""

from __future__ import annotations

from textual.content import Content

from tuiml.text import clean
from tuiml.tui.darkroom.bench import ADD, COPIES, MODE, Bench, Line

_VALUE = 16
"""Cells from the left at which the values of dials begin."""


def lines(bench: Bench) -> list[Content]:
    """Return one line of words for each line of the bench."""
    return [_line(bench, line) for line in bench.lines]


def _line(bench: Bench, line: Line) -> Content:
    if line.dial is not None:
        name = f"  {line.dial.label}"
        mark = "" if line.dial.value.removeprefix("±") == line.dial.default else "●"
        return Content.assemble(
            (f"{name:<{_VALUE}}", "dim"), "‹ ", (line.dial.value, "bold"), " ›", (f" {mark}", "dim")
        )
    if line.step >= 0:
        step = bench.draft.steps[line.step]
        words = clean(str(step.op), 80)
        number = f"{line.step + 1:>2} "
        return Content.assemble(number, (words, "strike"), " muted") if step.muted else Content.assemble(number, words)
    if line.kind == ADD:
        return Content.assemble((" + add a step", "bold"))
    augmentation = bench.recipe.augment
    value = augmentation.mode if line.kind == MODE else str(augmentation.copies)
    return Content.assemble((f"  {line.kind:<{_VALUE - 2}}", "dim"), "‹ ", (value, "bold"), " ›")


def about(bench: Bench) -> Content:
    """Return what there is to know about the chosen line: what it does, what is allowed, what is usual."""
    line = bench.line
    if line.dial is not None:
        dial = line.dial
        head = f"{dial.label}: {dial.meaning}"
        return Content.assemble(f"{head}\n", (f"{dial.range}; default {dial.default}", "dim"))
    if line.step >= 0:
        op = bench.draft.steps[line.step].op
        return Content.assemble((op.name, "bold"), f": {clean(op.summary, 200)}")
    if line.kind == MODE:
        return Content("online: every epoch draws anew; offline: fixed copies, made once before training")
    if line.kind == COPIES:
        return Content("fixed copies of each training picture, beside the original")
    if bench.draft.steps:
        return Content("enter or a: all operations; i: by ImageDataGenerator's arguments")
    return Content(
        "No steps yet: pictures are trained on as they are. Enter adds one; i: by ImageDataGenerator's arguments"
    )
