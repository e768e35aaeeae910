"""Take the pictures of the README: the real app, real runs on digits and wine; and record a session as text.

Run `python assets/take_screenshots.py`; it needs the extra `test` and some minutes.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import record_session
from textual.pilot import Pilot

from tuiml.coach.diagnosis import diagnose
from tuiml.fields import Recipe
from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.settings import Settings
from tuiml.tasks.recipes import build_recipe
from tuiml.tui.app import TuimlApp
from tuiml.tui.messages import CompareAsked, RunChosen, StartAsked, TaskChosen

HERE = Path(__file__).parent
SIZE = (120, 36)
FOLDS = ["folds.k=5", "train.epochs=150", "model.layers=64,64"]
"""Five small networks on a table, side by side: their curves part, and the mean says how long to train."""
REMEDIES = ["regularize.dropout=0.5", "augment.ops=rotate:10,shift:0.1"]
"""Each alone is compared with the run that overfits."""


async def take(runs_dir: Path) -> None:
    """Save the form, the darkroom, a run that overfits with its verdict, its comparison with two remedies, and folds."""
    overfit = build_recipe("digits", "overfit")
    app = TuimlApp(Settings(runs_dir, "textual-dark"))
    async with app.run_test(size=SIZE) as pilot:
        app.post_message(TaskChosen("digits", "overfit"))
        await pilot.pause(8)  # toasts go by themselves
        save(app, "setup.svg")
        runs = [await train(pilot, runs_dir, build_recipe("digits", "overfit", sets=[one])) for one in REMEDIES]
        runs.insert(0, await train(pilot, runs_dir, overfit))
        if (verdict := diagnose(store.read(runs[0]).state)) is None or verdict.kind != "overfitting":
            raise SystemExit(f"the picture is to show a run that overfits; this one: {verdict}")
        app.post_message(RunChosen(runs[0]))
        await pilot.pause(6)
        save(app, "live.svg")
        app.post_message(CompareAsked(tuple(runs)))
        await pilot.pause(4)
        await pilot.press("m", "m")  # smoothed
        await pilot.pause(2)
        save(app, "compare.svg")
        app.post_message(RunChosen(await train(pilot, runs_dir, build_recipe("wine", sets=FOLDS))))
        await pilot.pause(6)
        save(app, "folds.svg")
    await darkroom(runs_dir)


async def darkroom(runs_dir: Path) -> None:
    """Save the darkroom."""
    recipe = build_recipe("digits", sets=["augment.ops=rotate:15,shift:0.1,zoom:0.2"])
    app = TuimlApp(Settings(runs_dir, "textual-dark"), recipe)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(2)
        await pilot.press("ctrl+o")
        await pilot.pause(4)
        save(app, "darkroom.svg")


def save(app: TuimlApp, name: str) -> None:
    """Save the screen as it is."""
    app.save_screenshot(str(HERE / name))


async def train(pilot: Pilot[int], runs_dir: Path, recipe: Recipe) -> RunFolder:
    """Train a recipe to its end from the app and return its run."""
    before = {folder.id for folder in store.folders(runs_dir)}
    pilot.app.post_message(StartAsked(recipe))

    def ended() -> RunFolder | None:
        new = [folder for folder in store.folders(runs_dir) if folder.id not in before]
        return new[0] if new and store.read(new[0]).state.status == "finished" else None

    return await until(pilot, ended)


async def until(pilot: Pilot[int], look: Callable[[], RunFolder | None]) -> RunFolder:
    """Return what is looked for as soon as it is there."""
    while (found := await asyncio.to_thread(look)) is None:
        await pilot.pause(0.3)
    return found


if __name__ == "__main__":
    os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}  # the pictures', whatever the terminal here has
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(take(Path(folder)))
    record_session.record(HERE / "session.txt")
