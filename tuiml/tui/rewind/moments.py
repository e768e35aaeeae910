"""What the time machine says of an epoch: where it is, its figures, and what another patience would have come to. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.text import Text
from textual.content import Content

from tuiml.coach.diagnosis import Verdict
from tuiml.coach.patience import what_if
from tuiml.draw import confusion
from tuiml.draw.numbers import figure
from tuiml.fields import EarlyStopping
from tuiml.folds import Epoch
from tuiml.tasks import metrics, scores
from tuiml.text import clean

_FIRST = {"loss": 0, "val_loss": 1}
_PAIRS = 8
"""Most confused pairs, where there are too many classes for a matrix."""


def place(at: int, last: int, best: int | None, width: int, live: bool, folds: int = 0) -> Content:
    """Return the line of where one is among `last` epochs: a number, whether it is the best so far, and a slider."""
    of = f"of {last}{' so far' if live else ''}{f', mean of {folds} folds' if folds else ''}"
    words = f"epoch {at} {of}  {'★ best so far  ' if at == best else ''}"
    room = min(max(width - len(words) - 1, 0), 60)
    before = round((at - 1) / max(last - 1, 1) * (room - 1)) if room else 0
    return Content.assemble(
        (words, "bold"),
        ("━" * before, "$primary"),
        ("●" if room else "", "bold $primary"),
        ("─" * max(room - 1 - before, 0), "dim"),
    )


def figures(epoch: Epoch, width: int = 200) -> Content:
    """Return an epoch's metrics, losses first, and its learning rate: as many as `width` cells have room for."""
    parts = [
        Content.assemble((f"{clean(name)} ", "dim"), (figure(value), "bold"))
        for name, value in sorted(epoch.metrics.items(), key=lambda pair: _FIRST.get(pair[0], len(_FIRST)))
    ]
    if math.isfinite(epoch.learning_rate):
        parts.append(Content.assemble(("learning rate ", "dim"), f"{epoch.learning_rate:.3g}"))
    while len(parts) > 1 and sum(part.cell_length + 2 for part in parts) - 2 > width:
        parts.pop()
    return Content("  ").join(parts)


def then(verdict: Verdict | None, blind: bool) -> Content:
    """Return the verdict as it would have been; a run that is `blind` has no rows to validate on."""
    if verdict is None:
        why = "no validation rows, only training can be judged" if blind else "too early to tell"
        return Content.styled(f"verdict then: {why}", "dim")
    return Content.assemble(("verdict then: ", "dim"), (verdict.title, "bold"), f": {'; '.join(verdict.evidence[:2])}")


def nothing(live: bool) -> str:
    """Return what to say of a run without epochs."""
    words = "No epoch of this run has ended yet." if live else "This run ended before its first epoch did."
    return f"{words}\n\nesc: back to it"


def patience(epochs: Sequence[Epoch], rule: EarlyStopping, wait: int, live: bool) -> Content:
    """Return what early stopping by `rule`, but with a patience of `wait` epochs, would have come to."""
    monitor = rule.monitor
    mode = "max" if rule.mode == "auto" and metrics.rises(monitor) else rule.mode
    stopped = what_if(epochs, wait, monitor, mode, rule.min_delta, rule.baseline, rule.start_from_epoch)
    asked = Content.assemble(("what if patience were ", "dim"), (f"{wait}", "bold $text-accent"), (" (↑ ↓): ", "dim"))
    if stopped.best_epoch is None or stopped.best_value is None:
        measured = any(monitor in epoch.metrics for epoch in epochs)
        why = f"not watched up to epoch {rule.start_from_epoch}" if measured else "not measured"
        return Content.assemble(asked, f"{clean(monitor)} was {why}")
    kept = next((epoch.metrics for epoch in epochs if epoch.number == stopped.best_epoch), {})
    told = {monitor: stopped.best_value} | {name: value for name, value in kept.items() if name.startswith("val_")}
    best = f"epoch {stopped.best_epoch}: " + ", ".join(f"{clean(name)} {figure(value)}" for name, value in told.items())
    if stopped.stop_epoch is None:
        number = epochs[-1].number
        within = f"{number} epoch{'' if number == 1 else 's'}{' so far' if live else ''}"
        return Content.assemble(asked, f"not stopped within {within}; best {best}")
    saved = epochs[-1].number - stopped.stop_epoch
    words = f"; saves {saved} of {epochs[-1].number}" if saved else "; saves no epoch"
    return Content.assemble(asked, (f"stopped after epoch {stopped.stop_epoch}", "bold"), f", keeping {best}{words}")


NO_MATRIX = "No confusion matrix of any epoch: it is recorded in training, for classes, on validation rows."


def matrix(at: int, recorded: Mapping[int, Any], names: Sequence[str], width: int) -> Text:
    """Return the confusion matrix recorded nearest to epoch `at`, or its most confused pairs where classes are many."""
    console = Console(width=width, force_terminal=True, color_system="truecolor")
    lines = console.render_lines(_matrix(at, recorded, names, width), pad=False)
    rows = [Text.assemble(*((part.text, part.style or "") for part in line)) for line in lines]
    return Text("\n", no_wrap=True).join(rows)


def _matrix(at: int, recorded: Mapping[int, Any], names: Sequence[str], width: int) -> RenderableType:
    if not recorded:
        return Text(NO_MATRIX, "dim")
    nearest = min(recorded, key=lambda epoch: (abs(epoch - at), epoch))
    found = recorded[nearest]
    names = (
        [clean(name) for name in names] if len(names) == len(found) else [str(number) for number in range(len(found))]
    )
    where = f"epoch {nearest}" + ("" if nearest == at else f", the nearest to {at} recorded")
    right = f"{int(found.trace()):,} of {int(found.sum()):,} validation rows right"
    heading = Text.assemble(("confusion ", "bold"), f"at {where}\n{right}", overflow="ellipsis", no_wrap=True)
    if len(names) <= confusion.MOST_CLASSES:
        return Group(heading, confusion.matrix_table(found, names, width))
    return Group(heading, confusion.pairs_table(scores.most_confused(found, _PAIRS), names))


def hidden(panes: Sequence[str], shown: str) -> Content:
    """Return what a small terminal leaves out: the panes beside the one that is shown."""
    others = [pane for pane in panes if pane != shown]
    words = f"{shown} shown; {' and '.join(others)}: tab" if others else ""
    return Content.styled(words, "dim")
