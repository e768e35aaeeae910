"""Rows: lines under a fixed heading; paints only those in view and follows the end until scrolled up."""

from __future__ import annotations

from rich.text import Text
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Rows(ScrollView, can_focus=True):
    """`lines`, the first of which stays in view."""

    lines: reactive[tuple[Text, ...]] = reactive((), init=False)

    def watch_lines(self, before: tuple[Text, ...], lines: tuple[Text, ...]) -> None:
        """Make room for the new lines and stay at the end when the end was in view."""
        following = self.scroll_offset.y >= self.max_scroll_y
        self.virtual_size = Size(max((line.cell_len for line in lines), default=0), len(lines))
        self.refresh()
        if following:
            self.call_after_refresh(self.scroll_end, animate=False)

    def on_resize(self) -> None:
        """Come back to the end: what was in view is not any more."""
        self.scroll_end(animate=False)

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        number = self.scroll_offset.y + y if y else 0
        text = self.lines[number] if number < len(self.lines) else Text()
        strip = Strip(text.render(self.app.console, end=""), text.cell_len)
        left = self.scroll_offset.x
        return strip.crop_extend(left, left + self.scrollable_content_region.width, None).apply_style(self.rich_style)
