"""Summary: the rows that a recipe will learn from: how many, of which class, from where, and some of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import ClassVar

from rich.console import Group
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from tuiml.draw import task_card
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.tasks import catalog, portrait
from tuiml.tasks.base import Data
from tuiml.tasks.sets import download
from tuiml.text import clean, clean_lines
from tuiml.tui.reporting import report
from tuiml.tui.settling import Dialog
from tuiml.tui.setup import task_page


class DataSummary(Dialog[None]):
    """Reads the rows of `recipe`, without fetching what is not on this machine unless asked to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f5,q,enter", "close", "Close"),
        Binding("f", "fetch", "Fetch", show=False),
    ]

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self._read: tuple[portrait.Portrait, Data, portrait.Contents] | None = None
        self._absent = False

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with VerticalScroll(classes="dialog wide") as dialog:
            dialog.border_subtitle = "esc closes · ↑ ↓ scroll"
            yield Static(clean(self.recipe.task, 80), classes="dialog-title", markup=False)
            yield Static("reading the data…", id="summary-page", markup=False)

    def on_mount(self) -> None:
        """Read the rows."""
        self._load(False)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _load(self, fetch: bool) -> None:
        recipe = self.recipe
        try:
            with nullcontext() if fetch else download.cache_only():
                task = catalog.of(recipe)
                data = task.load(recipe.data.model_dump(), lambda what: self._report(self._say, f"{clean(what, 100)}…"))
            found = portrait.portrait(task, recipe, data), data, portrait.contents(data, recipe, task)
        except download.AbsentError as error:
            self._absent = True
            self._report(self._say, f"{clean_lines(error, 600)}\n\nf fetches them now, and so does a run. Esc closes.")
        except TuimlError as error:
            self._report(self._say, f"✗ {clean_lines(error, 800)}\n\nEsc leads back to the form.")
        else:
            self._report(self._show, found)

    def _report(self, take: Callable[..., object], *found: object) -> None:
        report(self, take, *found)

    def _say(self, words: str) -> None:
        self.query_one("#summary-page", Static).update(Content(words))

    def _show(self, found: tuple[portrait.Portrait, Data, portrait.Contents]) -> None:
        self._read = found
        self._draw()

    def _draw(self) -> None:
        """Lay the page out as wide as there is room."""
        if self._read is None:
            return
        about, data, rows = self._read
        page = self.query_one("#summary-page", Static)
        width = max(page.size.width, 20)
        told = [*task_page.about_rows(about, rows), *task_page.findings(about, rows)]
        facts = task_card.facts([pair for pair in told if pair[1]], width)
        title = Text(clean(about.title), "bold", end="\n")
        page.update(Group(title, facts, *task_page.samples(data, rows, width)))

    def on_resize(self, event: Resize) -> None:
        """Lay it out anew."""
        self.call_after_refresh(self._draw)

    def action_fetch(self) -> None:
        """Fetch the rows where they are not on this machine."""
        if self._absent:
            self._absent = False
            self._load(True)

    def action_close(self) -> None:
        """Close."""
        self.dismiss()
