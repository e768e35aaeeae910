"""Words: as many lines as they need; another number of lines is another layout, which paints all of the screen, others none."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static


class Words(Static):
    """`words`, painted only when they changed."""

    words: reactive[Content] = reactive(Content(""), init=False)

    def __init__(self, words: str = "", id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(words, id=id, markup=False)
        self._room = (0, 0)

    def watch_words(self, words: Content) -> None:
        """Paint."""
        width = self.content_size.width
        room = (width, words.get_height({}, width) if width else 0)
        self.update(words, layout=not width or room != self._room)
        self._room = room
