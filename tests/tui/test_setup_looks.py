"""Pictures of the form and of what opens over it, at the two usual sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.tui.conftest import screen_text, settle, until
from tests.tui.test_looks import SIZES, ready
from tuiml.recipe import to_toml
from tuiml.tasks import recipes
from tuiml.tui.app import TuimlApp

MakeApp = Callable[..., TuimlApp]


def opened(word: str, *keys: str) -> Any:
    """Press keys and wait until a word is on the screen."""

    async def run_before(pilot: Any) -> None:
        await ready(*keys)(pilot)
        await until(pilot, lambda: word in screen_text(pilot.app))
        await settle(pilot)

    return run_before


@SIZES
def test_a_changed_form(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """What differs is marked, with what it was, and stands in the command."""
    recipe = recipes.build_recipe("digits", sets=["regularize.dropout=0.5", "train.epochs=40", "early_stopping=3"])
    assert snap_compare(make_app(recipe), terminal_size=size, run_before=ready("down", "down", "down", "down", "down"))


@SIZES
def test_a_problem_and_advice(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Beside their fields, with the range."""
    recipe = recipes.build_recipe("wine", sets=["regularize.dropout=0.3", "early_stopping=90"])
    keys = ("ctrl+down", "ctrl+up", *["down"] * 12, "end", "x")
    assert snap_compare(make_app(recipe), terminal_size=size, run_before=ready(*keys))


@SIZES
def test_the_presets(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """The cursor on one of them, its changes below."""
    before = opened("→ 0.3,0.3", "f2", "down", "down")
    assert snap_compare(make_app(), terminal_size=size, run_before=before)


@SIZES
def test_a_card(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Of a field."""
    before = opened("In the sources", "down", "down", "down", "down", "down", "question_mark")
    assert snap_compare(make_app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize("task", ["digits", "diabetes"])
@SIZES
def test_the_data(snap_compare: Any, make_app: MakeApp, size: tuple[int, int], task: str) -> None:
    """Pictures with the balance of their classes; a table with its columns."""
    before = opened("baseline", "f5")
    assert snap_compare(make_app(recipes.default_recipe(task)), terminal_size=size, run_before=before)


@SIZES
def test_saving(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """The name to save under."""
    assert snap_compare(make_app(), terminal_size=size, run_before=opened("enter saves", "ctrl+s"))


@SIZES
def test_loading(snap_compare: Any, make_app: MakeApp, size: tuple[int, int], written: Any) -> None:
    """A file and a run."""
    Path("mine.toml").write_text(to_toml(recipes.default_recipe("wine")))
    written()
    assert snap_compare(make_app(), terminal_size=size, run_before=opened("mine.toml", "f3"))


@SIZES
def test_nothing_to_load(snap_compare: Any, make_app: MakeApp, size: tuple[int, int], monkeypatch: Any) -> None:
    """Says what would be here, and the key that makes one."""
    monkeypatch.chdir("/")
    assert snap_compare(make_app(), terminal_size=size, run_before=opened("ctrl+s on the form", "f3"))


def test_the_form_in_a_small_terminal(snap_compare: Any, make_app: MakeApp) -> None:
    """60 x 15: fields, one line of explanation, the command."""
    assert snap_compare(make_app(), terminal_size=(60, 15), run_before=ready())
