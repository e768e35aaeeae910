"""Which words of a run's screen are worth a card: those that stand there now, the verdict's first. Pure functions."""

from __future__ import annotations

import math

from tuiml.coach import explain
from tuiml.coach.diagnosis import diagnose
from tuiml.coach.explain import Card
from tuiml.draw.view import View
from tuiml.state import RunState

_VERDICTS = {
    "good_fit": ("good fit",),
    "improving": ("still improving",),
    "both": ("overfitting", "underfitting"),
}
_LAYERS = ("weight norm", "near-zero weights", "silent units")


def shown(state: RunState, view: View, pane: str) -> list[str]:
    """Return the words that a run's curves, verdict and lower pane show, each once."""
    last = state.history[-1].metrics if state.history else {}
    verdict = diagnose(state)
    found = list(_VERDICTS.get(verdict.kind, (verdict.kind,))) if verdict else []
    wanted = {
        "gap": "val_loss" in last,
        "honest": bool(state.measured) and view.honest,
        "val_loss below loss": last.get("val_loss", math.inf) < last.get("loss", -math.inf),
        "best epoch": state.best_epoch is not None,
        "patience left": state.patience_left is not None,
        "baseline": bool(state.baseline),
        "penalty": "penalty" in last,
        "ghost": view.ghost is not None,
        "smoothing": bool(view.factor),
        "log scale": view.log,
        "val_loss": "val_loss" in last,
        "loss": True,
        state.metric: bool(state.metric),
        "parameters": bool(state.parameters),
    }
    layers = list(_LAYERS) if pane == "network" else []
    return layers + found + [word for word, there in wanted.items() if there]


def cards(state: RunState, view: View, pane: str) -> list[Card]:
    """Return the cards of those words, where there is one, each once."""
    every = explain.cards()
    found = {word: every[word] for word in shown(state, view, pane) if word in every}
    return list(found.values())
