"""Take the pictures of the README: the real app trains a real run on digits, and its screens are saved as SVG.

Run `python assets/take_screenshots.py`; it needs what the project installs and half a minute.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tuiml.fields import Recipe
from tuiml.runs.store import Follower, find
from tuiml.settings import Settings
from tuiml.tasks.recipes import build_recipe
from tuiml.tui.app import TuimlApp

HERE = Path(__file__).parent
SIZE = (120, 36)
OVERFIT = ["data.fraction=0.3", "train.epochs=60", "model.layers=128,128", "optimizer.name=adam"]
"""Few rows and a large network: the validation loss turns while the training loss goes on falling."""


FOLDS = ["folds.k=5", "train.epochs=150", "model.layers=64,64"]
"""Five small networks on a table, side by side: their curves part, and the mean says how long to train."""


async def take(runs_dir: Path) -> None:
    """Save the live screen of a run on digits that overfits and of folds on wine, and the preview of augmented digits."""
    await _train(runs_dir / "overfit", build_recipe("digits", sets=OVERFIT), "live.svg")
    await _train(runs_dir / "folds", build_recipe("wine", sets=FOLDS), "folds.svg")
    app = TuimlApp(
        Settings(runs_dir, "textual-dark"), build_recipe("digits", sets=["augment.ops=rotate:15,shift:0.1,zoom:0.2"])
    )
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(1)
        await pilot.press("ctrl+o")
        await pilot.pause(3)
        app.save_screenshot(str(HERE / "preview.svg"))


async def _train(runs_dir: Path, recipe: Recipe, picture: str) -> None:
    """Start the app on a recipe, train it to its end, save the live screen."""
    app = TuimlApp(Settings(runs_dir, "textual-dark"), recipe)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+r")
        while not await asyncio.to_thread(_ended, runs_dir):
            await pilot.pause(0.2)
        await pilot.pause(6)  # the toast that tells of the end goes by itself
        app.save_screenshot(str(HERE / picture))


def _ended(runs_dir: Path) -> bool:
    if not runs_dir.is_dir() or not any(runs_dir.iterdir()):
        return False
    follower = Follower(find(runs_dir, None))
    follower.read()
    return follower.state.status == "finished"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(take(Path(folder)))
