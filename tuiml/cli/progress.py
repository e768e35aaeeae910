"""What a headless run tells while it trains: a bar and rows on a terminal, one plain line per epoch otherwise."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tuiml import events
from tuiml.cli import console
from tuiml.events import Record
from tuiml.state import RunState

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table


class Quiet:
    """Tells nothing; the base of the others."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the display."""

    def say(self, text: str) -> None:
        """Tell a sentence."""

    def hear(self, record: Record, state: RunState) -> None:
        """Take in a fact; `state` holds it already."""

    def card(self, state: RunState, command: str, folder: str) -> None:
        """Show the result."""


class Lines(Quiet):
    """One plain line per epoch, for logs."""

    def say(self, text: str) -> None:
        """Tell a sentence on a line."""
        console.say(text)

    def hear(self, record: Record, state: RunState) -> None:
        """Tell stages, epochs and notices."""
        from tuiml.draw.tables import epoch_line

        event = record.event
        if isinstance(event, events.Preparing):
            self.say(f"{event.what} ...")
        elif isinstance(event, events.ModelReady):
            self.say(_facts(state))
        elif isinstance(event, events.EpochEnded):
            self.say(epoch_line(state, ascii=not console.utf8()))
        elif isinstance(event, events.Noticed):
            self.say(f"{event.level}: {event.text}")
        elif isinstance(event, events.Wished):
            self.say(f"{event.wish}: asked by {event.by}")

    def card(self, state: RunState, command: str, folder: str) -> None:
        """Print the result card, whatever ended the run."""
        from tuiml.draw.card import result_card

        console.render(result_card(state, command, folder))


class Narrator(Lines):
    """Rows of epochs above a bar with ETA, redrawn a few times a second."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._state = RunState()

    def __enter__(self) -> Self:
        from rich.live import Live

        self._live = Live(console=console.rich_stderr(), get_renderable=self._bar, refresh_per_second=4, transient=True)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the bar away; rows stay."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        from rich.text import Text

        from tuiml.text import clean_lines

        if self._live is not None:
            self._live.console.print(Text(clean_lines(text)))
        else:
            console.say(text)

    def hear(self, record: Record, state: RunState) -> None:
        """Keep the state for the bar, print what deserves a line of its own."""
        self._state = state
        if not isinstance(record.event, events.Preparing):  # the bar shows the stage
            super().hear(record, state)

    def _bar(self) -> Table:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        from tuiml.draw.tables import duration

        state = self._state
        line = Table.grid(padding=(0, 1))
        eta = state.eta()
        place = (
            f"{state.stage} ..."
            if state.status == "preparing"
            else f"{state.status}  epoch {state.epoch}/{state.epochs}"
        )
        figures = "  ".join(
            f"{name} {value:.4f}" for name, value in state.metrics.items() if not name.startswith("val_")
        )
        line.add_row(
            place,
            ProgressBar(total=1.0, completed=state.progress(), width=24),
            figures,
            f"eta {duration(eta)}" if eta is not None else duration(state.elapsed(time.time())),
        )
        return line


def _facts(state: RunState) -> str:
    rows = " + ".join(f"{count:,} {split}" for split, count in state.rows.items() if count)
    return f"{rows} rows; {state.parameters:,} parameters; loss {state.loss}; {state.device}"
