"""The Boston study of the notes, against the notes' own way of training it; `pytest -s` prints the figures."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone

EPOCHS = 3


@pytest.mark.tf
@pytest.mark.slow
def test_the_folds_of_the_notes_train_twenty_times_as_fast_as_by_plain_fit(
    keras_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three epochs of the same four folds, batch 1, validation included, measured in turn with `model.fit`."""
    import keras

    from tuiml.runs.folder import RunFolder
    from tuiml.tasks.recipes import build_recipe
    from tuiml.train import folds, model, rows
    from tuiml.train.control import Control
    from tuiml.train.plan import planned
    from tuiml.train.side_by_side import SideBySide

    monkeypatch.setenv("KERAS_HOME", str(keras_home))
    recipe = build_recipe("boston_housing", preset="notes", sets=[f"train.epochs={EPOCHS}"])
    source = rows.read(recipe, lambda text: None)
    numbers, plan = planned(source)
    feeds = [rows.feeds(source, numbers[fold.train], numbers[fold.validation], lambda text: None) for fold in plan]
    networks = [
        model.build(folds.recipe_of(recipe, fold), mine.input, mine.head)
        for fold, mine in zip(plan, feeds, strict=True)
    ]
    control = Control(lambda event: None)
    stack = SideBySide(
        RunFolder(tmp_path), tmp_path / "stack", recipe, plan, feeds, networks, control, lambda event: None, print
    )
    plain = [keras.models.clone_model(network) for network in networks]
    for network in plain:
        network.compile("rmsprop", "mse", metrics=["mae"])

    def ours() -> None:
        stack.done = 0
        stack.train()

    def notes() -> None:
        for network, mine in zip(plain, feeds, strict=True):
            train, held_out = ((feed.x[feed.rows], feed.y[feed.rows]) for feed in (mine.train, mine.validation))
            network.fit(*train, validation_data=held_out, epochs=EPOCHS, batch_size=1, verbose=0)

    stack.seconds_per_epoch()
    for network, mine in zip(plain, feeds, strict=True):
        network.fit(mine.train.x[:2], mine.train.y[:2], batch_size=1, verbose=0)
    ratios = []
    for _ in range(3):
        times = []
        for work in (notes, ours):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        ratios.append(times[0] / times[1])
    found = statistics.median(ratios)
    sys.stdout.write(f"\n{found:.0f} times as fast as plain fit, {min(ratios):.0f} to {max(ratios):.0f}\n")

    assert [len(mine.train.rows) for mine in feeds] == [303] * 4
    assert found >= 20
