"""Line: some words, painted only when they changed."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static


class Line(Static):
    """`words`; where the style sheet lets the height grow, it grows with them, and shrinks when the size changes.

    Another height is another layout, which paints all of the screen: words that change several times a second would.
    """

    words: reactive[Content] = reactive(Content(""), init=False)

    def __init__(self, id: str) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id, markup=False)
        self._width = 0

    def watch_words(self, words: Content) -> None:
        """Paint."""
        width = self.content_size.width
        needed = words.get_height({}, width) if width and self.styles.is_auto_height else 1
        self.update(words, layout=needed > max(self.content_size.height, 1))
        if needed > self.content_size.height:
            self.styles.min_height = needed
        self.set_class(not words.plain, "-empty")

    def on_resize(self) -> None:
        """Take no more lines than are needed in this width."""
        width = self.content_size.width
        if self.styles.is_auto_height and width != self._width:
            self._width = width
            self.styles.min_height = None
