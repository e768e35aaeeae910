"""QuitQuestion: what becomes of the runs that are alive when one leaves."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuiml.errors import StorageError
from tuiml.runs import launch
from tuiml.text import clean
from tuiml.tui.runners import BY, Runners

Answer = Literal["leave", "stay"]

_LOOK_EVERY = 0.2


class QuitQuestion(ModalScreen[Answer]):
    """Ends with "leave" when the app should end, with "stay" when not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stay", "Stay"),
        Binding("ctrl+q,q", "ignore", show=False),
    ]

    stopping: reactive[bool] = reactive(False, init=False)

    def __init__(self, runners: Runners) -> None:
        super().__init__()
        self.runners = runners
        self._alive = runners.alive()

    def compose(self) -> ComposeResult:
        """Lay out the question and its answers; the first is highlighted."""
        one = len(self._alive) == 1
        with Vertical(classes="dialog"):
            yield Static(
                f"{'A run is' if one else f'{len(self._alive)} runs are'} alive: {', '.join(clean(folder.id, 40) for folder in self._alive[:3])}",
                classes="dialog-title",
                markup=False,
            )
            yield OptionList(
                Option("Leave it running" if one else "Leave them running", id="leave"),
                Option("Stop it and keep the results" if one else "Stop them and keep the results", id="stop"),
                Option("Stay", id="stay"),
            )
            yield Static(
                "A run left alone is found again under Runs, or with `tuiml watch`.",
                classes="dialog-note",
                markup=False,
            )

    @property
    def note(self) -> Static:
        """The words under the answers."""
        return self.query_one(".dialog-note", Static)

    @on(OptionList.OptionSelected)
    def _answered(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == "stop":
            self.stopping = True
        else:
            self.dismiss("leave" if event.option_id == "leave" else "stay")

    def watch_stopping(self, stopping: bool) -> None:
        """Ask the runs to stop, then wait for them."""
        if not stopping:
            return
        for folder in self._alive:
            try:
                launch.wish(folder, "stop", BY)
            except StorageError as error:
                self.note.update(clean(error))
                return
        self.note.update("Stopping… the results are being saved. Esc stays, Enter on the first answer leaves now.")
        self.query_one(OptionList).highlighted = 0
        self.set_interval(_LOOK_EVERY, self._look)

    def _look(self) -> None:
        if not self.runners.alive():
            self.dismiss("leave")

    def action_stay(self) -> None:
        """Go on."""
        self.dismiss("stay")

    def action_ignore(self) -> None:
        """The question is already there."""
