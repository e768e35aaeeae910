"""Drawing: the pictures of a run's charts and its verdict, made anew no more often than they change and the line can take."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tuiml.coach.diagnosis import diagnose
from tuiml.coach.verdict import Verdict
from tuiml.draw import curves, fold_curves
from tuiml.draw.folds import judged
from tuiml.draw.view import View
from tuiml.state import RunState
from tuiml.tui.curves.condense import Condensed
from tuiml.tui.curves.pace import Pace
from tuiml.tui.widgets.chart import Picture

_FOLD_STEPS = 200
"""How often at most the curves of a study are painted: those of a dozen folds take a tenth of a second."""
WHICH = ("loss", "metric")


class Drawing:
    """Draws one run; `pace` says when the next pictures are due."""

    def __init__(self) -> None:
        self.pace = Pace()
        self._condensed = Condensed()
        self._folds_drawn: tuple[object, ...] = ()
        self._judged: tuple[tuple[object, ...], Verdict | None] = ((), None)

    def pictures(self, state: RunState, view: View) -> dict[str, Picture]:
        """Return the picture of the loss and that of the metric; none where they would be the ones before."""
        shown = self._condensed.view(state, view.cursor)
        verdict = self.verdict(state)
        view = replace(view, overfits=verdict.overfits_after if verdict else None)
        if state.plan is None:
            return {
                which: self.pace.counted(partial(curves.loss_and_metric, shown, which, view=view)) for which in WHICH
            }
        reached = (
            int(state.progress() * _FOLD_STEPS),
            len(state.history),
            state.status,
            state.suggested,
            len(state.folds),
            view,
        )
        if reached == self._folds_drawn:
            return {}
        self._folds_drawn = reached
        return {which: self.pace.counted(self._of_folds(shown, which, view)) for which in WHICH}

    def _of_folds(self, shown: RunState, which: str, view: View) -> Picture:
        """Return the folds' curves; once there is a refit, its own takes the place of the metric that decides nothing."""
        first = decisive(shown)
        if which != first and shown.history:
            return partial(fold_curves.refit_chart, shown, first, view=view)
        return partial(fold_curves.folds_chart, shown, which, view=view)

    def verdict(self, state: RunState) -> Verdict | None:
        """Return the verdict, found anew when an epoch has ended; None while there is too little to say."""
        known = (
            len(state.history),
            sum(len(fold.history) for fold in state.folds.values()),
            state.status,
            len(state.measured),
        )
        if known != self._judged[0]:
            self._judged = known, diagnose(state)
        return self._judged[1]


def decisive(state: RunState) -> str:
    """Return which chart shows the metric that decides the folds' epoch count, "loss" or "metric"; the loss without folds."""
    return "loss" if state.plan is None or judged(state) == "val_loss" else "metric"
