"""The gate for foreign text (file names, labels, logs, exception messages) on its way to a terminal."""

from __future__ import annotations

import unicodedata

_LIMIT = 2000


def clean(text: object, limit: int = _LIMIT) -> str:
    """Return `text` as one printable line: control characters and direction marks become visible escapes.

    Terminal escape sequences start with a control character (C0, DEL or C1), so none survives;
    bidirectional and zero-width format characters could make a name read as another one.
    Longer text than `limit` characters is cut with an ellipsis.
    """
    line = str(text)[: limit + 1]
    if not line.isprintable():  # letters and the space are; a thousand runs are mostly that
        line = "".join(_visible(character) for character in line)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean_lines(text: object, limit: int = _LIMIT) -> str:
    """Like `clean`, line by line: line breaks are kept, everything else that moves the cursor is not."""
    return "\n".join(clean(line, limit) for line in str(text).splitlines())


def _visible(character: str) -> str:
    if character == "\t":
        return " "
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return character
