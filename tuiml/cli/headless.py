"""Training without the app: this process is the runner, or starts one that outlives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tuiml import settings
from tuiml.cli import console, require
from tuiml.cli.progress import Lines, Narrator, Quiet
from tuiml.cli.shared import as_json
from tuiml.draw.folds import epochs_asked, networks
from tuiml.errors import RecipeError, UsageError
from tuiml.fields import Recipe
from tuiml.knobs import command
from tuiml.recipe import to_toml
from tuiml.records import Record, encode
from tuiml.runs import launch, references, store
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog, check, recipes, sizes, split
from tuiml.tasks.advice import advise
from tuiml.tasks.base import Task
from tuiml.tasks.goals import Goal


def plan(
    fields: Mapping[str, Any], preset: str | None, recipe: str | None, sets: Sequence[str], runs_dir: str | None = None
) -> Recipe:
    """Return the recipe that the flags ask for, checked against its task; the run and the file that it names are paths.

    Raises RecipeError with all that is wrong, DataError when the task's data cannot be used.
    """
    typed, where = dict(fields), settings.load({"runs_dir": runs_dir}).runs_dir
    try:
        made = recipes.build_recipe(typed.pop("task", None), preset, recipe, sets, typed)
    except RecipeError as error:
        raise check.complete(references.complete(error, where)) from None
    try:
        made = references.resolved(made, where)
    except RecipeError as error:
        raise check.complete(error) from None
    problems = check.check(made, catalog.of(made))
    if problems:
        raise RecipeError(problems)
    return made


def train(
    recipe: Recipe,
    *,
    name: str | None,
    runs_dir: str | None,
    detach: bool,
    requirements: Sequence[str],
    json: bool,
    jsonl: bool,
    quiet: bool,
    origin: str = "",
) -> int:
    """Make the run folder, then train here or in the background; return the exit code. `origin` is the run that it varies."""
    wanted = require.parse(requirements)
    about = catalog.of(recipe)
    if not recipe.model.file:  # its outputs may have metrics of their own
        require.check_names(wanted, check.head_of(recipe, about).metrics, recipe.folds.k > 0)
    if detach and (wanted or jsonl):
        raise UsageError(
            "--detach returns before there is anything to tell or require: leave --jsonl and --require out."
        )
    if json and jsonl:
        raise UsageError("--json prints one object and --jsonl a line per event: choose one.")
    narrator = Quiet() if quiet else Narrator() if console.is_terminal() else Lines()
    for sentence in _notes(recipe, about):
        narrator.say(sentence)
    folder = launch.prepare(recipe, settings.load({"runs_dir": runs_dir}).runs_dir, name, "cli", origin)
    if detach:
        return _detach(folder, json, narrator)
    return run_here(folder, narrator, json, jsonl, wanted)


def run_here(
    folder: RunFolder,
    narrator: Quiet,
    json: bool = False,
    jsonl: bool = False,
    wanted: Sequence[Goal] = (),
) -> int:
    """Be the runner of a run folder: train, narrate, report; return the exit code."""
    from tuiml.train import runner

    state = store.read(folder).state

    def hear(record: Record) -> None:
        state.apply(record)
        if jsonl and record.event is not None:
            with suppress(BrokenPipeError):  # the reader has gone, the run has not
                console.data(encode(record.event, record.seq, record.t))
        narrator.hear(record, state)

    console.divert(folder.log)
    with narrator:
        narrator.say(f"run {folder.id}")
        code = runner.run(folder, hear, foreground=True)
    narrator.card(state, recipes.repeat(folder.recipe, epochs_asked(state)), str(folder.path))
    if json:
        console.data_json(as_json(folder, state))
    if code == 0:
        require.check(wanted, state.results())
    runner.leave_if_abandoned(code)
    return code


def dry_run(plan: Recipe, json: bool) -> int:
    """Print the whole recipe on stdout, as TOML or JSON."""
    reproduce = command(plan, recipes.default_recipe(plan.task))
    if json:
        console.data_json({"command": reproduce, "recipe": plan.model_dump(mode="json", exclude_none=True)})
    else:
        task = catalog.of(plan)
        for sentence in (reproduce, *_expected(plan, task), *_notes(plan, task)):
            console.say(f"# {sentence}")
        console.data(to_toml(plan).rstrip("\n"))
    return 0


def _expected(recipe: Recipe, task: Task) -> Iterator[str]:
    """Yield the rows of each split, the layers and the memory of training, as far as they are known without the data."""
    if task.rows is not None:
        counts = split.counts(task.rows, recipe.data.model_dump(), folds=recipe.folds.k > 0)
        names = ("train", "validation", "test")
        yield "rows: " + " + ".join(f"{count:,} {name}" for count, name in zip(counts, names, strict=True) if count)
    layers, memory = sizes.layers(recipe, task), sizes.training_memory(recipe, task)
    if layers is not None:
        yield "network: " + "; ".join(map(str, layers))
        yield f"{sum(layer.parameters for layer in layers):,} parameters" + (
            f", about {memory / 1e6:,.1f} MB in training" if memory is not None else ""
        )


def _notes(recipe: Recipe, task: Task) -> Iterator[str]:
    """Yield what one should know before a run: sentences that hinder nothing."""
    if task.warning:
        yield f"warning: {task.warning}"
    if recipe.folds.k:
        yield f"note: {networks(recipe.folds.k, recipe.folds.repeats, recipe.folds.refit)}"
    for piece in advise(recipe, task):
        yield f"note: {piece}"


def _detach(folder: RunFolder, json: bool, narrator: Quiet) -> int:
    process = launch.start(folder)
    if json:
        console.data_json({"run": folder.id, "status": "preparing", "folder": str(folder.path), "pid": process.pid})
    else:
        console.data(folder.id)
    where = "" if folder.path.parent == settings.load().runs_dir else f" --runs-dir {folder.path.parent}"
    narrator.say(f"training in the background; tuiml watch {folder.id}{where}")
    return 0
