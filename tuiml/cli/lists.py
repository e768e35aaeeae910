"""Lists of what there is: tasks and augmentation operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from tuiml.cli import console
from tuiml.errors import DataError

Json = Annotated[bool, Parameter(help="print JSON", negative=())]


def tasks(*, json: Json = False) -> int:
    """List the tasks that can be trained on."""
    from tuiml.tasks import catalog

    found = []
    for name in catalog.names():
        try:
            found.append(catalog.find(name))
        except DataError as error:  # one broken plug-in does not hide the others
            console.say(f"warning: {error}")
    if json:
        console.data_json(
            [
                {
                    "name": task.name,
                    "title": task.title,
                    "kind": task.kind,
                    "rows": task.rows,
                    "shape": task.shape,
                    "classes": task.classes,
                    "source": task.source,
                    "presets": list(task.presets),
                    "published": task.published,
                }
                for task in found
            ]
        )
        return 0
    rows = [(task.name, task.title, _rows(task), task.source, ", ".join(task.presets)) for task in found]
    rows += [(f"{beginning}PATH", files.title, "", files.layout, "") for beginning, files in catalog.FILES.items()]
    console.render_data(_table(("task", "what", "rows", "where from", "presets"), rows))
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
