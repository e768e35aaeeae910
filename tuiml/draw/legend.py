"""Legends: which marker is whose, in the longest form that fits."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from tuiml.draw.chart import Line, sample, style_of
from tuiml.draw.view import View
from tuiml.text import clean


def legend(lines: Sequence[Line], words: str = "", plain: bool = False) -> Text:
    """Return one line that says which marker is whose, with other words after them."""
    text = Text(end="", no_wrap=True)
    for line in lines:
        text.append(sample(line), style_of(line, plain)).append(f" {clean(line.label)}  ")
    text.append(clean(words))
    text.rstrip()
    return text


def head(name: str, forms: Sequence[tuple[Sequence[Line], str]], width: int, plain: bool) -> Text:
    """Return a name and a legend in one line of `width` cells: the first of its `forms`, (lines, other words), that fits."""
    for lines, words in forms:
        text = Text.assemble((clean(name), "" if plain else "bold"), "  ", end="", no_wrap=True)
        text.append_text(legend(lines, words, plain) if lines else Text("nothing to draw yet"))
        if text.cell_len <= width:
            break
    return fitted(text, width)


def modes(view: View) -> str:
    """Return the words that a name is followed by where a curve is not what was measured: " (log, smoothed 0.6)"."""
    words = [*(["log"] if view.log else []), *([f"smoothed {view.factor:g}"] if view.factor else [])]
    return f" ({', '.join(words)})" if words else ""


def facts(parts: Sequence[str], width: int) -> Text:
    """Return as many of the parts, the first ones first, as fit into a line of `width` cells."""
    shown: list[str] = []
    for part in parts:
        if len(" · ".join([*shown, part])) <= width:
            shown.append(part)
    return fitted(Text(" · ".join(shown), end="", no_wrap=True), width)


def fitted(text: Text, width: int) -> Text:
    """Return the text as a whole line of `width` cells."""
    text.truncate(width, overflow="ellipsis", pad=True)
    return text.append("\n")
