"""A k-fold study as its runner would tell it: facts in order, with curves that fall and rise again."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tuiml import events, folds
from tuiml.events import Event
from tuiml.folds import Folds
from tuiml.records import Record
from tuiml.state import RunState


def metrics(epoch: int, repeat: int, fold: int) -> dict[str, float]:
    """What a fold has at an epoch: validation is best about epoch 20, a little apart for each fold."""
    error = 2 + fold / 10 + repeat / 20 + 8 * math.exp(-epoch / 4) + epoch / 200
    return {"loss": 9 * math.exp(-epoch / 9), "mae": 3 * math.exp(-epoch / 9), "val_loss": error**2, "val_mae": error}


def study(
    k: int = 4, repeats: int = 1, epochs: int = 60, stacked: bool = True, refit: bool = True, failed: int = 0
) -> Iterator[Event]:
    """Yield all facts of a study; fold `failed` of the first repeat, where there is one, fails at once."""
    yield events.RunStarted("20260101-120000-boston_housing", "boston_housing", epochs, 1, 0, 1, "host")
    yield events.DataReady(404, 0, 102, [13], [])
    yield events.ModelReady(["dense_1 (64,) 896"], 5121, "mse", ["mae"], 303, "cpu")
    yield events.FoldsPlanned(k, repeats, k * repeats, epochs, 303, stacked, 240.0, refit)
    known: Folds = {}
    for fact in _folds(k, repeats, epochs, stacked, failed):
        folds.take(known, fact, 0.0)
        yield fact
    suggested = folds.suggest(known, "val_mae", 0.9, 10)
    assert suggested is not None
    yield suggested
    for epoch in range(1, (suggested.epoch if refit else 0) + 1):
        learned = {name: value for name, value in metrics(epoch, 1, 1).items() if not name.startswith("val_")}
        yield events.EpochStarted(epoch, 1e-3)
        yield events.EpochEnded(epoch, learned, 0.1, 1e-3)
    if refit:
        yield events.Evaluated("test", {"loss": 14.2, "mae": 2.51})
    yield events.RunEnded("finished", "all epochs done", None, 60.0, None, 0, suggested.epoch if refit else None)


def _folds(k: int, repeats: int, epochs: int, stacked: bool, failed: int) -> Iterator[Event]:
    for repeat in range(1, repeats + 1):
        lost = failed if repeat == 1 else 0
        if lost:
            yield events.FoldEnded(lost, repeat, "failed", {}, "no memory [red]")
        numbers = [fold for fold in range(1, k + 1) if fold != lost]
        for together in [numbers] if stacked else [[fold] for fold in numbers]:
            for epoch in range(1, epochs + 1):
                for fold in together:
                    yield events.EpochStarted(epoch, 1e-3, fold, repeat)
                for fold in together:
                    yield events.EpochEnded(epoch, metrics(epoch, repeat, fold), 0.1, 1e-3, None, fold, repeat)
            for fold in together:
                yield events.FoldEnded(fold, repeat, "finished", metrics(epochs, repeat, fold))


def records(facts: Iterator[Event]) -> Iterator[Record]:
    """Yield facts as a log holds them, a tenth of a second apart."""
    for number, fact in enumerate(facts):
        yield Record(number + 1, 1_767_268_800.0 + number / 10, type(fact).__name__, fact, dict(vars(fact)))


def state(count: int | None = None, **options: int | bool) -> RunState:
    """Return what the first `count` facts of a study come to, None for all."""
    return RunState.replay(list(records(study(**options)))[:count])  # type: ignore[arg-type]
