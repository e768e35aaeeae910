"""Whether the metrics that a recipe records, monitors or stops at are there to be had."""

from __future__ import annotations

from collections.abc import Sequence

from tuiml.errors import Problem, did_you_mean
from tuiml.fields import Recipe
from tuiml.tasks import goals
from tuiml.tasks.base import Kind
from tuiml.tasks.heads import Head
from tuiml.tasks.metrics import METRICS


def check(recipe: Recipe, kind: Kind, head: Head) -> list[Problem]:
    """Return what is wrong with the metrics that a recipe records, monitors or stops at."""
    return _check_extra(recipe, kind, head) + _check_monitor(recipe, head) + _check_goal(recipe, head)


def _check_extra(recipe: Recipe, kind: Kind, head: Head) -> list[Problem]:
    kind = "one_of_n" if kind == "binary" and head.units > 1 else kind
    fitting = [name for name, metric in METRICS.items() if kind in metric.kinds]
    problems = []
    for name in recipe.train.metrics:
        if name not in fitting:
            what = "is for other kinds of tasks" if name in METRICS else "is not a metric known here"
            hint = "" if name in METRICS else did_you_mean(name, fitting)
            problems.append(f"{name!r} {what}.{hint} Expected some of {', '.join(fitting)}.")
        elif kind == "one_of_n" and METRICS[name].labels not in ("", "rows" if head.one_hot else "numbers"):
            problems.append(f"{name} {_MISFIT[head.one_hot]}")
    return [Problem("train.metrics", problem) for problem in problems]


_MISFIT = {
    True: "needs class numbers, and with this loss or these metrics labels are rows of zeros with a one; "
    "the metric of the same name without sparse_ measures the same on rows.",
    False: "needs labels as rows of zeros with a one, and here they are class numbers; give --labels one_hot.",
}


def _check_monitor(recipe: Recipe, head: Head) -> list[Problem]:
    if recipe.early_stopping is None:
        return []
    monitor = recipe.early_stopping.monitor
    sentence = _unknown(recipe, monitor, head.metrics)
    if not sentence and _without_validation(recipe, monitor):
        sentence = (
            f"{monitor} needs validation rows, and data.validation is 0; "
            f"give --validation 0.2, or monitor={monitor.removeprefix('val_')}."
        )
    return [Problem("early_stopping.monitor", sentence)] if sentence else []


def _check_goal(recipe: Recipe, head: Head) -> list[Problem]:
    if not recipe.train.stop_when.strip():
        return []
    try:
        goal = goals.parse(recipe.train.stop_when)
    except ValueError as error:
        return [Problem("train.stop_when", f"{error}; received {recipe.train.stop_when!r}.")]
    sentence = _unknown(recipe, goal.metric, head.metrics)
    if not sentence and _without_validation(recipe, goal.metric):
        sentence = (
            f"{goal.metric} needs validation rows, and data.validation is 0; "
            f"give --validation 0.2, or stop at {goal.metric.removeprefix('val_')}."
        )
    return [Problem("train.stop_when", sentence)] if sentence else []


def _unknown(recipe: Recipe, name: str, metrics: Sequence[str]) -> str:
    trained = ["loss", *(metric for metric in metrics if metric in METRICS)]
    known = trained + [f"val_{metric}" for metric in trained]
    if name in known:
        return ""
    return f"there is no metric {name!r} here.{did_you_mean(name, known)} Known: {', '.join(known)}."


def _without_validation(recipe: Recipe, name: str) -> bool:
    """Whether a metric of validation rows is meant, and there are none; each fold has its own."""
    return name.startswith("val_") and recipe.data.validation == 0 and recipe.folds.k == 0
