"""LogPane: the last lines of a file that others write, read again only when it grew."""

from __future__ import annotations

import os
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from tuiml.text import clean_lines

_BYTES = 16_384


class LogPane(VerticalScroll):
    """Shows the end of `file`; `version` is the size that was painted last."""

    version: reactive[int] = reactive(-1, init=False)

    def __init__(self, file: Path, empty: str) -> None:
        super().__init__()
        self.file, self.empty = file, empty

    def compose(self) -> ComposeResult:
        """Lay out the text."""
        yield Static(self.empty, markup=False)

    def look(self) -> None:
        """Paint again when the file grew."""
        try:
            self.version = self.file.stat().st_size
        except OSError:
            self.version = 0

    def watch_version(self, size: int) -> None:
        """Paint the last lines."""
        try:
            with self.file.open("rb") as stream:
                stream.seek(max(size - _BYTES, 0), os.SEEK_SET)
                found = stream.read(_BYTES).decode(errors="replace")
        except OSError:
            found = ""
        lines = clean_lines(found.replace("\r\n", "\n").replace("\r", "\n"), 400)
        self.query_one(Static).update(Content(lines.strip() or self.empty))
        self.scroll_end(animate=False)
