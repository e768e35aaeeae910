"""Chart: a picture drawn to the size at hand, once per new picture and size, that tells where it is pointed at."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

Picture = Callable[[int, int], Text]
"""Draws itself for a width and a height in cells."""


class Chart(Widget):
    """Shows a `picture`; a hidden chart costs nothing, because only what is shown is rendered."""

    picture: reactive[Picture | None] = reactive(None)

    class Pointed(Message):
        """A column of the picture was clicked; `width` and `height` are those it was drawn for."""

        def __init__(self, chart: Chart, column: int) -> None:
            super().__init__()
            self.chart, self.column = chart, column
            self.width, self.height = chart.size.width, chart.size.height

        @property
        def control(self) -> Chart:
            """The chart that was pointed at."""
            return self.chart

    class Zoomed(Message):
        """The wheel was turned over a column: `steps` is 1 for closer, -1 for further away."""

        def __init__(self, chart: Chart, column: int, steps: int) -> None:
            super().__init__()
            self.chart, self.column, self.steps = chart, column, steps
            self.width, self.height = chart.size.width, chart.size.height

        @property
        def control(self) -> Chart:
            """The chart that the pointer was over."""
            return self.chart

    def __init__(self, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._drawn: tuple[Picture, int, int] | None = None
        self._text = Text()

    def render(self) -> Text:
        """Return the picture, drawn anew only when it or the size changed."""
        if self.picture is None or self.size.width < 1 or self.size.height < 1:
            return Text()
        wanted = (self.picture, self.size.width, self.size.height)
        if wanted != self._drawn:
            self._text, self._drawn = self.picture(self.size.width, self.size.height), wanted
        return self._text

    def on_click(self, event: Click) -> None:
        """Tell which column was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None:
            self.post_message(self.Pointed(self, offset.x))

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Ask to come closer."""
        self._zoom(event, 1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Ask to go further away."""
        self._zoom(event, -1)

    def _zoom(self, event: MouseScrollUp | MouseScrollDown, steps: int) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            event.stop()
            self.post_message(self.Zoomed(self, offset.x, steps))
