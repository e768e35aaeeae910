"""What the form says: about a field, about what is wrong, and which command does the same. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tuiml.draw.numbers import duration
from tuiml.knobs import KNOBS
from tuiml.tasks import offline
from tuiml.text import clean
from tuiml.tui.setup import form
from tuiml.tui.setup.examine import Examined


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
    if path in ("train.epochs", "train.batch_size"):
        more = f"  {cost(found)}"
    key = ("  ? explains" if alone and path not in form.TYPED else "", "dim")
    return Content.assemble(
        (knob.title, "bold"), f"  {knob.help}", more, (f"{takes}{choices}  {flag}", "dim"), key, told
    )


_PRESET = "a named recipe of this task; default is the quick one; f2 shows what each of them changes; --preset"


def subject(task: str, found: Examined) -> str:
    """Return what the form is about: the task, how large the network is and what it will cost, as far as that is known."""
    parts = [clean(task, 60)]
    if found.parameters is not None:
        parts.append(f"{found.parameters:,} parameters")
    if found.recipe is not None:
        parts.append(_time(found) or "time unknown")
    if found.memory is not None:
        parts.append(_bytes(found.memory))
    return " · ".join(parts)


def cost(found: Examined) -> str:
    """Return what the figures in the title mean, in whole sentences."""
    sentences = []
    if found.memory is not None:
        sentences.append(f"Training needs about {_bytes(found.memory)} beside its rows and some 500 MB of framework.")
    if found.seconds is not None and found.timed:
        sentences.append(f"About {duration(found.seconds)} for all epochs, from what runs of this task took here.")
    elif found.seconds is not None:
        sentences.append(
            f"{_time(found).capitalize()} on two cores, as a guess: the first run of this task tells better."
        )
    elif found.recipe is not None:
        sentences.append("How long it takes is unknown until a run of this task has been made on this machine.")
    return " ".join(sentences)


def _time(found: Examined) -> str:
    """Return how long all epochs take; a guess in no more figures than it is worth."""
    if found.seconds is None:
        return ""
    if found.timed:
        return f"about {duration(found.seconds)}"
    minutes = round(found.seconds / 60)
    return f"some {max(round(found.seconds), 1)} s" if found.seconds < 90 else f"some {minutes:,} min"


def _bytes(number: int) -> str:
    return f"{max(number / 1e3, 1):.0f} kB" if number < 1e6 else offline.size(number)


def change_lines(changes: Sequence[form.Change]) -> Content:
    """Return one line for each field that would change: its title, what it is, what it would be."""
    if not changes:
        return Content.styled("changes nothing: the form shows it already", "dim")
    room = max(len(change.title) for change in changes)
    lines = [
        Content.assemble(
            f"{change.title:<{room}}  ",
            (_value(change.now), "dim"),
            " → ",
            (_value(change.then), "bold"),
        )
        for change in changes
    ]
    return Content("\n").join(lines)


def _value(text: str) -> str:
    return clean(text, 60) or "empty"


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
