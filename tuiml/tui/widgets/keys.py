"""Keys: the footer; where not all of its keys fit, it shows the first ones, the way back and where to find the others."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

_HELP, _BACK = "app.help", "app.back"
_MORE = "more"
_PALETTE = 12
"""Cells of the key at the right end."""


class Keys(Footer):
    """A compact footer that is never cut in the middle of a key."""

    def __init__(self) -> None:
        super().__init__(compact=True)
        self._wanted = self._shown_for = 0
        self._offered: list[tuple[Binding, bool]] = []

    def compose(self) -> ComposeResult:
        """Yield the keys that fit; the one for help says that there are more."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        if keys:
            self._offered = _shown_bindings(self.screen)
        own = [key for key in keys if not key.has_class("-command-palette")]
        self._wanted = sum(_width(key) for key in own) + _PALETTE
        self._shown_for = self.app.size.width
        room = self.app.size.width - _PALETTE
        if self._wanted > self.app.size.width:
            always = [key for key in own if key.action in (_HELP, _BACK)]
            for key in always:
                key.description = _MORE if key.action == _HELP else key.description
            kept = sum(map(_width, always))
            for key in own:
                if key not in always:
                    kept += _width(key)
                    key.display = kept <= room
        yield from keys

    def bindings_changed(self, screen: Screen[Any]) -> None:
        """Make the keys anew only where others are offered: the same ones would be painted again."""
        if not self.is_attached or screen is not self.screen:
            return
        offered = _shown_bindings(screen)
        if offered != self._offered:
            self._offered = offered if self.app.app_focus else []
            super().bindings_changed(screen)

    def on_resize(self) -> None:
        """Choose anew where another number of keys may fit."""
        if self._shown_for == self.app.size.width:
            return  # composing anew is followed by a resize, too
        if any(not key.display for key in self.query(FooterKey)) or self._wanted > self.app.size.width:
            self.refresh(recompose=True)


def _shown_bindings(screen: Screen[Any]) -> list[tuple[Binding, bool]]:
    return [(one.binding, one.enabled) for one in screen.active_bindings.values() if one.binding.show]


def _width(key: FooterKey) -> int:
    return len(key.key_display) + len(key.description) + 2
