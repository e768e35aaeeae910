"""Looking: how curves are drawn, the keys that change it, and how often: what the time machine and the comparison share."""

from __future__ import annotations

import time
from dataclasses import replace

from rich.text import Text
from textual.reactive import var

from tuiml.draw import view as views
from tuiml.draw.view import View
from tuiml.state import RunState
from tuiml.tui.curves import line
from tuiml.tui.curves.pace import Pace, cost
from tuiml.tui.ticking import Ticking
from tuiml.tui.widgets.chart import Picture


class Looking(Ticking):
    """Keeps a `view`; the screen that is one draws in its `watch_view`, and says which `state` gives axes their length."""

    view: var[View] = var(View, init=False)  # a reactive would paint all of the screen

    def __init__(self) -> None:
        super().__init__()
        self._pace = Pace()

    def _due(self) -> bool:
        """Whether the line to the terminal is free for other pictures."""
        return self._pace.ready(time.monotonic()) and not line.busy(self.app)

    def _paced(self, picture: Picture) -> Picture:
        """Return the picture, whose bytes are counted when it is drawn."""

        def draw(width: int, height: int) -> Text:
            text = picture(width, height)
            self._pace.cells = self.size.width * self.size.height
            self._pace.spend(cost([text]), time.monotonic())
            return text

        return draw

    @property
    def state(self) -> RunState:
        """The run whose epochs the axis is of."""
        raise NotImplementedError

    def action_smooth(self) -> None:
        """Take the next smoothing."""
        self.view = views.next_smoothing(self.view)

    def action_log_scale(self) -> None:
        """Make the scale logarithmic, or plain again."""
        self.view = replace(self.view, log=not self.view.log)

    def action_time_axis(self) -> None:
        """Show time in place of epochs, or epochs again."""
        self.view = views.other_axis(self.state, self.view)

    def action_zoom(self) -> None:
        """Come closer, about the cursor where there is one; after the closest, see all."""
        self.view = views.next_zoom(self.state, self.view)
