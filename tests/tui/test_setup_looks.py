"""Pictures of the form and of what opens over it, at the two usual sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_textual_snapshot import SVGImageExtension

from tests.tui.conftest import SIZES, pose, posing, running, screen_text, settle, until
from tuiml.recipe import to_toml
from tuiml.tasks import recipes
from tuiml.tui.app import TuimlApp

MakeApp = Callable[..., TuimlApp]


def opened(word: str, *keys: str) -> Any:
    """Press keys and wait until a word is on the screen."""

    async def run_before(pilot: Any) -> None:
        await pose(pilot, *keys)
        await until(pilot, lambda: word in screen_text(pilot.app))
        await settle(pilot)

    return run_before


@SIZES
def test_a_changed_form(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """What differs is marked, with what it was, and stands in the command."""
    recipe = recipes.build_recipe("digits", sets=["regularize.dropout=0.5", "train.epochs=40", "early_stopping=3"])
    assert snap_compare(make_app(recipe), terminal_size=size, run_before=posing("down", "down", "down", "down", "down"))


@SIZES
def test_a_problem_and_advice(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Beside their fields, with the range."""
    recipe = recipes.build_recipe("wine", sets=["regularize.dropout=0.3", "early_stopping=90"])
    keys = ("ctrl+down", "ctrl+up", *["down"] * 12, "end", "x")
    assert snap_compare(make_app(recipe), terminal_size=size, run_before=posing(*keys))


DIALOGS = {
    "presets": ("→ 0.3,0.3", "f2", "down", "down"),
    "card": ("In the sources", "escape", "down", "down", "down", "down", "down", "question_mark"),
    "data": ("baseline", "escape", "f5"),
    "saving": ("enter saves", "escape", "ctrl+s"),
    "loading": ("mine.toml", "escape", "f3"),
}
"""What opens over the form: a word that it shows, and the keys that lead to it from the one before."""


@SIZES
async def test_the_dialogs(snapshot: Any, make_app: MakeApp, size: tuple[int, int], written: Any) -> None:
    """A preset with its changes, a card, the data in pictures, the name to save under, a file and a run to load."""
    Path("mine.toml").write_text(to_toml(recipes.default_recipe("wine")))
    written()
    looks = snapshot.use_extension(SVGImageExtension)
    async with running(make_app(), size) as pilot:
        for state, (word, *keys) in DIALOGS.items():
            await opened(word, *keys)(pilot)
            assert looks(name=state) == pilot.app.export_screenshot(), state


@SIZES
def test_the_data_of_a_table(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Its columns."""
    app = make_app(recipes.default_recipe("diabetes"))
    assert snap_compare(app, terminal_size=size, run_before=opened("baseline", "f5"))


@SIZES
def test_nothing_to_load(snap_compare: Any, make_app: MakeApp, size: tuple[int, int], monkeypatch: Any) -> None:
    """Says what would be here, and the key that makes one."""
    monkeypatch.chdir("/")
    assert snap_compare(make_app(), terminal_size=size, run_before=opened("ctrl+s on the form", "f3"))


def test_the_form_in_a_small_terminal(snap_compare: Any, make_app: MakeApp) -> None:
    """60 x 15: fields, one line of explanation, the command."""
    assert snap_compare(make_app(), terminal_size=(60, 15), run_before=posing())
