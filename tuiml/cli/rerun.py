"""`tuiml rerun`: the recipe of a run again, with changes, as a new run that knows which one it varies."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from tuiml.cli import console
from tuiml.cli.shared import RunsDir, find


def rerun(
    run: Annotated[
        str | None, Parameter(help="id, unique beginning of one, name or folder; left out: the latest")
    ] = None,
    /,
    *,
    sets: Annotated[
        list[str] | None,
        Parameter(name="--set", help="any field: --set regularize.dropout=0.3 --set train.epochs=20", negative=()),
    ] = None,
    name: Annotated[str | None, Parameter(help="a name to find the new run by")] = None,
    detach: Annotated[bool, Parameter(help="train in the background", negative=())] = False,
    dry_run: Annotated[bool, Parameter(help="check and print the whole recipe, train nothing", negative=())] = False,
    json: Annotated[bool, Parameter(help="print one JSON object at the end", negative=())] = False,
    quiet: Annotated[bool, Parameter(alias="-q", help="no narration", negative=())] = False,
    runs_dir: RunsDir = None,
) -> int:
    """Train with the recipe of a run and the fields that `--set` changes; Compare and the curves know the run that it varies."""
    from tuiml.cli import headless

    folder = find(run, runs_dir)
    plan = headless.plan({}, None, str(folder.recipe), sets or [], runs_dir)
    if dry_run:
        return headless.dry_run(plan, json)
    if not quiet:
        console.say(f"varies {folder.id}: {', '.join(sets or ['nothing changed'])}")
    return headless.train(
        plan,
        name=name,
        runs_dir=runs_dir,
        detach=detach,
        requirements=[],
        json=json,
        jsonl=False,
        quiet=quiet,
        origin=folder.id,
    )
