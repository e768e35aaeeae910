"""Chart: a picture drawn to the size at hand, of which only the cells that changed are painted; tells where it is pointed at."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from rich.text import Text
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

Picture = Callable[[int, int], Text]
"""Draws itself for a width and a height in cells."""


class Chart(Widget):
    """Shows a `picture`; a hidden chart costs nothing, because only what is shown is rendered."""

    picture: reactive[Picture | None] = reactive(None, repaint=False, init=False)

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

    def watch_picture(self) -> None:
        """Paint what is other than before: of a curve that grows or a cursor that moves these are few cells."""
        if self._drawn is None or not self.is_on_screen or self._drawn[1:] != tuple(self.size):
            self.refresh()
            return
        before = self._text
        after = self.render()
        if regions := changed(before, after):
            self.refresh(*regions)

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


def changed(before: Text, after: Text) -> list[Region]:
    """Return for each line the cells from the first to the last that differ in character or style."""
    found = []
    for row, (one, other) in enumerate(zip_longest(before.split("\n"), after.split("\n"))):
        if one is None or other is None or one.cell_len != len(one) or other.cell_len != len(other):
            found.append(Region(0, row, max(line.cell_len for line in (one, other) if line is not None), 1))
            continue
        cells = list(zip_longest(_cells(one), _cells(other)))
        differ = [column for column, (was, now) in enumerate(cells) if was != now]
        if differ:
            found.append(Region(differ[0], row, differ[-1] - differ[0] + 1, 1))
    return found


def _cells(line: Text) -> list[tuple[str, object]]:
    styles: list[object] = [None] * len(line)
    for span in line.spans:
        styles[span.start : span.end] = [span.style] * (span.end - span.start)
    return list(zip(line.plain, styles, strict=True))
