"""Sheet: pairs of pictures in half-blocks, as many as fit, each with a caption."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

Pixels = npt.NDArray[np.uint8]

_LEAST = 14  # cells across, below which a picture is better made larger than joined by more


class Sheet(Widget):
    """Shows the first of `pairs` (before, after, caption)."""

    pairs: reactive[tuple[tuple[Pixels, Pixels, str], ...]] = reactive(
        (), always_update=True
    )  # arrays have no single truth to compare by

    @property
    def room(self) -> int:
        """How many pairs fit at a size that shows something."""
        if not self.pairs:
            return 1
        tall, wide = map(int, self.pairs[0][0].shape[:2])
        scale = max(-(-_LEAST // wide), 1)
        across, down = self.size.width // (2 * wide * scale + 4), (self.size.height + 1) // (tall * scale // 2 + 2)
        return max(across, 1) * max(down, 1)

    def render(self) -> Text:
        """Return the pairs that fit."""
        from tuiml.draw.pictures import side_by_side

        return side_by_side(self.pairs[: self.room], self.size.width, self.size.height)
