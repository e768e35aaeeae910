"""Finished runs with predictions that the tests make up, on real rows: in every way as a runner leaves them."""

from __future__ import annotations

import json

import numpy as np

import augment
from tests.tui.conftest import WrittenRun
from tuiml import events
from tuiml.recipe import to_toml
from tuiml.runs import predictions
from tuiml.runs.predictions import About, Predictions
from tuiml.tasks import catalog, check, prepare, scores
from tuiml.tasks.described import Described
from tuiml.tasks.recipes import build_recipe
from tuiml.tasks.split import split as split_rows


def write(run: WrittenRun, task: str, sets: tuple[str, ...] = (), wrong: float = 1.5) -> WrittenRun:
    """Make `run` one of `task` that has finished after 12 epochs; `wrong` is how noisy its outputs are."""
    run.recipe = build_recipe(task, sets=sets)
    run.folder.recipe.write_text(to_toml(run.recipe))
    known, data = catalog.of(run.recipe), catalog.of(run.recipe).load(run.recipe.data.model_dump(), lambda what: None)
    parts = split_rows(data, run.recipe.data.model_dump(), run.recipe.train.seed, folds=False)
    head = check.head_of(run.recipe, known, data.outputs)
    described = Described.of(
        task, known.kind, data, head, prepare.fit(run.recipe, data, parts.train), augment.Pipeline()
    )
    run.folder.path.joinpath("preparation.json").write_text(json.dumps(described.to_json() | {"version": 1}))
    metric = scores.METRIC[known.kind]
    figures = {}
    for name, rows in (("test", parts.test), ("validation", parts.validation)):
        of_test = name == "test" and rows is None
        numbers = np.arange(len(data.test_y)) if of_test else rows
        y = (data.test_y if of_test else data.train_y)[numbers]
        outputs = _outputs(known.kind, y, data.outputs, head.units, wrong)
        losses = scores.row_losses(head.loss, y, outputs)
        about = About(name, "test" if of_test else "train", len(numbers), 0.0, 12)
        predictions.write(run.folder, Predictions(about, numbers, y, outputs, losses))
        figures[name] = {"loss": float(losses.mean()), metric: scores.metric(known.kind, y, outputs)}
    _log(run, task, metric, figures, (len(parts.train), len(parts.validation), len(numbers)), list(data.classes))
    return run


def _outputs(kind: str, y: np.ndarray, outputs: int, units: int, wrong: float) -> np.ndarray:
    noise = np.random.default_rng(7).normal(0, wrong, (len(y), units))
    if kind == "one_of_n":
        said = np.exp(4 * np.eye(outputs)[y] + noise)
        return np.asarray(said / said.sum(axis=1, keepdims=True), np.float32)
    if kind in ("binary", "many_of_n"):
        return np.asarray(1 / (1 + np.exp(-(4 * y.reshape(len(y), -1) - 2 + noise))), np.float32)
    truth = y.reshape(len(y), -1)
    return np.asarray(truth.mean() + 0.6 * (truth - truth.mean()) + 0.3 * wrong * truth.std() * noise, np.float32)


def _log(
    run: WrittenRun,
    task: str,
    metric: str,
    figures: dict[str, dict[str, float]],
    rows: tuple[int, ...],
    classes: list[str],
) -> None:
    sense = {"loss": 2.3025, "accuracy": 0.101} if metric == "accuracy" else {"loss": 5786.0, metric: 65.76}
    run.write(
        events.RunStarted(run.folder.id, task, 12, 32, 0, 1, "host"),
        events.DataReady(*rows, [8, 8, 1], classes, baseline=sense),
        events.ModelReady(["output"], 650, "loss", [metric], 36, "cpu"),
    )
    validation = figures["validation"]
    for epoch in range(1, 13):
        worse = 1 + 0.05 * abs(epoch - 9)
        metrics = {
            "loss": 0.2,
            metric: 0.97,
            "val_loss": validation["loss"] * worse,
            f"val_{metric}": validation[metric],
        }
        run.write(events.EpochStarted(epoch, 0.001), events.EpochEnded(epoch, metrics, 0.9, 0.001))
    best = {name: value * 0.99 for name, value in figures["test"].items()}
    run.write(
        events.Evaluated("test", figures["test"]),
        events.Evaluated("test", best, "best"),
        events.RunEnded("finished", "all 12 epochs done", 9, 14.0, final_epoch=12),
    )
