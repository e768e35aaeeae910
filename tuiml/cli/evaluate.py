"""`tuiml evaluate`: a run's figures on rows it has not learned from, and the rows it gets wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from tuiml import recipe as recipes
from tuiml.cli import console
from tuiml.cli.shared import Json, RunsDir, RunWord, find
from tuiml.errors import DataError, StorageError, UsageError
from tuiml.fields import Recipe
from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState

if TYPE_CHECKING:
    from tuiml.tasks.judged import Judged


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    split: Literal["test", "validation"]
    weights: Literal["final", "best"]
    fresh: bool
    importance: bool
    repeats: int


@dataclass
class Found:
    """What there is to report: predictions and description of the task, metrics by name, whose weights, importance."""

    predictions: Any
    described: Any
    metrics: dict[str, float]
    weights: str
    importance: list[Any] = field(default_factory=list)

    @cached_property
    def judged(self) -> Judged:
        """What follows from the predictions. Raises StorageError when they do not fit the task."""
        from tuiml.tasks.judged import Judged

        kept = self.predictions
        found = Judged(self.described, kept.about.of, kept.rows, kept.y, kept.outputs, kept.losses)
        return found.checked(f"predictions/{kept.about.split}.npz")


def evaluate(
    run: RunWord = None,
    /,
    *,
    split: Annotated[Literal["test", "validation"], Parameter(help="which rows")] = "test",
    weights: Annotated[
        Literal["final", "best"], Parameter(help="those the run ended with, or of the epoch of best validation loss")
    ] = "final",
    fresh: Annotated[bool, Parameter(help="compute everything anew with TensorFlow", negative=())] = False,
    importance: Annotated[
        bool, Parameter(help="how much worse it gets when a column is shuffled (tables)", negative=())
    ] = False,
    repeats: Annotated[int, Parameter(help="how often each column is shuffled")] = 5,
    samples: Annotated[int, Parameter(help="how many of the rows of highest loss to show")] = 6,
    json: Json = False,
    runs_dir: RunsDir = None,
) -> int:
    """Show a run's loss and metrics, confusion matrix, scores of classes, errors of values, and the worst rows.

    What the run left in its folder needs no TensorFlow; `--fresh`, `--weights best` and `--importance` do.
    """
    if samples < 0 or repeats < 1:
        raise UsageError(
            "--samples is expected to be 0 or more, --repeats 1 or more; "
            f"received --samples {samples}, --repeats {repeats}."
        )
    folder = find(run, runs_dir)
    state, recipe = store.read(folder).state, recipes.read(folder.recipe)
    wanted = Wanted(split, weights, fresh, importance, repeats)
    found = _stored(folder, state, wanted) or _computed(folder, state, recipe, wanted)
    from tuiml.cli import evaluation

    worst = evaluation.worst(found, recipe, samples, shown=not json)
    if json:
        console.data_json({"run": folder.id, **evaluation.as_json(found, worst)})
    else:
        evaluation.render(folder.id, found, worst)
    return 0


def _stored(folder: RunFolder, state: RunState, wanted: Wanted) -> Found | None:
    """Return what the run left in its folder; None where it did not, or where more is wanted."""
    if wanted.fresh or wanted.importance or wanted.weights != "final":
        return None
    from tuiml.runs import predictions
    from tuiml.tasks.described import Described

    kept, described = predictions.at_the_end(folder, wanted.split, state), predictions.read_preparation(folder)
    if kept is None or described is None:
        return None
    told = state.results()
    prefix = ("val_",) if wanted.split == "validation" else ("test_", "best_test_")
    metrics = {name: value for name, value in told.items() if name.startswith(prefix) and isinstance(value, float)}
    epoch = f", of epoch {state.final_epoch}" if state.final_epoch else ""
    return Found(kept, Described.read(described, str(folder.path)), metrics, "that it ended with" + epoch)


def _computed(folder: RunFolder, state: RunState, recipe: Recipe, wanted: Wanted) -> Found:
    """Return what the network says now, in this process."""
    warn(state)
    hush(folder)
    from tuiml.train import evaluation, reload, rows

    trained = reload.load(folder, recipe, state, wanted.weights, console.say)
    source = rows.read(recipe, quiet)
    found = evaluation.evaluate(trained, source, wanted.split)
    if found is None:
        other = "validation" if wanted.split == "test" else "test"
        raise DataError(f"{folder.id} has no {wanted.split} rows; try --split {other}.")
    kept, metrics = found
    named = {("best_" if wanted.weights == "best" else "") + f"{wanted.split}_{k}": v for k, v in metrics.items()}
    if wanted.weights == "final" and state.best_epoch is not None and (folder.checkpoints / "best.npz").exists():
        best = evaluation.evaluate(reload.load(folder, recipe, state, "best", quiet), source, wanted.split)
        named |= {f"best_{wanted.split}_{name}": value for name, value in (best[1] if best else {}).items()}
    importance = _importance(trained, source, kept, wanted, recipe.train.seed) if wanted.importance else []
    return Found(kept, trained.described, named, trained.weights, importance)


def _importance(trained: Any, source: Any, kept: Any, wanted: Wanted, seed: int) -> list[Any]:
    from tuiml.tasks import importance, scores

    described = trained.described
    if described.form != "table":
        raise UsageError(f"--importance needs a table; the rows of {described.task} are {described.form}.")
    whole = source.data.test_x if kept.about.of == "test" else source.data.train_x

    def score(cells: Any) -> float:
        return scores.better(described.kind) * scores.metric(described.kind, kept.y, trained.outputs(cells))

    names = [column.name for column in described.columns]
    return importance.permutation(score, whole[kept.rows], names, wanted.repeats, seed)


def warn(state: RunState) -> None:
    """Say what one should know before trusting the weights of a run that has not finished."""
    if state.live:
        console.say("warning: the run is still training; its last checkpoint speaks for it.")
    elif state.status in ("failed", "crashed"):
        console.say(f"warning: the run {state.status}; its last checkpoint speaks for it.")


def hush(folder: RunFolder) -> None:
    """Let what TensorFlow prints go to the run's log, or nowhere where that cannot be written."""
    try:
        console.divert(folder.log)
    except StorageError:
        console.divert(Path(os.devnull))


def quiet(what: str) -> None:
    """Hear what is being done, and say nothing."""
