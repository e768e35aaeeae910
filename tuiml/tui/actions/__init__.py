"""The one table of actions: what each is called, what it does, its keys and where it works. Keys, footer, palette and help are made from it."""

from __future__ import annotations

from textual.binding import Binding

from tuiml.tui.actions import compare, darkroom, everywhere, live, results, rewind, runs, setup
from tuiml.tui.actions.action import COMPARE, DARKROOM, LIVE, RESULTS, REWIND, RUNS, SCREENS, SETUP, Action

__all__ = [
    "ACTIONS",
    "COMPARE",
    "DARKROOM",
    "LIVE",
    "RESULTS",
    "REWIND",
    "RUNS",
    "SCREENS",
    "SETUP",
    "Action",
    "available",
    "bindings",
    "target",
]

ACTIONS: dict[str, Action] = {
    **everywhere.TRAIN,
    **setup.ACTIONS,
    **live.ACTIONS,
    **darkroom.ACTIONS,
    **results.ACTIONS,
    **runs.ACTIONS,
    **compare.ACTIONS,
    **rewind.ACTIONS,
    **everywhere.ACTIONS,
}
"""In the order of the footer."""


def available(screen: str) -> dict[str, Action]:
    """Return the actions that work on a screen, by name, in the table's order."""
    return {name: action for name, action in ACTIONS.items() if screen in action.screens}


def bindings(screen: str) -> list[Binding]:
    """Return the key bindings of a screen. Letters are bound only where nothing is typed, so typing is never intercepted."""
    found = []
    for name, action in available(screen).items():
        letters = "" if screen == SETUP else action.letters
        keys = ",".join(part for part in (action.keys, letters) if part)
        if keys:
            show = bool(action.label) and screen not in action.unshown
            label = action.label or action.title
            found.append(
                Binding(keys, target(name), label, show=show, tooltip=action.help, priority=action.first, id=name)
            )
    return found


def target(name: str) -> str:
    """Return an action as Textual addresses it: the app's own, or the screen's."""
    return f"app.{name}" if ACTIONS[name].app else name
