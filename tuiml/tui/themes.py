"""Colors: the project's own themes, told apart by every kind of color vision, and what is done where there are no colors."""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

_BLUE, _SKY, _ORANGE, _VERMILION, _YELLOW = "#0072b2", "#56b4e9", "#e69f00", "#d55e00", "#f0e442"
"""Of Okabe and Ito's palette (Color Universal Design, 2008)."""

STATUS_COLORS = {
    "preparing": "$text-primary",
    "running": "$text-success",
    "paused": "$text-warning",
    "stopping": "$text-warning",
    "finished": "$text-success",
    "stopped": "$text-warning",
    "failed": "$text-error",
    "crashed": "$text-error",
}
"""The color of each status; its word stands there too, so that nothing depends on color."""

CLEAR = (
    Theme(
        "clear-dark",
        primary=_BLUE,
        secondary=_SKY,
        accent=_ORANGE,
        success=_SKY,
        warning=_YELLOW,
        error=_VERMILION,
        foreground="#f0f0f0",
        background="#101010",
        surface="#1a1a1a",
        panel="#262626",
    ),
    Theme(
        "clear-light",
        primary=_BLUE,
        secondary="#00557f",
        accent="#8f6300",
        success=_BLUE,
        warning="#7a6a00",
        error="#a84300",
        foreground="#101010",
        background="#fafafa",
        surface="#f0f0f0",
        panel="#dedede",
        dark=False,
    ),
)
"""Good and bad are blue and orange, never green and red."""

PLAIN = "ansi-dark"
"""The terminal's own colors: of the themes, the one that sends no color at all where NO_COLOR asks for that."""
FEW = (None, "standard")
"""Systems of colors, by Rich's names, in whose 16 the shades of the other themes would all be black."""


def colorless(environ: Mapping[str, str]) -> bool:
    """Whether the user wants no colors (https://no-color.org: NO_COLOR is set and not empty)."""
    return bool(environ.get("NO_COLOR"))
