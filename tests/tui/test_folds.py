"""A k-fold study on the screen: its folds while they train, what they suggest, and the refit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.studies import study
from tests.tui.conftest import WrittenRun, running, screen_text, until
from tuiml.recipe import Recipe, compose, to_toml
from tuiml.tasks import recipes
from tuiml.tui.app import TuimlApp
from tuiml.tui.runs.screen import Runs

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


def boston() -> Recipe:
    """A recipe with folds."""
    base = recipes.default_recipe("boston_housing").model_dump()
    return compose([base, {"folds": {"k": 4, "smoothing": 0.9, "skip": 10}, "train": {"epochs": 60}}])


def begun(written: Written, count: int | None = None, **options: bool) -> WrittenRun:
    """A run with the first `count` facts of a study."""
    run = written(name="20260101-120000-boston_housing")
    run.folder.recipe.write_text(to_toml(boston()))
    run.write(*list(study(**options))[:count], seconds=0.1)
    return run


def labelled(screen: str, name: str) -> bool:
    """Whether a line of the screen begins with a curve's name."""
    return any(line.strip().startswith(name) for line in screen.splitlines())


@pytest.mark.parametrize(("stacked", "words"), [(True, "all 4 folds at once"), (False, "fold 2 of 4")])
async def test_folds_are_watched_at_80x24(make_app: MakeApp, written: Written, stacked: bool, words: str) -> None:
    """What trains, the decisive metric's curves, each fold's figures with mean and spread: all on a small screen."""
    run = begun(written, 200, stacked=stacked)
    run.hold()
    async with running(make_app(watch=run.folder)) as pilot:
        await until(pilot, lambda: words in screen_text(pilot.app) and "smoothed" in screen_text(pilot.app))
        shown = screen_text(pilot.app)
        await pilot.press("tab")
        await until(pilot, lambda: labelled(screen_text(pilot.app), "val_loss "))
        other = screen_text(pilot.app)

    assert words in shown
    assert "val_mae  " in shown
    assert "smoothed" in shown
    assert "lowest val_mae" in shown
    assert ("spread" in shown.split("lowest val_mae")[1]) == stacked  # of one finished fold there is none
    assert labelled(other, "val_loss ")


async def test_the_curves_go_on_while_one_looks(make_app: MakeApp, written: Written) -> None:
    """New epochs change the picture; the suggestion and the refit's own curve come in their time."""
    run = begun(written, 100)
    run.hold()
    facts = list(study())
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        early = screen_text(pilot.app)
        run.write(*facts[100:300], seconds=0.1)
        await until(pilot, lambda: "epoch 37/60" in screen_text(pilot.app))
        later = screen_text(pilot.app)
        run.write(*facts[300:-2], seconds=0.1)
        await until(pilot, lambda: "refit mae" in screen_text(pilot.app))
        refit = screen_text(pilot.app)

    assert early != later
    assert "4/4 folds" in refit
    assert "suggested: " in refit


async def test_the_end_tells_folds_and_the_refits_test_apart(make_app: MakeApp, written: Written) -> None:
    """The big number is the refit's test; the folds' validation stands beside it with its spread and epoch."""
    run = begun(written)
    words = ("test mae, refit", "folds, epoch 60", "±", "test, refit of ")
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        await until(pilot, lambda: all(word in screen_text(pilot.app) for word in words))
        shown = screen_text(pilot.app)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Runs) and "2.51" in screen_text(pilot.app))
        listed = screen_text(pilot.app)

    assert all(word in shown for word in words)
    assert "2.51" in listed


async def test_a_stopped_study_says_how_far_it_came(make_app: MakeApp, written: Written) -> None:
    """Without a refit there is no test result; the mean over the folds is the figure."""
    run = begun(written, stacked=False, refit=False)
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:  # 24 rows have no room for a big number
        await until(pilot, lambda: "val_mae, mean of 4" in screen_text(pilot.app))
        shown = screen_text(pilot.app)
        await pilot.resize_terminal(80, 24)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(pilot.app.screen, Runs) and "4/4 folds" in screen_text(pilot.app))
        listed = screen_text(pilot.app)

    assert "val_mae, mean of 4" in shown
    assert "4/4 folds" in listed


async def test_the_form_tells_how_many_networks_there_will_be(make_app: MakeApp) -> None:
    """Beside the field, before anything is started; the fields about folds come with the number."""
    async with running(make_app(boston()), (120, 50)) as pilot:
        pilot.app.setup.go_to("folds.repeats")
        await pilot.press("end", "backspace", "3")
        await until(pilot, lambda: "12 networks" in pilot.app.setup.form.fields["folds.k"].advice)
        told = pilot.app.setup.form.fields["folds.k"].advice

    assert told == "12 networks (3 x 4 folds), then the refit on all training rows"
