"""Lists of what there is to choose from: tasks and augmentation operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from tuiml.cli import console
from tuiml.cli.shared import Json
from tuiml.errors import DataError, UsageError

_ROOM_FOR_SOURCES = 130


def tasks(
    show: Annotated[str | None, Parameter(help="the word `show`, to look at one task")] = None,
    name: Annotated[str | None, Parameter(help="the task to show, also folder:DIR, csv:FILE or npz:FILE")] = None,
    /,
    *,
    target: Annotated[str | None, Parameter(help="show: the columns to predict (csv)")] = None,
    kind: Annotated[str | None, Parameter(help="show: what the target is (csv and npz)")] = None,
    preset: Annotated[str | None, Parameter(help="show: the recipe to show, such as notes")] = None,
    sets: Annotated[
        list[str] | None, Parameter(name="--set", help="show: any field, as --set data.validation=0.1", negative=())
    ] = None,
    fetch: Annotated[bool, Parameter(help="show: fetch rows that are not on this machine", negative=())] = False,
    json: Json = False,
) -> int:
    """List the tasks that can be trained on; `tuiml tasks show NAME` shows one with some of its rows."""
    given = {"data.target": target, "data.kind": kind}
    fields = {path: value for path, value in given.items() if value is not None}
    if show is None:
        if fields or preset or sets or fetch:
            raise UsageError("--target, --kind, --preset, --set and --fetch are about one task: tuiml tasks show NAME.")
        return _list(json)
    if show != "show":
        raise UsageError(
            f"`tuiml tasks` takes no word but `show`; received {show!r}. One task: tuiml tasks show {show}."
        )
    if name is None:
        raise UsageError("`tuiml tasks show` needs the name of a task; `tuiml tasks` lists them.")
    from tuiml.cli import task_page

    return task_page.show(name, fields, preset, sets or [], fetch, json)


def _list(json: bool) -> int:
    from tuiml.tasks import catalog, presets, recipes

    found = []
    for name in catalog.names():
        try:
            found.append(catalog.find(name))
        except DataError as error:  # one broken plug-in does not hide the others
            console.say(f"warning: {error}")
    if json:
        told = ("name", "title", "kind", "form", "rows", "shape", "classes", "source", "published", "warning")
        console.data_json(
            [
                {key: getattr(task, key) for key in told} | {"presets": list(recipes.presets(task.name))}
                for task in found
            ]
        )
        return 0
    from tuiml.draw import task_card

    wide = console.width()
    sources = wide >= _ROOM_FOR_SOURCES
    headers = ("task", "what", "kind", "rows", *(["where from"] if sources else []), "presets")
    rows = [
        (task.name, task.title, task.kind, _rows(task), *([task.source] if sources else []), ", ".join(task.presets))
        for task in found
    ]
    console.render_data(task_card.listing(headers, rows, wide), soft_wrap=True)
    files = [(f"{beginning}PATH", f"{files.title}: {files.layout}") for beginning, files in catalog.FILES.items()]
    console.render_data(task_card.facts(files, min(wide, task_card.WIDEST)), soft_wrap=True)
    general = [f"--preset {name}: {presets.MEANINGS[name]}" for name in recipes.presets("folder:.")]
    console.render_data(
        task_card.facts([("every task", "\n".join(general))], min(wide, task_card.WIDEST)), soft_wrap=True
    )
    console.say("one of them: tuiml tasks show NAME")
    return 0


def ops(*, json: Json = False) -> int:
    """List the augmentation operations that --augment takes."""
    import augment

    catalog = augment.catalog()
    if json:
        console.data_json(
            [
                {
                    "name": name,
                    "summary": op.summary,
                    "example": op.example,
                    "parameters": [_parameter(p) for p in op.parameters()],
                }
                for name, op in catalog.items()
            ]
        )
        return 0
    rows = [
        (name, op.summary, op.example, ", ".join(str(parameter[0]) for parameter in op.parameters()))
        for name, op in catalog.items()
    ]
    console.render_data(_table(("op", "what it does", "example", "parameters"), rows))
    console.say("joined by commas: --augment flip,rotate:15,shift:0.1; @0.5 applies a step to half of the pictures")
    return 0


def _rows(task: Any) -> str:
    return f"{task.rows[0]:,} + {task.rows[1]:,}" if task.rows else ""


def _parameter(parameter: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(("name", "default", "range", "unit", "help"), (str(part) for part in parameter), strict=False))


def _table(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(*headers, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
