"""QuitQuestion: what becomes of the runs that are alive when one leaves."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tuiml.errors import StorageError
from tuiml.runs import launch
from tuiml.text import clean
from tuiml.tui.runners import BY, Runners, read_piece
from tuiml.tui.settling import Dialog

Answer = Literal["leave", "stay"]

_LOOK_EVERY = 0.2


class QuitQuestion(Dialog[Answer]):
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
        followers = [runners.followers[folder.path] for folder in self._alive]
        for follower in followers:
            read_piece(follower)  # its screen may have been left long ago
        self._paused = bool(followers) and all(follower.state.status == "paused" for follower in followers)

    def compose(self) -> ComposeResult:
        """Lay out the question and its answers; the first is highlighted."""
        it = "it" if len(self._alive) == 1 else "them"
        what = "paused" if self._paused else "alive"
        many = "A run is" if len(self._alive) == 1 else f"{len(self._alive)} runs are"
        names = ", ".join(clean(folder.name() or folder.id, 40) for folder in self._alive[:3])
        with Vertical(classes="dialog"):
            yield Static(f"{many} {what}: {names}", classes="dialog-title", markup=False)
            yield OptionList(
                Option(f"Leave {it} {'paused' if self._paused else 'running'}", id="leave"),
                Option(f"Stop {it} and keep the results", id="stop"),
                Option("Stay", id="stay"),
            )
            again = "; `tuiml resume` goes on with it" if self._paused else ", or with `tuiml watch`"
            yield Static(f"A run left alone is found again under Runs{again}.", classes="dialog-note", markup=False)

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
