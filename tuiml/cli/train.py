"""The command without a command word: train headless."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter

from tuiml import settings
from tuiml.cli import console, require
from tuiml.cli.options import with_recipe_flags
from tuiml.cli.progress import Lines, Narrator, Quiet
from tuiml.errors import RecipeError
from tuiml.events import Record, encode
from tuiml.fields import Recipe
from tuiml.knobs import command
from tuiml.recipe import to_toml
from tuiml.runs import launch, store
from tuiml.runs.folder import RunFolder
from tuiml.runs.summary import summary

_RECIPE = Group.create_ordered("Recipe")
_RUN = Group.create_ordered("Run")
_OUTPUT = Group.create_ordered("Output")


@with_recipe_flags
def train(
    fields: dict[str, Any],
    *,
    preset: Annotated[str | None, Parameter(help="a named recipe of the task, such as notes", group=_RECIPE)] = None,
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
    from tuiml.tasks import catalog, check
    from tuiml.tasks.catalog import build_recipe

    wanted = require.parse(requirements or [])
    task = fields.pop("task", None)
    try:
        plan = build_recipe(task, preset, recipe, sets or [], fields)
    except RecipeError as error:
        raise check.complete(error) from None
    about = catalog.find(plan.task)
    problems = check.check(plan, about)
    if problems:
        raise RecipeError(problems)
    narrator = Quiet() if quiet else Narrator() if console.is_terminal() else Lines()
    for advice in check.advice(plan, about):
        narrator.say(f"note: {advice}")
    reproduce = command(plan, catalog.default_recipe(plan.task))
    if dry_run:
        return _dry_run(plan, reproduce, json)
    folder = launch.prepare(plan, settings.load({"runs_dir": runs_dir}).runs_dir, name, by="cli")
    if detach:
        return _detach(folder, json)
    return run_here(folder, reproduce, narrator, json, jsonl, wanted)


def run_here(
    folder: RunFolder, reproduce: str, narrator: Quiet, json: bool, jsonl: bool, wanted: list[require.Requirement]
) -> int:
    """Be the runner of a run folder: train, narrate, report; return the exit code."""
    from tuiml.train import runner

    state = store.read(folder).state

    def hear(record: Record) -> None:
        state.apply(record)
        if jsonl and record.event is not None:
            console.data(encode(record.event, record.seq, record.t))
        narrator.hear(record, state)

    console.divert(folder.log)
    with narrator:
        narrator.say(f"run {folder.id}")
        code = runner.run(folder, hear, foreground=True)
    narrator.card(state, reproduce, str(folder.path))
    if json:
        console.data_json(summary(folder, state))
    if code == 0:
        require.check(wanted, state.results())
    elif state.error:
        console.say(f"tuiml: {state.error}")
    _leave_now(code)
    return code


def _leave_now(code: int) -> None:
    """After a second Ctrl-C the training thread still computes: leave without waiting for it."""
    import os
    import threading

    if any(thread.name == "training" and thread.is_alive() for thread in threading.enumerate()):
        sys.stdout.flush()
        os._exit(code)


def _dry_run(plan: Recipe, reproduce: str, json: bool) -> int:
    if json:
        console.data_json({"command": reproduce, "recipe": plan.model_dump(mode="json", exclude_none=True)})
    else:
        console.say(f"# {reproduce}")
        console.data(to_toml(plan).rstrip("\n"))
    return 0


def _detach(folder: RunFolder, json: bool) -> int:
    process = launch.start(folder)
    if json:
        console.data_json({"run": folder.id, "status": "preparing", "folder": str(folder.path), "pid": process.pid})
    else:
        console.data(folder.id)
    where = "" if folder.path.parent == settings.load().runs_dir else f" --runs-dir {Path(folder.path.parent)}"
    console.say(f"training in the background; tuiml watch {folder.id}{where}")
    return 0
