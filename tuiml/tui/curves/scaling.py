"""Scaling: the keys that change how curves are drawn, on every screen that has some."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.reactive import var

from tuiml.draw import view as views
from tuiml.draw.view import View
from tuiml.state import RunState
from tuiml.tui.settling import Settling


class Scaling(Settling[Any]):
    """Keeps a `view`; the screen that is one draws in its `watch_view`, and says which `state` gives axes their length."""

    view: var[View] = var(View, init=False)  # a reactive would paint all of the screen

    @property
    def state(self) -> RunState:
        """The run whose epochs the axis is of."""
        raise NotImplementedError

    def see(self, view: View) -> None:
        """Look at the curves in this way."""
        self.view = view

    def action_smooth(self) -> None:
        """Take the next smoothing."""
        self.see(views.next_smoothing(self.view))

    def action_log_scale(self) -> None:
        """Make the scale logarithmic, or plain again."""
        self.see(replace(self.view, log=not self.view.log))

    def action_time_axis(self) -> None:
        """Show time in place of epochs, or epochs again."""
        self.see(views.other_axis(self.view))

    def action_zoom(self) -> None:
        """Come closer, about the cursor where there is one; after the closest, see all."""
        self.see(views.next_zoom(self.state, self.view))
