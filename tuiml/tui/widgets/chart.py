"""Chart: a picture drawn to the size at hand, once per new picture and size."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

Picture = Callable[[int, int], Text]
"""Draws itself for a width and a height in cells."""


class Chart(Widget):
    """Shows a `picture`; a hidden chart costs nothing, because only what is shown is rendered."""

    picture: reactive[Picture | None] = reactive(None)

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
