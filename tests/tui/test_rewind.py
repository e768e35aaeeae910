"""The time machine: a run as it was at any of its epochs, and what another patience would have come to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

from tests import studies
from tests.tui.conftest import WrittenRun, running, screen_text, settle, until
from tuiml import events
from tuiml.recipe import compose, nested, to_toml
from tuiml.runs import confusions
from tuiml.runs.folder import RunFolder
from tuiml.tui.app import TuimlApp
from tuiml.tui.live.screen import Live
from tuiml.tui.messages import RewindAsked
from tuiml.tui.rewind import moments
from tuiml.tui.rewind.screen import Rewind
from tuiml.tui.runners import read_log

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


def ended(written: Written, matrices: tuple[int, ...] = ()) -> RunFolder:
    """Twelve epochs, best at the eighth, with a confusion matrix of some."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    for epoch in matrices:
        counts = np.diag(np.full(10, 20 + epoch)).astype(np.int64)
        counts[3, 5] = 13 - epoch
        confusions.append(run.folder, epoch, counts)
    return run.folder


def words(pilot: Pilot[int]) -> str:
    """What is on the screen, wherever its lines break."""
    return " ".join(screen_text(pilot.app).split())


async def rewind(pilot: Pilot[int], folder: RunFolder) -> Rewind:
    """Ask for the time machine and wait for it."""
    pilot.app.post_message(RewindAsked(folder))
    await until(pilot, lambda: isinstance(pilot.app.screen, Rewind))
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, Rewind)
    return screen


async def test_one_goes_through_the_epochs(make_app: MakeApp, written: Written) -> None:
    """From the last one back, by ones and tens, to the first and the last; the figures are those of the epoch."""
    folder = ended(written)
    async with running(make_app()) as pilot:
        screen = await rewind(pilot, folder)
        assert "epoch 12 of 12" in words(pilot)
        await pilot.press("left", "left")
        await settle(pilot)
        shown = words(pilot)
        await pilot.press("pageup")
        assert screen.at == 1
        await pilot.press("right", "pagedown")
        assert screen.at == 12
        await pilot.press("home", "left")
        assert screen.at == 1
        await pilot.press("end")
        assert screen.at == 12

    assert "epoch 10 of 12" in shown
    assert "val_loss 0.6000" in shown


async def test_the_verdict_is_that_of_the_time(make_app: MakeApp, written: Written) -> None:
    """Overfitting at the end, not yet at the best epoch, nothing at the first."""
    folder = ended(written)
    async with running(make_app()) as pilot:
        await rewind(pilot, folder)
        last = words(pilot)
        await pilot.press("left", "left", "left", "left")
        await settle(pilot)
        best = words(pilot)
        await pilot.press("home")
        await settle(pilot)
        first = words(pilot)

    assert "verdict then: Overfitting since epoch 9" in last
    assert "verdict then: Still improving" in best
    assert "★ best so far" in best
    assert "verdict then: too early to tell" in first


async def test_another_patience_is_asked_at_once(make_app: MakeApp, written: Written) -> None:
    """Three epochs at first; two would have saved an epoch more, five none."""
    folder = ended(written)
    async with running(make_app()) as pilot:
        await rewind(pilot, folder)
        three = words(pilot)
        await pilot.press("down")
        two = words(pilot)
        await pilot.press("up", "up", "up")
        five = words(pilot)

    assert "patience were 3" in three
    assert "stopped after epoch 11, keeping epoch 8: val_loss 0.4000" in three
    assert "saves 1 of 12" in three
    assert "stopped after epoch 10, keeping epoch 8" in two
    assert "not stopped within 12 epochs; best epoch 8" in five


async def test_the_patience_of_the_recipe_comes_first(make_app: MakeApp, written: Written) -> None:
    """With its monitor: that of a run that had early stopping is what one starts from."""
    run = written()
    stopping = {"patience": 2, "monitor": "val_accuracy", "min_delta": 0.3}
    run.folder.recipe.write_text(to_toml(compose([run.recipe.model_dump(), nested("early_stopping", stopping)])))
    run.warm_up()
    run.train(1, 12)
    run.end()
    async with running(make_app()) as pilot:
        await rewind(pilot, run.folder)
        shown = words(pilot)

    assert "patience were 2" in shown
    assert "stopped after epoch 3, keeping epoch 1: val_accuracy" in shown


async def test_the_confusion_matrix_is_the_nearest_that_was_recorded(make_app: MakeApp, written: Written) -> None:
    """That of the epoch where there is one, else it says of which it is; without any, it says why."""
    folder = ended(written, (4, 10))
    async with running(make_app(), (120, 40)) as pilot:
        await rewind(pilot, folder)
        far = words(pilot)
        await pilot.press("left", "left")
        await settle(pilot)
        there = words(pilot)
        other = ended(lambda: written(name="20260101-130000-digits"))
        await rewind(pilot, other)
        without = words(pilot)

    assert "epoch 10, the nearest to 12" in far
    assert "confusion at epoch 10" in there
    assert "300 of 303 validation rows right" in there
    assert "No confusion matrix of any epoch" in without


def test_many_classes_are_told_by_their_pairs() -> None:
    """A matrix of twenty does not fit: the most confused pairs do, by their names, cleaned."""
    from rich.console import Console

    counts = np.eye(20, dtype=np.int64) * 5
    counts[2, 7] = 4
    names = [f"class\x1b[31m {number}" for number in range(20)]
    console = Console(width=70, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(moments.matrix(3, {3: counts}, names, 60))
    shown = console.export_text()

    assert "class" in shown
    assert "\x1b" not in shown
    assert "100 of 104" in shown


@pytest.mark.parametrize("size", [(120, 40), (160, 45)])
async def test_the_confusion_matrix_is_whole_at_once(
    make_app: MakeApp, written: Written, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All its classes, where there is room, also when they have been read before their place is laid out."""
    monkeypatch.setattr(Rewind, "_read", lambda self: None)
    monkeypatch.setattr(Rewind, "_read_confusions", lambda self: None)
    async with running(make_app(), size=size) as pilot:
        screen = await rewind(pilot, ended(written, matrices=(12,)))
        read_log(screen.follower)
        screen._begin(None)
        screen.confusions = confusions.read(screen.folder)
        await settle(pilot)

        assert "true \\ predicted 0 1 2 3 4 5 6 7 8 9" in words(pilot)


async def test_a_live_run_is_followed_until_one_goes_back(make_app: MakeApp, written: Written) -> None:
    """At the last epoch one moves along; once gone back, one stays there."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 4)
    async with running(make_app()) as pilot:
        screen = await rewind(pilot, run.folder)
        assert "epoch 4 of 4 so far" in words(pilot)
        run.train(5, 6)
        await until(pilot, lambda: screen.at == 6)
        await pilot.press("left")
        run.train(7, 8)
        await until(pilot, lambda: "of 8 so far" in words(pilot))
        assert screen.at == 5


async def test_what_came_after_can_be_hidden(make_app: MakeApp, written: Written) -> None:
    """Cut at epoch 4 the curve ends there; the axis stays, so that one sees how far it will go."""
    folder = ended(written)
    async with running(make_app()) as pilot:
        await rewind(pilot, folder)
        for _ in range(8):
            await pilot.press("left")
        await settle(pilot)
        whole = screen_text(pilot.app)
        await pilot.press("c")
        await settle(pilot)
        cut = screen_text(pilot.app)

    def dots(shown: str) -> int:
        return shown.count("•")

    assert dots(cut) < dots(whole)
    assert cut.splitlines()[-3].split()[-1] == whole.splitlines()[-3].split()[-1] == "12"


async def test_folds_are_gone_through_by_their_mean(make_app: MakeApp, written: Written) -> None:
    """The epochs are those of the mean curve, and say so; keys that have no meaning there are gone."""
    run = written(task="boston_housing")
    run.write(*studies.study(k=3, epochs=20))
    async with running(make_app()) as pilot:
        await rewind(pilot, run.folder)
        await pilot.press("left", "y")
        await settle(pilot)
        shown = words(pilot)

    assert "epoch 19 of 20, mean of 3 folds" in shown
    assert "Cut" not in shown


@pytest.mark.parametrize("live", [True, False])
async def test_a_run_without_epochs_says_so(make_app: MakeApp, written: Written, live: bool) -> None:
    """Not a blank screen: one is told, and every key is harmless."""
    run = written()
    if live:
        run.hold()
    run.warm_up()
    if not live:
        run.end("failed", "", "no memory")
    async with running(make_app()) as pilot:
        await rewind(pilot, run.folder)
        await pilot.press("left", "right", "up", "down", "home", "end", "pageup", "tab", "m", "y", "x", "z", "c")
        await settle(pilot)
        shown = words(pilot)

    assert ("No epoch of this run has ended yet" if live else "ended before its first epoch did") in shown


async def test_escape_goes_back_to_the_run(make_app: MakeApp, written: Written) -> None:
    """One layer, not to the form."""
    folder = ended(written)
    async with running(make_app()) as pilot:
        await rewind(pilot, folder)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))
        shown = pilot.app.screen

    assert isinstance(shown, Live)
    assert shown.folder == folder


async def test_a_damaged_line_of_matrices_harms_nothing(make_app: MakeApp, written: Written) -> None:
    """A torn write, another version's line: the others are shown."""
    folder = ended(written, (12,))
    with confusions.file(folder).open("a") as lines:
        lines.write(json.dumps({"epoch": 13}) + '\n{"epoch": 14, "cou')
    async with running(make_app(), (120, 40)) as pilot:
        await rewind(pilot, folder)
        shown = words(pilot)

    assert "confusion at epoch 12" in shown


@pytest.mark.parametrize("size", [(60, 15), (20, 5), (160, 45)])
async def test_any_size_is_survived(make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Small ones say what is hidden."""
    folder = ended(written, (12,))
    async with running(make_app(), size) as pilot:
        await rewind(pilot, folder)
        await pilot.press("left", "tab", "tab")
        await pilot.resize_terminal(100, 30)
        await pilot.resize_terminal(*size)
        await settle(pilot)
        shown = words(pilot)

    assert ("confusion shown; loss and metric: tab" in shown) == (size == (60, 15))


def at(folder: RunFolder, *keys: str) -> Callable[[Pilot[Any]], Any]:
    """Open the time machine of a run and press keys."""

    async def run_before(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        await rewind(pilot, folder)
        await pilot.press(*keys)
        await settle(pilot)

    return run_before


@pytest.mark.parametrize(
    ("keys", "size"),
    [((), (80, 24)), ((), (120, 40)), (("left", "left", "tab", "tab"), (80, 24)), (("left",) * 6 + ("c",), (80, 24))],
    ids=["end-80x24", "end-120x40", "matrix-80x24", "cut-80x24"],
)
def test_looks(
    snap_compare: Any, make_app: MakeApp, written: Written, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    """At the end; two epochs before, with the matrix; and cut."""
    folder = ended(written, (4, 10))
    assert snap_compare(make_app(), terminal_size=size, run_before=at(folder, *keys))


def test_looks_empty(snap_compare: Any, make_app: MakeApp, written: Written) -> None:
    """Before the first epoch has ended."""
    run = written()
    run.warm_up()
    run.write(events.RunEnded("failed", "", None, 1.0, "no memory"))
    assert snap_compare(make_app(), terminal_size=(80, 24), run_before=at(run.folder))
