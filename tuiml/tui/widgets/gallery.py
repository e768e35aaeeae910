"""Gallery: pairs of pictures in the terminal's own graphics, each row of them one image, with its captions below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tuiml.draw import pictures
from tuiml.tui import graphics
from tuiml.tui.widgets.sheet import Pixels, Sheet


class Gallery(Sheet):
    """A sheet whose pictures have all their pixels, and more colors than half-blocks."""

    DEFAULT_CSS = """
    Gallery { layout: vertical; overflow: hidden; }
    Gallery Static { height: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[Any, Static]] = []
        """The image and the captions of each row. Children that are removed are still found for a while."""

    def render_line(self, y: int) -> Strip:
        """Return nothing: the rows are widgets."""
        return Strip.blank(self.size.width, self.rich_style)

    def watch_pairs(self, *_: object) -> None:
        """Show other pictures, in the widgets that are there where their number and size are the same."""
        self.call_after_refresh(self._fill)

    def watch_at(self) -> None:
        """Mark another caption."""
        self.call_after_refresh(self._fill)

    watch_large = on_resize = on_focus = on_blur = watch_at

    def _fill(self) -> None:
        shown = self.pairs[: self.room]
        if not shown or not self.is_mounted:
            return
        layout = pictures.layout(shown[0][0].shape, len(shown), *self.size)
        if layout is None:
            return
        rows = [shown[start : start + layout.across] for start in range(0, len(shown), layout.across)]
        if len(self._rows) != len(rows):
            self.remove_children()
            self._rows = [(_image(), Static(markup=False)) for _ in rows]
            for widgets in self._rows:
                self.mount(*widgets)
        for number, (row, (image, caption)) in enumerate(zip(rows, self._rows, strict=True)):
            image.styles.width, image.styles.height = len(row) * layout.pitch - pictures.GAP, layout.rows
            image.image = strip(row, layout)
            at = self.at - number * layout.across if self.has_focus else -1
            words = pictures.captions(row, layout, at)
            caption.update(Text.assemble(*((segment.text, segment.style or "") for segment in words)))


def strip(row: Sequence[pictures.Pair], layout: pictures.Layout) -> Image.Image:
    """Return a row of pairs as one image, on black, with the gaps that the cells of half-blocks would have."""
    wide, tall = graphics.chosen().cell
    box = (layout.columns * wide, layout.rows * tall)
    image = Image.new("RGB", ((len(row) * layout.pitch - pictures.GAP) * wide, box[1]))
    for number, (before, after, _) in enumerate(row):
        for place, pixels in enumerate((before, after)):
            left = (number * layout.pitch + place * (layout.columns + 1)) * wide
            image.paste(_fitted(pixels, box), (left, 0))
    return image


def _fitted(pixels: Pixels, box: tuple[int, int]) -> Image.Image:
    """Return a picture as large as the box allows, enlarged pixel by pixel."""
    rgb = pictures.rgb(pixels)
    factor = min(box[0] / rgb.shape[1], box[1] / rgb.shape[0])
    size = (max(round(rgb.shape[1] * factor), 1), max(round(rgb.shape[0] * factor), 1))
    how = Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.BOX
    return Image.fromarray(np.ascontiguousarray(rgb)).resize(size, how)


def _image() -> Widget:
    from textual_image.widget import SixelImage, TGPImage

    kind: Any = TGPImage if graphics.chosen().graphics == graphics.KITTY else SixelImage
    widget: Widget = kind(classes="gallery-row")
    return widget
