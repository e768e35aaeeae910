"""What the texts of the form amount to: a recipe with its command, or problems, and what there is to tell about the task."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuiml import knobs
from tuiml.draw.folds import networks
from tuiml.errors import Problem, RecipeError, TuimlError
from tuiml.fields import DataFields, EarlyStopping, Recipe
from tuiml.runs import references
from tuiml.tasks.base import Task
from tuiml.tui.setup import form
from tuiml.tui.setup.form import DEFAULT, EARLY_STOPPING, PRESET, Values
from tuiml.tui.setup.past import Past

Known = dict[tuple[str, object], Task]
"""What has been found out about tasks, by name and by how their files are read."""

_OF_FOLDERS = ("image_size", "color", "class_weights")
"""The data fields that change what a folder of pictures says of itself: another one is no reason to list it anew."""


@dataclass(frozen=True)
class Examined:
    """What the form's texts amount to: a recipe with its command, or problems; `advice` does not hinder a run.

    `changed` are the fields that differ from the task's default recipe, or from the preset chosen, each with what it is
    there. `memory` are bytes, `seconds` what all epochs take, as far as both can be told. `about` says what the task is,
    `head` why the last layer and the loss are what they are.
    """

    recipe: Recipe | None = None
    command: str = ""
    changed: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    parameters: int | None = None
    memory: int | None = None
    seconds: float | None = None
    timed: bool = False
    """Whether runs of this task have told the seconds; else they are guessed from the size of the work."""
    task: Task | None = None
    about: str = ""
    head: str = ""


def examine(values: Values, runs_dir: Path, known: Known | None = None, past: Past | None = None) -> Examined:
    """Return what the texts mean, with every problem found. May look into the user's files: call it off the UI loop.

    `runs_dir` is where the run to begin with is looked for. `known` keeps what was found out about tasks between calls,
    so that files are not read at every key; `past` knows how long runs took.
    """
    from tuiml.tasks import catalog, check, effort, sizes

    values = dict(values) | {"task": catalog.canonical(values["task"])}
    recipe: Recipe | None = None
    base: Recipe | None = None
    task: Task | None = None
    sound: object = None
    problems: list[Problem] = []
    try:
        sound = recipe = references.resolved(form.recipe_of(values), runs_dir)
    except RecipeError as error:
        found = references.complete(error, runs_dir)
        problems += found.problems
        sound = found.sound
    try:
        base = form.base_recipe(values["task"], values.get(PRESET, DEFAULT))
        task = _find(values["task"], recipe, {} if known is None else known)
    except RecipeError as error:
        problems += error.problems
    except TuimlError as error:
        problems.append(Problem("task", _unnamed(values["task"]) or str(error)))
    changed = {} if base is None else _changed(recipe, base) if recipe else _typed_over(values, base)
    changed.pop("task", None)  # it is compared with the same task, whose path may be written otherwise
    if task and isinstance(sound, Recipe):  # what else is wrong is told beside what has no meaning at all
        told = {problem.path for problem in problems}
        problems += [problem for problem in check.check(sound, task) if problem.path not in told]
    about = _about(task, sound if isinstance(sound, Recipe) else base) if task else ""
    if recipe is None or base is None or task is None or problems:
        return Examined(changed=changed, problems=tuple(dict.fromkeys(problems)), task=task, about=about)
    head = check.head_of(recipe, task)
    timed = past.seconds(recipe, task) if past else None
    return Examined(
        recipe,
        _command(recipe, base, values.get(PRESET, DEFAULT)),
        changed,
        (),
        tuple(_advice(recipe, task)),
        sizes.parameters(recipe, task),
        sizes.training_memory(recipe, task),
        effort.all_epochs(recipe, task) if timed is None else timed,
        timed is not None,
        task,
        about,
        f"Now {head.activation} and {head.loss}. {head.reason}",
    )


def _find(name: str, recipe: Recipe | None, known: Known) -> Task:
    from tuiml.tasks import catalog

    data = recipe.data if recipe else None
    told = data or DataFields()
    looked = tuple(getattr(told, field) for field in _OF_FOLDERS) if name.startswith("folder:") else data
    if (name, looked) not in known:
        known[name, looked] = catalog.find(name, data)
    return known[name, looked]


def _unnamed(task: str) -> str:
    """Return what to do where the path of the user's files is still to be typed."""
    field = form.file_field(task)
    return f"name {field.help}." if field and task == field.beginning else ""


def _advice(recipe: Recipe, task: Task) -> Iterable[Problem]:
    from tuiml.tasks.advice import advise

    if task.warning:
        yield Problem("task", task.warning)
    if recipe.folds.k:
        yield Problem("folds.k", networks(recipe.folds.k, recipe.folds.repeats, recipe.folds.refit))
    yield from advise(recipe, task)


_KINDS = {"value": "a number", "share": "a number from 0 to 1"}


def _about(task: Task, recipe: Recipe | None) -> str:
    """Return a task's title, what is to be predicted, its rows by split, shape and source in a few words."""
    count = len(task.classes or ())
    labels = "labels, any number of them" if task.kind == "many_of_n" else "classes"
    kind = _KINDS.get(task.kind) or (f"{count} {labels}" if count else labels)
    shape = "x".join(map(str, task.shape)) if task.shape and task.pictures else ""
    parts = [task.title, kind, _rows(task, recipe), shape, task.source]
    return " · ".join(part for part in parts if part)


def _rows(task: Task, recipe: Recipe | None) -> str:
    """Return how many rows each split will have."""
    from tuiml.tasks.split import counts

    if task.rows is None or recipe is None:
        return ""
    folds = recipe.folds.k > 0
    train, validation, test = counts(task.rows, recipe.data.model_dump(), folds)
    training = f"{train:,} rows in {recipe.folds.k} folds" if folds else f"{train:,} train"
    parts = [training, f"{validation:,} validation" if validation else "", f"{test:,} test" if test else ""]
    return " + ".join(part for part in parts if part)


def _command(recipe: Recipe, base: Recipe, preset: str) -> str:
    """Return the command that runs `recipe`, which was made from the preset `base`."""
    words = knobs.flags(recipe, base)
    return shlex.join(["tuiml", *words[:2], *(["--preset", preset] if preset != DEFAULT else []), *words[2:]])


def _changed(recipe: Recipe, base: Recipe) -> dict[str, str]:
    before = base.early_stopping or EarlyStopping()
    arguments = [path for path in knobs.KNOBS if path.startswith(f"{EARLY_STOPPING}.") and recipe.early_stopping]
    was = {path: getattr(before, path.removeprefix(f"{EARLY_STOPPING}.")) for path in arguments}
    stopping = {path: knobs.as_text(value) for path, value in was.items() if knobs.get(recipe, path) != value}
    return {path: knobs.as_text(knobs.get(base, path)) for path in knobs.differences(recipe, base)} | stopping


def _typed_over(values: Values, base: Recipe) -> dict[str, str]:
    plain = form.values_of(base)
    return {path: plain[path] for path, text in values.items() if path in plain and text.strip() != plain[path]}
