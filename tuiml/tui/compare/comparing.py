"""What the screen of comparison says: which recipes differ in what, what each run came to, and what to do with too few. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.text import Text

from tuiml.draw.numbers import SYMBOLS, duration, figure
from tuiml.draw.overlay import COLORS, LETTERS
from tuiml.study.compare import Result, Row
from tuiml.text import clean

_NAME = 24
_VALUE = 20
_LETTER = len("A ")
_POINTER = " " * len("▸ A ")
_HEADING = "what differs"
_SPARE = ("time", "status", "gap", "test", "epochs", "best")
"""Columns that are left out where there is no room, the first one first."""
_SHORTEST = 8  # cells of a name, before a column is left out


def letter(number: int) -> tuple[str, str]:
    """Return a run's letter in the chart and its color; of those that the chart has no room for, a dot."""
    return (LETTERS[number], COLORS[number]) if number < len(LETTERS) else ("·", "")


def result_lines(results: Sequence[Result], best: Collection[int], chosen: int, width: int) -> list[Text]:
    """Return the table of results for `width` cells, its heading first: a row per run, the chosen one pointed at, the best starred."""
    metrics = list(dict.fromkeys(result.metric for result in results))
    rows = [_cells(result, number in best, metrics) for number, result in enumerate(results)]
    names, widths = list(rows[0]) if rows else [], dict[str, int]()
    for spare in ("", *_SPARE):
        names = [name for name in names if name != spare]
        widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names}
        excess = len(_POINTER) + sum(widths.values()) + 2 * (len(names) - 1) - width
        if widths and widths["run"] - excess >= min(widths["run"], _SHORTEST):
            widths["run"] -= max(excess, 0)
            break
    heading = _POINTER + "  ".join(_padded(name, widths[name], name) for name in names)
    lines = [Text(heading, "bold", no_wrap=True, end="")]
    for number, row in enumerate(rows):
        tag, color = letter(number)
        words = "  ".join(_padded(row[name], widths[name], name) for name in names)
        pointer = "▸ " if number == chosen else "  "
        line = Text.assemble(pointer, (f"{tag} ", color), words, no_wrap=True, end="")
        line.stylize("reverse" if number == chosen else "", 0, 1)
        line.stylize("bold" if number == chosen else "")
        lines.append(line)
    return lines


def _cells(result: Result, best: bool, metrics: Sequence[str]) -> dict[str, str]:
    """Return a run's cells by column, among them one for each of `metrics`, which are those of all runs."""
    values = {
        f"val {clean(metric, 20)}": figure(result.value) if metric == result.metric else ""
        for metric in metrics
        if metric != "loss"
    }
    return {
        "run": clean(result.name or result.run, _NAME),
        "status": result.status,
        "epochs": f"{SYMBOLS.get(result.status, '?')} {result.epochs}",
        "best": str(result.best or ""),
        "val loss": figure(result.loss) + (" ★" if best else "  "),
        **values,
        "test": figure(result.test),
        "gap": figure(result.gap),
        "time": duration(result.seconds, whole=True),
        "verdict": result.verdict.replace("_", " "),
    }


def _padded(cell: str, width: int, name: str) -> str:
    cell = cell if len(cell) <= width else f"{cell[: width - 1]}…"
    return f"{cell:<{width}}" if name in ("run", "status", "verdict") else f"{cell:>{width}}"


def difference_lines(rows: Sequence[Row], names: Sequence[str], width: int) -> list[Text]:
    """Return what differs between recipes for `width` cells, its heading first; what differs from the first run's is bold."""
    if len(names) < 2:
        return []
    if not rows:
        return [Text("The recipes are the same.", "dim")]
    title = max(len(_HEADING), *(len(row.title) for row in rows))
    each = max(min((width - title - 2) // len(names) - 2, _VALUE), 3)
    heading = Text(f"{_HEADING:<{title}}  ", "bold", no_wrap=True, end="")
    for number, name in enumerate(names):
        tag, color = letter(number)
        heading.append(f"{tag} ", color).append(f"{clean(name, each - _LETTER):<{each - _LETTER}}  ")
    lines = [heading]
    for row in rows:
        line = Text(f"{row.title:<{title}}  ", no_wrap=True, end="")
        for value in row.values:
            word = clean(value, 200) or "–"
            shown = word if len(word) <= each else f"{word[: each - 1]}…"
            line.append(f"{shown:<{each}}  ", "bold" if value != row.values[0] else "")
        lines.append(line)
    return lines


NOTHING = (
    "Nothing to compare yet.\n\nctrl+l: the list of runs. space marks some of them, c lays them over one another.\n"
    "From a run, v starts the same with one thing changed: that makes the best comparison."
)
OTHERS = "These runs learned different tasks: their losses and metrics say nothing about one another."
ALONE = "One run alone: v starts it again with one thing changed; ctrl+l lists others, space marks, c compares."


def hidden(panes: Sequence[str], shown: str) -> str:
    """Return what there is no room for: the panes beside the one that is shown."""
    others = [pane for pane in panes if pane != shown]
    return f"{shown} shown; {', '.join(others)}: tab" if others else ""
