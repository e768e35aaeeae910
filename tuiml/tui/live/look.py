"""How a run's curves are looked at, in short words; and how a view moves along with a run that goes on."""

from __future__ import annotations

from dataclasses import replace

from textual.content import Content

from tuiml.draw.numbers import duration
from tuiml.draw.view import Clock, View, move_cursor
from tuiml.state import RunState
from tuiml.text import clean

_PRESSES = 100
"""How often a key is pressed at most to lead the cursor from one end of what is in view to the other."""


def end(state: RunState, view: View) -> float:
    """Return where the last complete epoch lies on the axis of x."""
    return Clock(state.history, view.time).at(state.history[-1].number) if state.history else 0.0


def followed(view: View, before: float, now: float) -> View:
    """Return the view after the run's end went from `before` to `now`: a window that reached the end still does."""
    if view.window is None or now <= before or view.window[1] < before or view.cursor is not None:
        return view
    return replace(view, window=(view.window[0] + now - before, view.window[1] + now - before))


def stepped(state: RunState, view: View, steps: int) -> View:
    """Return the view with its cursor moved: by single epochs, of a long run by a hundredth of what is in view; the window goes along."""
    seen = len(state.history)
    if view.limits and seen:
        seen = int(seen * (view.limits[1] - view.limits[0]) / max(end(state, view), 1e-9))
    moved = move_cursor(state, view, steps * max(seen // _PRESSES, 1))
    if moved.window is None or moved.cursor is None:
        return moved
    low, high = moved.window
    place = Clock(state.history, view.time).at(moved.cursor)
    aside = min(place - low, 0.0) or max(place - high, 0.0)
    return replace(moved, window=(low + aside, high + aside))


def remembered(view: View) -> View:
    """Return what holds for the next run too: not what belongs to this one."""
    return replace(view, window=None, cursor=None, ghost=None, ghost_name="")


def words(view: View, ghost: str = "") -> str:
    """Return in short words what is special about a view: "log · smoothed 0.9 · epochs 40-60"; empty for the usual one.

    `ghost` is the name of the run whose ghost is drawn.
    """
    parts = ["log"] if view.log else []
    parts += [f"smoothed {view.smoothing:g}"] if view.smoothing else []
    parts += ["over time"] if view.time else []
    if view.limits:
        low, high = view.limits
        seconds = f"{duration(low, whole=True)} to {duration(high, whole=True)}"
        parts.append(seconds if view.time else f"epochs {round(low)}-{round(high)}")
    parts += ["each batch"] if view.batches else []
    parts += ["with penalty"] if view.total else []
    parts += [] if view.honest else ["no honest curve"]
    parts += [f"{view.ghost_name}: {clean(ghost, 40)}"] if view.ghost is not None else []
    return " · ".join(parts)


def heading(pane: str, said: str, width: int) -> Content:
    """Return the line between curves and pane for `width` cells: what the pane shows, and how the curves are looked at."""
    left = Content.assemble((f"▾ {pane}", "bold"), (" │ curves: " if said else "", "dim"), said)
    return left.truncate(width, ellipsis=True)
