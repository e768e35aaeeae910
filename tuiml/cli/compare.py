"""`tuiml compare RUN RUN...`: curves overlaid, only what differs in the recipes, what each run came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from tuiml import settings
from tuiml.cli import console
from tuiml.cli.shared import RunsDir
from tuiml.draw.numbers import duration, figure, status
from tuiml.errors import TuimlError, UsageError
from tuiml.text import clean

if TYPE_CHECKING:
    from tuiml.fields import Recipe
    from tuiml.runs.store import Run
    from tuiml.study.compare import Result, Row

_ROWS = 18
"""Height of the curves: a terminal of 24 lines shows them with the prompt below."""
_WIDEST = 120


def compare(
    *runs: Annotated[str, Parameter(help="two runs or more: id, unique beginning of one, name or folder")],
    plot: Annotated[Literal["loss", "metric", "none"], Parameter(help="which validation curves to draw")] = "loss",
    json: Annotated[bool, Parameter(help="print one JSON object", negative=())] = False,
    runs_dir: RunsDir = None,
) -> int:
    """Compare runs: curves overlaid, only what differs in their recipes, what each came to."""
    from tuiml.study.compare import differences, leaders, results

    found, recipes = _readable(_find(runs, runs_dir))
    differing, came_to = differences(recipes), results(found)
    best = leaders(came_to)
    if json:
        console.data_json(_as_json(differing, came_to, best))
        return 0
    if plot != "none":
        _draw(found, plot)
    _say_table(differing, came_to, best)
    if len({recipe.task for recipe in recipes}) > 1:
        console.say("these runs learned different tasks: their losses and metrics say nothing about one another")
    return 0


def _find(words: Sequence[str], runs_dir: str | None) -> list[Run]:
    """Return the runs meant. Raises UsageError for fewer than two, and for one that is meant twice."""
    from tuiml.runs import store

    where = settings.load({"runs_dir": runs_dir}).runs_dir
    if len(words) < 2:
        latest = [folder.name() or folder.id for folder in store.folders(where)[:2]]
        example = f"tuiml compare {' '.join(reversed(latest))}" if len(latest) == 2 else "tuiml compare RUN RUN"
        received = f"received one: {words[0]}" if words else "received none"
        raise UsageError(f"a comparison takes two runs or more; {received}. Like: {example}. `tuiml runs` lists them.")
    folders = [store.find(where, word) for word in words]
    for number, folder in enumerate(folders):
        first = folders.index(folder)
        if first < number:
            raise UsageError(f"{words[first]!r} and {words[number]!r} are the same run, {folder.id}. Name it once.")
    return [store.read(folder) for folder in folders]


def _readable(runs: Sequence[Run]) -> tuple[list[Run], list[Recipe]]:
    """Return the runs whose recipes can be read, with these; the others are left out, and said to be. Raises UsageError for fewer than two."""
    from tuiml import recipe

    found: list[tuple[Run, Recipe]] = []
    for run in runs:
        try:
            found.append((run, recipe.read(run.folder.recipe)))
        except TuimlError as error:
            console.say(f"{run.folder.id} is left out: {clean(error, 400)}")
    if len(found) < 2:
        raise UsageError("a comparison takes two runs or more whose recipes can be read.")
    return [run for run, _ in found], [one for _, one in found]


def _draw(found: Sequence[Run], which: str) -> None:
    from tuiml.draw.overlay import MOST, overlay

    if not console.utf8_data():
        console.say("the curves need a terminal or a file in UTF-8; the tables follow")
        return
    if len(found) > MOST:
        console.say(f"curves of the first {MOST} runs; the tables have all {len(found)}")
    pairs = [(run.name or run.folder.id, run.state) for run in found]
    console.render_data(overlay(pairs, which, min(console.width(), _WIDEST), _ROWS, plain=not console.colors_data()))
    console.data("")


def _say_table(rows: Sequence[Row], found: Sequence[Result], best: Sequence[int]) -> None:
    """Print a column for each run: its name, what it has different, what it came to; as many beside one another as fit."""
    from rich.cells import cell_len, set_cell_size
    from rich.text import Text

    if not rows:
        console.data("the recipes are the same in every field")
    star = " ★" if console.utf8_data() else " *"
    names = [f"{_letter(at)}{star if at in best else ''} {_name(one)}" for at, one in enumerate(found)]
    lines = [("", names), *((row.path, list(row.values)) for row in rows), ("", []), *_figures(found)]
    label, room = max(len(name) for name, _ in lines), console.width()
    cap = max((room - label) // 3 - 2, 12)
    widths = [min(max(cell_len(cells[at]) for _, cells in lines if cells), cap) for at in range(len(found))]
    for columns in _blocks(widths, room - label):
        for number, (name, cells) in enumerate(lines):
            words = [set_cell_size(clean(cells[at], widths[at]), widths[at]) for at in columns] if cells else []
            console.render_data(Text("  ".join([name.ljust(label), *words]).rstrip(), "" if number else "bold"))
        console.data("")


def _blocks(widths: Sequence[int], room: int) -> list[list[int]]:
    """Return the columns that stand beside one another, each two cells from the one before."""
    blocks: list[list[int]] = [[]]
    for at, width in enumerate(widths):
        if blocks[-1] and sum(widths[other] + 2 for other in blocks[-1]) + width + 2 > room:
            blocks.append([])
        blocks[-1].append(at)
    return blocks


def _figures(found: Sequence[Result]) -> list[tuple[str, list[str]]]:
    """Return what the runs came to, a row for each figure that one of them has."""
    metrics = {result.metric for result in found} - {"loss"}
    metric = metrics.pop() if len(metrics) == 1 else "metric"
    plain = not console.utf8_data()
    rows = [
        ("status", [status(result.status, plain) for result in found]),
        ("epochs", [result.epochs for result in found]),
        ("best epoch", [str(result.best or "") for result in found]),
        ("val_loss", [figure(result.loss) for result in found]),
        (f"val_{metric}", [figure(result.value) if result.metric != "loss" else "" for result in found]),
        ("test_loss", [figure(result.test_loss) for result in found]),
        (f"test_{metric}", [figure(result.test) if result.metric != "loss" else "" for result in found]),
        ("gap at the end", [figure(result.gap) for result in found]),
        ("parameters", [f"{result.parameters:,}" if result.parameters else "" for result in found]),
        ("time", [duration(result.seconds) for result in found]),
        ("verdict", [result.verdict.replace("_", " ") for result in found]),
    ]
    return [(name, cells) for name, cells in rows if any(cells)]


def _letter(number: int) -> str:
    """Return the letter of a run in the chart; of those that are not drawn, its number."""
    from tuiml.draw.overlay import LETTERS

    return LETTERS[number] if number < len(LETTERS) else str(number + 1)


def _name(result: Result) -> str:
    return clean(result.name or result.run, 40)


def _as_json(rows: Sequence[Row], found: Sequence[Result], best: Sequence[int]) -> dict[str, Any]:
    ids = [result.run for result in found]
    return {
        "runs": ids,
        "differences": [
            {"path": row.path, "title": row.title, "values": dict(zip(ids, row.values, strict=True))} for row in rows
        ],
        "results": [asdict(result) for result in found],
        "best": [ids[number] for number in best],
    }
