"""Keys: the footer; where not all of its keys fit, it shows the first ones, the way back and where to find the others."""

from __future__ import annotations

from textual.app import ComposeResult
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

    def compose(self) -> ComposeResult:
        """Yield the keys that fit; the one for help says that there are more."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
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

    def on_resize(self) -> None:
        """Choose anew where another number of keys may fit."""
        if self._shown_for == self.app.size.width:
            return  # composing anew is followed by a resize, too
        if any(not key.display for key in self.query(FooterKey)) or self._wanted > self.app.size.width:
            self.refresh(recompose=True)


def _width(key: FooterKey) -> int:
    return len(key.key_display) + len(key.description) + 2
