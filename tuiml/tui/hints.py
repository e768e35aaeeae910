"""What the form says: about a field, about what is wrong, and which command does the same. Pure functions."""

from __future__ import annotations

from textual.content import Content

from tuiml.knobs import KNOBS
from tuiml.text import clean
from tuiml.tui import form
from tuiml.tui.examine import Examined


def explanation(path: str, found: Examined, alone: bool = False) -> Content:
    """Return what a field is, which values it takes, and its flag; `alone`, also what there is to say about its value."""
    advice = "  ".join(piece.message for piece in found.advice if piece.path == path) if alone else ""
    told = Content.styled(f"  i {clean(advice, 300)}" if advice else "", "$text-warning")
    own = {file.path: (file.title, file.help) for file in form.FILES} | {form.PRESET: ("Preset", _PRESET)}
    if path in own:
        title, words = own[path]
        return Content.assemble((title, "bold"), f"  {words}")
    knob = KNOBS[path]
    if path == "task" and found.about:
        return Content.assemble((knob.title, "bold"), f"  {clean(found.about, 300)}", told)
    takes = f"  takes {knob.range}" if knob.range and knob.kind not in ("switch", "choice") else ""
    choices = f"  one of {knob.range}" if knob.kind == "choice" else ""
    flag = knob.flag or f"--set {path}="
    more = f"  {found.head}" if path in ("model.output", "model.loss") else ""
    return Content.assemble((knob.title, "bold"), f"  {knob.help}", more, (f"{takes}{choices}  {flag}", "dim"), told)


_PRESET = "a named recipe of this task, such as the notes' own; default is the quick one; --preset"


def subject(task: str, found: Examined) -> str:
    """Return what the form is about: the task, and how large the network is where that is known."""
    return clean(task, 60) + (f" · {found.parameters:,} parameters" if found.parameters is not None else "")


def problem_lines(found: Examined) -> Content:
    """Return every problem and piece of advice in full."""
    lines = [
        Content.styled(f"✗ {_label(piece.path)}{clean(piece.message, 400)}", "$text-error") for piece in found.problems
    ]
    lines += [Content.styled(f"i {_label(piece.path)}{clean(piece.message, 400)}", "dim") for piece in found.advice]
    return Content("\n\n").join(lines)


def command_line(found: Examined) -> Content:
    """Return the command that does what the form does, or why there is none."""
    if found.problems:
        count = len(found.problems)
        return Content.styled(
            f"✗ {count} thing{'s' if count > 1 else ''} to put right before this can run", "$text-error"
        )
    if not found.command:
        return Content.styled("reading the form…", "dim")
    return Content.assemble(("$ ", "dim"), clean(found.command, 1000))


def _label(path: str) -> str:
    knob = KNOBS.get(path)
    return f"{knob.title}: " if knob else ""


def title_of(path: str) -> str:
    """Return a field's title."""
    return KNOBS[path].title


def help_of(path: str) -> str:
    """Return a field's help text."""
    return KNOBS[path].help
