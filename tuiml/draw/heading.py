"""What stands above a run's curves: which is which, what they come to, and the values under the cursor."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.text import Text

from tuiml.draw.chart import ABOVE, BELOW, CURSOR, MARK, ZONE, Layout, Line
from tuiml.draw.legend import facts, fitted, head, modes
from tuiml.draw.numbers import duration, figure
from tuiml.draw.run_lines import HONEST, penalized, value
from tuiml.draw.view import Clock, View, nearest
from tuiml.gap import gap, honest_at, last_gap
from tuiml.state import RunState

ONE_LINE, TWO_LINES = 5, 14
"""Heights of a chart from which on one and two lines above it are worth their room."""
_SHORT = {"validation": "val", HONEST: "honest", "train, running mean": "train", "train, each batch": "train"}


def heading(
    state: RunState,
    name: str,
    view: View,
    lines: Sequence[Line],
    drawn: Sequence[Line],
    layout: Layout,
    width: int,
    height: int,
    plain: bool,
) -> Text:
    """Return the lines above a chart of that height, each `width` cells with a line break; none of a low chart.

    `drawn` are the lines with those of their points alone that are in sight.
    """
    if height < ONE_LINE or width < 1:
        return Text(end="")
    title = _title(state, name, view)
    told = _facts(state, name, view, drawn, layout)
    last = {line.label: _last(state, name, penalized(state, name, view), line) for line in lines}
    pointed = f"{CURSOR} {reading(state, name, view, width - 2)}" if layout.cursor is not None else ""
    if height >= TWO_LINES:
        above = head(title, _forms(lines, last, []), width, plain)
        return above.append_text(fitted(Text(pointed, end="", no_wrap=True), width) if pointed else facts(told, width))
    if pointed:
        return fitted(Text(pointed, end="", no_wrap=True), width)
    return head(title, _forms(lines, last, told), width, plain)


def reading(state: RunState, name: str, view: View, width: int) -> str:
    """Return the values at the cursor's epoch, or the one nearest to it, in the longest form that fits `width` cells.

    The gap is to the honest value where that was measured at the epoch, and always of the data's loss alone.
    """
    epoch = nearest(state.history, view.cursor or 0)
    if epoch is None:
        return ""
    total = penalized(state, name, view)
    honest = honest_at(state, epoch.number, name) if view.honest else None
    other = nearest(view.ghost.history, epoch.number) if view.ghost is not None else None
    at = f"epoch {epoch.number}"
    if view.time:
        at += f" ({duration(Clock(state.history, True).at(epoch.number))})"
    values = {
        "train": value(epoch, name, total),
        "honest": honest,
        "validation": value(epoch, f"val_{name}", total),
        "data gap" if total else "gap": gap(epoch, name, honest),
        "ghost": value(other, f"val_{name}", total) if other and other.number == epoch.number else None,
    }
    known = [(word, figure(found)) for word, found in values.items() if found is not None]
    short = [(_SHORT.get(word, word), found) for word, found in known]
    few = " ".join(f"{word} {found}" for word, found in short if word not in ("honest", "ghost"))
    forms = [
        f"{at}: {'  '.join(f'{word} {found}' for word, found in known)}",
        f"{at}: {' '.join(f'{word} {found}' for word, found in short)}",
        f"{at}: {few}",
        f"epoch {epoch.number}: {few}",
    ]
    return next((form for form in forms if len(form) <= width), forms[-1])


def _title(state: RunState, name: str, view: View) -> str:
    return f"{name}{' + penalty' if penalized(state, name, view) else ''}{modes(view)}"


def _last(state: RunState, name: str, total: bool, line: Line) -> float | None:
    """Return a line's last value as it was measured; None of lines that are there for their shape."""
    names = {"train": name, "validation": f"val_{name}"}
    if line.label in names and state.history:
        every = (value(epoch, names[line.label], total) for epoch in reversed(state.history))
        return next((found for found in every if found is not None), None)
    return line.y[-1] if line.label in (HONEST, "train, running mean") else None


def _forms(
    lines: Sequence[Line], last: Mapping[str, float | None], told: Sequence[str]
) -> list[tuple[list[Line], str]]:
    """Return what a legend can say, the longest first: with last values, without, with short words; then with fewer facts, and fewer lines."""
    valued = [replace(line, label=f"{line.label} {figure(last[line.label])}".rstrip()) for line in lines]
    short = [replace(line, label=_SHORT.get(line.label, line.label)) for line in lines]
    words = [" · ".join(told[:many]) for many in range(len(told), 0, -1)]
    found = [(list(shown), some) for some in words for shown in (valued, lines, short)]
    least = [replace(line, label=_name_of_ghost(line)) if line.dashed else line for line in short]
    few = [line for line in least if line.label != _SHORT[HONEST]]
    return found + [(list(shown), "") for shown in (valued, lines, short, least, few)]


def _name_of_ghost(line: Line) -> str:
    """Return the shortest name of a ghost, with its mark where it is out of sight."""
    mark = line.label[-1:]
    return f"ghost {mark}" if mark in (ABOVE, BELOW) else "ghost"


def _facts(state: RunState, name: str, view: View, lines: Sequence[Line], layout: Layout) -> list[str]:
    """Return what the curves say, the most important first."""
    found = []
    if layout.mark is not None:
        patience = f" · patience {state.patience_left} left" if state.patience_left is not None and state.live else ""
        found.append(f"{MARK} best epoch {state.best_epoch}{patience}")
    distance = last_gap(state, name) if view.gap else None
    if distance is not None:
        found.append(f"{f'{ZONE} ' if layout.zone is not None else ''}gap {figure(distance)}")
    low, high = layout.y_limits or (-math.inf, math.inf)
    outside = _outside(lines, layout)
    if outside:
        above = max(outside) > high
        extreme = max(outside) if above else min(outside)
        found.append(f"{ABOVE if above else BELOW} goes on to {figure(extreme)}")
    if layout.level is not None and not low <= layout.level <= high:
        found.append(f"{layout.level_label} is {'above' if layout.level > high else 'below'}")
    return found


def _outside(lines: Sequence[Line], layout: Layout) -> list[float]:
    """Return the values that the limits leave out."""
    low, high = layout.y_limits or (-math.inf, math.inf)
    slack = 1e-9 * (abs(low) + abs(high))  # the limits of a logarithmic axis have been exponents
    shown = [y for line in lines if not line.faint for y in line.y if y > 0 or not layout.log]
    return [y for y in shown if not low - slack <= y <= high + slack]
