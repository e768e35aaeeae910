"""The flags of the command without a command word: training. What they do is in `headless`, so that `--help` loads none of it."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Group, Parameter

from tuiml.cli.options import with_recipe_flags

_RECIPE = Group.create_ordered("Recipe")
_RUN = Group.create_ordered("Run")
_OUTPUT = Group.create_ordered("Output")


@with_recipe_flags
def train(
    fields: dict[str, Any],
    *,
    preset: Annotated[
        str | None,
        Parameter(
            help="a named recipe: overfit, regularized, small, original, bigger, or one of the task's own, such as notes",
            group=_RECIPE,
        ),
    ] = None,
    recipe: Annotated[
        str | None, Parameter(help="a recipe file, such as recipe.toml of a run folder", group=_RECIPE)
    ] = None,
    sets: Annotated[
        list[str] | None, Parameter(name="--set", help="any field: --set data.fraction=0.1", group=_RECIPE, negative=())
    ] = None,
    name: Annotated[str | None, Parameter(help="a name to find the run by", group=_RUN)] = None,
    runs_dir: Annotated[str | None, Parameter(help="folder that holds the run folders", group=_RUN)] = None,
    detach: Annotated[
        bool, Parameter(help="train in the background; the run outlives this terminal", group=_RUN, negative=())
    ] = False,
    requirements: Annotated[
        list[str] | None, Parameter(name="--require", help="exit with 6 unless METRIC>=NUMBER", group=_RUN, negative=())
    ] = None,
    dry_run: Annotated[
        bool, Parameter(help="check and print the whole recipe, train nothing", group=_RUN, negative=())
    ] = False,
    json: Annotated[bool, Parameter(help="print one JSON object at the end", group=_OUTPUT, negative=())] = False,
    jsonl: Annotated[bool, Parameter(help="print every event as a line of JSON", group=_OUTPUT, negative=())] = False,
    quiet: Annotated[bool, Parameter(alias="-q", help="no narration", group=_OUTPUT, negative=())] = False,
) -> int:
    """Train on a task and leave a run folder. Without a terminal: one plain line per epoch."""
    from tuiml.cli import headless

    plan = headless.plan(fields, preset, recipe, sets or [], runs_dir)
    if dry_run:
        return headless.dry_run(plan, json)
    return headless.train(
        plan,
        name=name,
        runs_dir=runs_dir,
        detach=detach,
        requirements=requirements or [],
        json=json,
        jsonl=jsonl,
        quiet=quiet,
    )
