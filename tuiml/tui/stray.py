"""Stray output: what libraries write to the process's own streams while the app has the terminal goes into a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

_MOST = 1_000_000
"""Bytes at which the file is begun anew."""


@contextmanager
def kept_off() -> Iterator[Path | None]:
    """Send the streams 1 and 2 to a log file and yield its path, None where there can be none; the app keeps the terminal.

    Python's own prints Textual catches; what C libraries write, and what is written past `sys.stderr`, it does not, and
    each such byte would tear the screen. Textual finds the terminal in `sys.__stdout__` and `sys.__stderr__`.
    """
    file = _log_file()
    sink = os.open(file or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    before = sys.__stdout__, sys.__stderr__
    with ExitStack() as undo:
        undo.callback(os.close, sink)
        for number, stream in enumerate(before, 1):
            if stream is not None:
                stream.flush()
            kept = os.dup(number)
            undo.callback(os.close, kept)
            undo.callback(os.dup2, kept, number)
            terminal = open(kept, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115  _close does
            undo.callback(_close, terminal)
            setattr(sys, ("__stdout__", "__stderr__")[number - 1], terminal)
            os.dup2(sink, number)
        try:
            yield file
        finally:
            sys.__stdout__, sys.__stderr__ = before  # type: ignore[misc]


def _close(terminal: IO[str]) -> None:
    with suppress(OSError):  # what is still unwritten when a terminal was closed has nowhere to go
        terminal.close()


def _log_file() -> Path | None:
    """Return the user's log file of the app, begun anew when it is long; None where it cannot be written."""
    import platformdirs

    file = Path(platformdirs.user_log_dir("tuiml")) / "app.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as stream:
            if stream.tell() > _MOST:
                stream.truncate(0)
    except OSError:
        return None
    return file
