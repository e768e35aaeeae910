"""Several runs laid over one another: curves, what differs, what each came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import WrittenRun, running, screen_text, settle, until
from tuiml.draw.overlay import MOST
from tuiml.recipe import compose, nested, to_toml
from tuiml.runs.folder import RunFolder
from tuiml.study.compare import Result, Row
from tuiml.tui.app import TuimlApp
from tuiml.tui.compare import comparing
from tuiml.tui.compare.screen import Compare
from tuiml.tui.dialogs.vary import Vary
from tuiml.tui.live.screen import Live
from tuiml.tui.messages import CompareAsked

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


def made(written: Written, number: int, epochs: int = 12, path: str = "", value: object = None) -> WrittenRun:
    """A run of twelve epochs, with one field of its recipe changed."""
    run = written(name=f"20260101-12000{number}-digits")
    if path:
        run.folder.recipe.write_text(to_toml(compose([run.recipe.model_dump(), nested(path, value)])))
    run.warm_up()
    run.train(1, epochs)
    return run


def three(written: Written) -> list[RunFolder]:
    """The default recipe, with dropout, and a live one with more epochs."""
    runs = [
        made(written, 1),
        made(written, 2, path="regularize.dropout", value=(0.5,)),
        made(written, 3, 6, "train.epochs", 40),
    ]
    runs[0].end()
    runs[1].end()
    runs[2].hold()
    return [run.folder for run in runs]


async def compare(pilot: Pilot[int], folders: Sequence[RunFolder]) -> Compare:
    """Ask for the comparison and wait for it."""
    pilot.app.post_message(CompareAsked(tuple(folders)))
    await until(pilot, lambda: isinstance(pilot.app.screen, Compare))
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, Compare)
    return screen


async def test_curves_differences_and_results_are_on_one_screen(make_app: MakeApp, written: Written) -> None:
    """Each run has its letter in the chart and in both tables; of the recipes only what differs is shown."""
    async with running(make_app(), (120, 40)) as pilot:
        await compare(pilot, three(written))
        shown = screen_text(pilot.app)

    for letter in "ABC":
        assert shown.count(f"{letter} 2026") >= 3
    assert "Dropout" in shown
    assert "Epochs" in shown
    assert "Batch size" not in shown
    assert "overfitting" in shown
    assert "running" in shown
    assert "● 6/" in shown


async def test_a_live_run_moves_on(make_app: MakeApp, written: Written) -> None:
    """While one looks, its row and its curve grow."""
    one, other = made(written, 1), made(written, 2, 3)
    other.hold()
    async with running(make_app()) as pilot:
        await compare(pilot, [one.folder, other.folder])
        assert "3/12" in screen_text(pilot.app)
        other.train(4, 7)
        await until(pilot, lambda: "7/12" in screen_text(pilot.app))


async def test_the_run_pointed_at_is_opened_edited_or_varied(make_app: MakeApp, written: Written) -> None:
    """Down goes to the second run; v offers changes of it, enter opens it."""
    folders = three(written)
    async with running(make_app()) as pilot:
        screen = await compare(pilot, folders)
        await pilot.press("down", "v")
        await until(pilot, lambda: isinstance(pilot.app.screen, Vary))
        assert isinstance(pilot.app.screen, Vary)
        assert pilot.app.screen.folder == folders[1]
        await pilot.press("escape")
        assert screen.chosen == 1
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))
        assert isinstance(pilot.app.screen, Live)
        assert pilot.app.screen.folder == folders[1]


async def test_a_run_can_be_left_out(make_app: MakeApp, written: Written) -> None:
    """Until one is left, and none: both say what to do."""
    async with running(make_app()) as pilot:
        await compare(pilot, three(written))
        await pilot.press("delete", "delete", "tab", "tab")
        await settle(pilot)
        alone = screen_text(pilot.app)
        await pilot.press("delete", "down", "up", "enter", "e", "v", "z", "y", "left")
        await settle(pilot)
        empty = screen_text(pilot.app)

    assert "One run alone" in alone
    assert "Nothing to compare yet" in empty


async def test_one_looks_as_at_a_run(make_app: MakeApp, written: Written) -> None:
    """Log scale, smoothing and a cursor that reads all curves off; escape takes the cursor first."""
    async with running(make_app()) as pilot:
        screen = await compare(pilot, three(written))
        await pilot.press("y", "m", "left", "left")
        await settle(pilot)
        shown = screen_text(pilot.app)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, Compare)

        assert "log" in shown
        assert "epoch 11" in shown
        assert screen.view.cursor is None


async def test_a_recipe_that_cannot_be_read_hides_no_curve(make_app: MakeApp, written: Written) -> None:
    """One of another version is left out of the differences, and that is said."""
    folders = three(written)
    folders[0].recipe.write_text("no = [toml")
    async with running(make_app(), (120, 40)) as pilot:
        await compare(pilot, folders)
        await pilot.press("e")
        await settle(pilot)
        shown = screen_text(pilot.app)

    assert "1 recipe(s) cannot be read" in shown
    assert "A 2026" in shown


@pytest.mark.parametrize("size", [(60, 15), (20, 5), (160, 45), (120, 24)])
async def test_any_size_is_survived(make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Every pane can be reached, and what is hidden is named."""
    async with running(make_app(), size) as pilot:
        await compare(pilot, three(written))
        seen = [screen_text(pilot.app)]
        for _ in range(4):
            await pilot.press("tab")
            await settle(pilot)
            seen.append(screen_text(pilot.app))

    if size == (60, 15):
        assert "loss shown; metric, recipes, results: tab" in seen[0]
    if size != (20, 5):
        assert any("Dropout" in shown for shown in seen)
        assert any("verdict" in shown for shown in seen)


def result(number: int, **changed: Any) -> Result:
    """A row of results."""
    fields = {
        "run": f"run-{number}", "name": "", "task": "digits", "status": "finished", "epochs": "12/12", "metric": "accuracy", "best": 8,
        "loss": 0.4, "value": 0.95, "test": 0.94, "test_loss": 0.5, "gap": 0.3, "seconds": 12.0, "parameters": 10,
        "verdict": "good_fit",
    }  # fmt: skip
    return Result(**(fields | changed))


@pytest.mark.parametrize("width", [30, 60, 80, 100, 140])
def test_the_table_of_results_fits(width: int) -> None:
    """Columns go, the least important first; from 60 cells on, no line is longer than there is room."""
    lines = comparing.result_lines([result(number) for number in range(MOST + 2)], (1,), 0, width)

    assert len(lines) == MOST + 3
    assert all("run-" in line.plain and "good fit" in line.plain for line in lines[1:])
    assert [number for number, line in enumerate(lines[1:]) if "★" in line.plain] == [1]
    assert lines[1].plain.startswith("▸ A")
    assert lines[-1].plain.startswith("  ·")
    if width >= 80:
        assert max(line.cell_len for line in lines) <= width


def test_runs_of_different_tasks_have_a_column_for_each_metric() -> None:
    """Figures of one stand under its own heading, and nothing under that of another."""
    found = [result(1), result(2, task="diabetes", metric="mae", value=43.5)]
    [heading, first, second] = [line.plain for line in comparing.result_lines(found, (), 0, 120)]

    assert heading.index("val accuracy") < heading.index("val mae")
    assert ("0.9500" in first, "43.50" in first) == (True, False)
    assert ("0.9500" in second, "43.50" in second) == (False, True)


def test_foreign_words_stay_words() -> None:
    """An escape sequence in a name or a value does not survive; long values are cut, and a same recipe is said."""
    rows = [Row("task", "Task", ("digits", "csv:/\x1b[31mx" + "y" * 99))]
    lines = comparing.difference_lines(rows, ["a\x1b[2J", "b"], 60)

    assert "\x1b" not in "".join(line.plain for line in lines)
    assert max(line.cell_len for line in lines) <= 62
    assert "the same" in comparing.difference_lines([], ["a", "b"], 60)[0].plain
    assert comparing.difference_lines([], ["a"], 60) == []


def at(folders: Sequence[RunFolder], *keys: str) -> Callable[[Pilot[Any]], Any]:
    """Open the comparison and press keys."""

    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await compare(pilot, folders)
        await pilot.press(*keys)
        await settle(pilot)

    return run_before


@SIZES
@pytest.mark.parametrize("keys", [(), ("tab", "tab", "down", "left", "y")], ids=["loss", "recipes"])
def test_looks(
    snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    """Two ended runs and a live one."""
    runs = [made(written, 1), made(written, 2, path="regularize.dropout", value=(0.5,)), made(written, 3, 6)]
    runs[0].end()
    runs[1].end()
    runs[2].end("stopped", "asked to")
    assert snap_compare(make_app(), terminal_size=size, run_before=at([run.folder for run in runs], *keys))


@SIZES
def test_looks_empty(snap_compare: Any, make_app: MakeApp, size: tuple[int, int]) -> None:
    """Nothing to compare."""
    assert snap_compare(make_app(), terminal_size=size, run_before=at([]))
