"""News of a run: what happened to it while one was looking, for toasts; an old run's news are no news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tuiml.state import RunState
from tuiml.text import clean


@dataclass(frozen=True)
class Toast:
    """Words with a title; `end` is that of the run."""

    text: str
    title: str = ""
    severity: Literal["information", "warning", "error"] = "information"
    end: bool = False


class News:
    """Remembers what it has told."""

    def __init__(self, state: RunState, alive: bool) -> None:
        self._told, self._watching = len(state.notices), alive

    def fresh(self, state: RunState, alive: Callable[[], bool]) -> list[Toast]:
        """Return what has happened since the last call; `alive` is asked where the run had ended and may go on."""
        if not self._watching:
            self._watching = state.live and alive()
            return []
        found = [
            Toast(clean(notice.text, 300), severity="warning" if notice.level == "warning" else "error")
            for notice in state.notices[self._told :]
            if notice.level != "info"
        ]
        self._told, self._watching = len(state.notices), state.live
        if not state.live:
            well = state.status in ("finished", "stopped")
            words = clean(state.reason or state.error, 200)
            found.append(Toast(words, f"The run: {state.status}", "information" if well else "error", end=True))
        return found
