"""Settling: screens that come to rest at the size that the terminal has, however many sizes have come by."""

from __future__ import annotations

from textual.events import Resize
from textual.screen import ModalScreen, Screen, ScreenResultType


class Settling(Screen[ScreenResultType]):
    """Takes no size but the app's.

    Textual (8.2) tells a screen of each size that it has just laid itself out at. When several are on their way, as when a
    window is dragged on a busy machine, each of them comes round again for ever: the last size loses, and a core is kept busy.
    """

    async def _on_resize(self, event: Resize) -> None:
        """Pass over a size of the past; the present one is on its way."""
        if event.size != self.app.size:
            event.prevent_default()


class Dialog(ModalScreen[ScreenResultType], Settling[ScreenResultType]):
    """A screen that lies over another one and answers with something."""
