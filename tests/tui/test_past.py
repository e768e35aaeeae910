"""How long a run will take, from what others took: real folders, read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.conftest import WrittenRun
from tuiml.tasks import catalog, effort
from tuiml.tasks.recipes import build_recipe
from tuiml.tui.setup.past import Past

Written = Callable[..., WrittenRun]
DIGITS = catalog.find("digits")


def test_without_a_run_nothing_is_guessed(runs_dir: Path, written: Written) -> None:
    """No folder of runs, none of the task, one that has not come to its second epoch: unknown."""
    past = Past(runs_dir)
    assert past.seconds(build_recipe("digits"), DIGITS) is None
    run = written()
    run.warm_up()
    run.train(1, 1)
    assert past.seconds(build_recipe("digits"), DIGITS) is None
    assert past.seconds(build_recipe("wine"), catalog.find("wine")) is None


def test_the_same_recipe_takes_as_long_again(runs_dir: Path, written: Written) -> None:
    """The written run ends an epoch every 1.5 seconds; a pause in it changes nothing, twice the epochs take twice as long."""
    run = written()
    run.warm_up()
    run.train(1, 4)
    run.time += 3600
    run.train(5, 8)
    past = Past(runs_dir)

    assert past.seconds(build_recipe("digits"), DIGITS) == pytest.approx(12 * 1.5)
    assert past.seconds(build_recipe("digits", sets=["train.epochs=24"]), DIGITS) == pytest.approx(24 * 1.5)


def test_another_size_is_scaled_by_what_there_is_to_compute(runs_dir: Path, written: Written) -> None:
    """By the ratio of the two recipes' effort."""
    run = written()
    run.warm_up()
    run.train(1, 4)
    bigger, plain = build_recipe("digits", "bigger"), build_recipe("digits")
    scale = (effort.epoch(bigger, DIGITS) or 0) / (effort.epoch(plain, DIGITS) or 1)

    assert Past(runs_dir).seconds(bigger, DIGITS) == pytest.approx(12 * 1.5 * scale)


def test_a_run_is_read_once(runs_dir: Path, written: Written) -> None:
    """What is known of it stays known after its log is gone; a damaged recipe among the runs harms nobody."""
    run = written()
    run.warm_up()
    run.train(1, 4)
    broken = runs_dir / "20260101-110000-digits"
    broken.mkdir()
    (broken / "recipe.toml").write_text("task = ")
    past = Past(runs_dir)
    before = past.seconds(build_recipe("digits"), DIGITS)
    run.folder.events.unlink()

    assert before is not None
    assert past.seconds(build_recipe("digits"), DIGITS) == before
