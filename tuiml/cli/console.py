"""The only door to stdout and stderr: stdout is data, stderr is narration."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tuiml.errors import StorageError
from tuiml.records import outward
from tuiml.text import clean_lines

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_stderr: IO[str] | None = None


def data(text: str) -> None:
    """Write a line of data to stdout, at once. Raises BrokenPipeError, once, when the reader went away (`| head`)."""
    try:
        print(text, flush=True)  # noqa: T201
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still in the buffer goes nowhere
        raise


def data_json(value: Any) -> None:
    """Write one JSON object to stdout; numbers that are not finite as strings."""
    data(json.dumps(outward(value), ensure_ascii=not _utf8(sys.stdout), allow_nan=False))


def say(text: str) -> None:
    """Write narration to stderr; control characters of foreign text are made visible."""
    with suppress(OSError, ValueError):  # a terminal that is gone hears nothing
        print(clean_lines(text), file=_stderr or sys.stderr, flush=True)


def asked(question: str) -> bool:
    """Ask on the terminal and return whether the answer is yes; without a terminal it is no."""
    if not (sys.stdin.isatty() and is_terminal()):
        return False
    say(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def render(renderable: RenderableType) -> None:
    """Write something of rich to stderr."""
    with suppress(OSError, ValueError):
        rich_stderr().print(renderable, soft_wrap=True)


def render_data(renderable: RenderableType, soft_wrap: bool = False) -> None:
    """Write something of rich to stdout: lists and cards that were asked for; `soft_wrap` leaves long lines whole."""
    from rich.console import Console

    with suppress(BrokenPipeError):
        Console(highlight=False, width=width()).print(renderable, soft_wrap=soft_wrap)


def width() -> int:
    """Return how many cells a line of data may have: a file has room, a terminal as much as it is wide."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 160


def rich_stderr() -> Console:
    """Return a rich console on stderr."""
    from rich.console import Console

    return Console(file=_stderr or sys.stderr, highlight=False)


def is_terminal() -> bool:
    """Whether narration goes to a terminal that can move its cursor."""
    stream = _stderr or sys.stderr
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def utf8() -> bool:
    """Whether narration may use characters beyond ASCII."""
    return _utf8(_stderr or sys.stderr)


def utf8_data() -> bool:
    """Whether data may use characters beyond ASCII."""
    return _utf8(sys.stdout)


def colors_data() -> bool:
    """Whether data may be colored: it goes to a terminal that has colors, and NO_COLOR is not set."""
    from rich.console import Console

    return Console().color_system is not None


def soften() -> None:
    """Let characters that stdout and stderr cannot encode appear as escapes instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def divert(log: Path) -> None:
    """Let everything that libraries print to file descriptor 2 (TensorFlow's C++ does) go to a log; narration stays on stderr."""
    global _stderr
    if _stderr is None:
        _stderr = os.fdopen(os.dup(2), "w", encoding=sys.stderr.encoding, errors="replace", buffering=1)
    try:
        handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(f"{log} cannot be written: {error.strerror}.") from None
    os.dup2(handle, 2)
    os.close(handle)


def _utf8(stream: IO[str]) -> bool:
    return "utf" in str(getattr(stream, "encoding", "") or "").lower()
