"""What a headless run tells while it trains: a bar and rows on a terminal, one plain line per epoch otherwise."""

from __future__ import annotations

import time
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tuiml import events
from tuiml.cli import console
from tuiml.coach import diagnosis
from tuiml.records import Record
from tuiml.state import RunState

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table


_FOLD_LINES = 20
"""Lines about epochs of folds in a whole study, at most."""


class Quiet:
    """Tells nothing but the error that ended a run; the base of the others."""

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
        """Show the result: where nothing else is told, the error alone."""
        if state.error:
            console.say(f"tuiml: {state.error}")


class Lines(Quiet):
    """One plain line per epoch, for logs; of folds a line each, and some between."""

    _told = 0

    def say(self, text: str) -> None:
        """Tell a sentence on a line."""
        console.say(text)

    def hear(self, record: Record, state: RunState) -> None:
        """Tell stages, epochs, folds and notices."""
        event = record.event
        if isinstance(event, events.Preparing):
            self.say(f"{event.what} ...")
        elif isinstance(event, events.ModelReady):
            self.say("; ".join(state.layers))
            self.say(_facts(state))
        elif isinstance(event, events.EpochEnded) and event.fold is None:
            self._epoch(state)
        elif isinstance(event, events.EpochEnded | events.FoldsPlanned | events.FoldEnded | events.FoldsEnded):
            self._folds(event, state)
        elif isinstance(event, events.Noticed):
            self.say(f"{event.level}: {event.text}")
        elif isinstance(event, events.Wished):
            self.say(f"{event.wish}: asked by {event.by}")

    def _epoch(self, state: RunState) -> None:
        from tuiml.draw.tables import epoch_line

        self.say(epoch_line(state, ascii=not console.utf8()))

    def _folds(self, event: events.Event, state: RunState) -> None:
        """Tell the plan, each fold that has ended, some epochs between, and what all of them suggest."""
        from tuiml.draw import folds

        ascii_only = not console.utf8()
        if isinstance(event, events.FoldsPlanned):
            self.say(folds.planned(state))
        elif isinstance(event, events.FoldEnded):
            self.say(folds.fold_line(state, state.folds[event.repeat, event.fold]))
        elif isinstance(event, events.FoldsEnded):
            self.say(f"suggested {folds.suggestion(state, ascii_only)}")
        elif (told := folds.reached(state, _FOLD_LINES)) > self._told:
            self._told = told
            self.say(folds.epoch_line(state, ascii_only))

    def card(self, state: RunState, command: str, folder: str) -> None:
        """Print the result card, whatever ended the run."""
        from tuiml.draw.card import result_card

        console.render(result_card(state, command, folder, verdict=diagnosis.said_of(state)))


class Narrator(Lines):
    """Rows of epochs in columns above one line with a bar and ETA, redrawn a few times a second."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._state = RunState()
        self._headed = False

    def __enter__(self) -> Self:
        from rich.live import Live

        self._live = Live(console=console.rich_stderr(), get_renderable=self._bar, refresh_per_second=4, transient=True)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the bar away; rows stay. A terminal that is gone needs nothing taken away."""
        live, self._live = self._live, None
        if live is not None:
            with suppress(OSError, ValueError):
                live.stop()

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        from rich.text import Text

        from tuiml.text import clean_lines

        if self._live is None:
            console.say(text)
            return
        with suppress(OSError, ValueError):
            self._live.console.print(Text(clean_lines(text)))

    def hear(self, record: Record, state: RunState) -> None:
        """Keep the state for the bar, print what deserves a line of its own."""
        self._state = state
        if not isinstance(record.event, events.Preparing):  # the bar shows the stage
            super().hear(record, state)

    def _epoch(self, state: RunState) -> None:
        from tuiml.draw.tables import epoch_row

        headers, row = epoch_row(state, ascii=not console.utf8())
        if not self._headed:
            self._headed = True
            self.say(headers)
        self.say(row)

    def _bar(self) -> Table:
        from rich.progress_bar import ProgressBar
        from rich.table import Table

        from tuiml.draw.folds import now
        from tuiml.draw.tables import duration

        state = self._state
        line = Table.grid(padding=(0, 1), expand=False)
        for _ in range(3):
            line.add_column(no_wrap=True, overflow="ellipsis")
        if state.status == "preparing":
            line.add_row(f"{state.stage} ...", duration(state.elapsed(time.time()), whole=True), "")
            return line
        figures = "  ".join(
            f"{name} {value:.4f}" for name, value in state.metrics.items() if not name.startswith("val_")
        )
        eta = state.eta()
        left = f"eta {duration(eta, whole=True)}" if eta is not None else duration(state.elapsed(time.time()))
        bar = ProgressBar(total=1.0, completed=state.progress(), width=16)
        place = f"{now(state)} " if state.plan else ""
        line.add_row(f"{state.status} {place}{state.epoch}/{state.epochs}", bar, f"{left}  {figures}")
        return line


def _facts(state: RunState) -> str:
    return f"{state.counts()} rows; {state.parameters:,} parameters; loss {state.loss}; {state.device}"
