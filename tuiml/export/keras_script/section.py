"""A part of a written program: its lines, the functions it takes along, what it imports."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Section:
    """`lines` of the program under a `title`; `uses` are functions of `plain`, `imports` lines for the program's top."""

    title: str
    lines: tuple[str, ...]
    uses: tuple[Callable[..., Any], ...] = ()
    imports: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the section with its heading."""
        return f"# --- {self.title}\n\n" + "\n".join(self.lines).strip("\n")


def source(function: Callable[..., Any]) -> str:
    """Return a function's source without its annotations, which a plain program does not need."""
    text = textwrap.dedent(inspect.getsource(function))
    lines = [_bare(line) if line.lstrip().startswith("def ") else line for line in text.splitlines()]
    return "\n".join(lines)


def _bare(definition: str) -> str:
    return re.sub(r" -> \w+:$", ":", re.sub(r": \w+(?=[,)])", "", definition))


def once(items: Iterable[Any]) -> list[Any]:
    """Return the items in order, each once."""
    return list(dict.fromkeys(items))
