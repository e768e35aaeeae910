"""A copy of what was copied, in a file: many terminals take no clipboard from a program."""

from __future__ import annotations

from pathlib import Path


def keep(text: str, folder: Path) -> str:
    """Write the text into `folder` and return a sentence that says where it is."""
    file = folder / "command.sh"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        return f"If your terminal takes no clipboard, copy it from the screen ({file} cannot be written: {error.strerror})."
    return f"Also in {file}, for terminals that take no clipboard."
