"""Sheet: pairs of pictures in half-blocks, as many as fit, each with a caption."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

Pixels = npt.NDArray[np.uint8]
MOST = 24
"""Pairs at once, however large the terminal: more take longer to draw than a key may take."""


class Sheet(Widget):
    """Shows the first of `pairs` (before, after, caption)."""

    pairs: reactive[tuple[tuple[Pixels, Pixels, str], ...]] = reactive(
        (), always_update=True
    )  # arrays have no single truth to compare by

    @property
    def room(self) -> int:
        """How many pairs there is room for, also where fewer are left to show; at least one, so that one can turn pages."""
        from tuiml.draw.pictures import fitting

        return max(fitting(self.pairs[0][0].shape, *self.size, MOST), 1) if self.pairs else 1

    @property
    def free(self) -> int:
        """How many lines the pictures leave free."""
        from tuiml.draw.pictures import lines_used

        count = min(self.room, len(self.pairs))
        return self.size.height - lines_used(self.pairs[0][0].shape, *self.size, count) if count else 0

    def render(self) -> Text:
        """Return the pairs that fit."""
        from tuiml.draw.pictures import side_by_side

        return side_by_side(self.pairs[:MOST], *self.size)
