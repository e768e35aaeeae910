"""Result: a big number with a caption beside some lines of text."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Digits, Static


class Result(Widget):
    """`number` and `caption` may be empty, then only the lines are shown."""

    number: reactive[str] = reactive("")
    caption: reactive[str] = reactive("")
    lines: reactive[Content] = reactive(Content(""))

    def compose(self) -> ComposeResult:
        """Lay out the number over its caption, the lines beside."""
        with Vertical(classes="result-number"):
            yield Digits()
            yield Static(classes="result-caption", markup=False)
        yield Static(classes="result-lines", markup=False)

    def watch_number(self, number: str) -> None:
        """Show the number, or the lines alone."""
        self.set_class(not number, "-bare")
        if self.children:
            self.query_one(Digits).update(number)

    def watch_caption(self, caption: str) -> None:
        """Write the words under the number."""
        if self.children:
            self.query_one(".result-caption", Static).update(Content(caption))

    def watch_lines(self, lines: Content) -> None:
        """Write the lines."""
        if self.children:
            shown = self.query_one(".result-lines", Static)
            shown.update(lines)
            shown._box_model_cache.clear()  # Textual (8.2) keeps the height of lines that are replaced before they are painted
