"""One run as its folder tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from tests.tui.conftest import FakeProcess, WrittenRun, gaps, running, screen_text, settle, until
from tuiml import events
from tuiml.folds import Epoch
from tuiml.runs.folder import RunFolder
from tuiml.state import RunState
from tuiml.tui.app import TuimlApp
from tuiml.tui.curves.condense import Condensed
from tuiml.tui.curves.pace import Pace
from tuiml.tui.leaving import leave_card
from tuiml.tui.live.screen import Live
from tuiml.tui.setup.screen import Setup

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


def wishes(folder: RunFolder) -> list[tuple[str, str, int | None]]:
    """What was wished of the run, by whom, with which number."""
    lines = folder.wishes.read_text().splitlines() if folder.wishes.exists() else []
    return [(wish["wish"], wish["by"], wish["value"]) for wish in map(json.loads, lines)]


def curve(shown: str) -> bool:
    """Whether a curve of braille characters is drawn below the legend, whose sample is braille too."""
    return sum("⠀" < letter <= "⣿" for letter in shown) > 6


async def test_the_warm_up_is_told_step_by_step(make_app: MakeApp, written: Written) -> None:
    """No blank screen while TensorFlow loads: ticks for what is done, and the step in progress."""
    run = written()
    run.hold()
    run.write(
        events.RunStarted("r", "digits", 12, 32, 0, 1, "host"),
        events.Preparing("importing TensorFlow"),
        events.Preparing("reading digits"),
        seconds=2,
    )
    async with running(make_app(watch=run.folder)) as pilot:
        shown = screen_text(pilot.app)

    assert "✓ importing TensorFlow" in shown
    assert "2.0 s" in shown
    assert "◌ reading digits" in shown


async def test_curves_appear_and_grow_while_one_looks(make_app: MakeApp, written: Written) -> None:
    """Train and validation differ in their marks; the table follows; nothing but the folder is read."""
    run = written()
    run.hold()
    run.warm_up()
    async with running(make_app(watch=run.folder)) as pilot:
        run.train(1, 3)
        await until(pilot, lambda: "⠒⠒⠒ val" in screen_text(pilot.app) and curve(screen_text(pilot.app)))
        early = screen_text(pilot.app)
        run.train(4, 6)
        await until(pilot, lambda: "epoch 6/12" in screen_text(pilot.app))
        later = screen_text(pilot.app)

    assert "train" in early
    assert "⠒⠒⠒ val" in early
    assert "•" in early
    assert "patience 5 left" in later
    assert early != later


async def test_keys_leave_wishes(make_app: MakeApp, written: Written) -> None:
    """Pause, stop and more epochs are lines in the run folder, signed; the space bar resumes what is paused."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 2)
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("space")
        waiting = screen_text(pilot.app)
        run.write(events.Paused(3, 5))
        await until(pilot, lambda: "paused" in screen_text(pilot.app))
        await pilot.press("space", "plus", "s")

    assert "pause wished" in waiting
    assert wishes(run.folder) == [
        ("pause", "tui", None),
        ("resume", "tui", None),
        ("add_epochs", "tui", 5),
        ("stop", "tui", None),
    ]


async def test_after_the_end_the_curves_stay_with_the_result(make_app: MakeApp, written: Written) -> None:
    """Best epoch, test result and what one can do next; pause and stop are gone."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        shown = screen_text(pilot.app)
        await pilot.press("space", "s")

    assert "finished" in shown
    assert "best epoch 8" in shown
    assert "accuracy 0.9528" in shown
    assert "next: r results · v vary · + five more epochs" in shown
    assert "Pause" not in shown
    assert wishes(run.folder) == []


async def test_more_epochs_for_a_finished_run_start_a_runner(
    make_app: MakeApp, written: Written, started: list[RunFolder]
) -> None:
    """The wish is left and the run is taken up again."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("plus")
        await settle(pilot)

    assert wishes(run.folder) == [("add_epochs", "tui", 5)]
    assert started == [run.folder]


async def test_a_run_that_is_taken_up_says_so_until_its_runner_speaks(
    make_app: MakeApp, written: Written, started: list[RunFolder]
) -> None:
    """Seconds pass while the framework is loaded: the key is gone for them, so that no second runner is started."""
    run = written()
    run.warm_up()
    run.train(1, 5)
    run.end("stopped", "stopped in the app")
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("space", "space")
        await settle(pilot)
        waiting = screen_text(pilot.app)
        await pilot.press("plus")
        run.hold()
        run.warm_up()
        await until(pilot, lambda: "preparing" in screen_text(pilot.app) and "resume" not in screen_text(pilot.app))

    assert "(resume wished…)" in waiting
    assert "Resume" not in waiting
    assert started == [run.folder]


async def test_a_runner_that_died_is_told_with_its_log(make_app: MakeApp, written: Written) -> None:
    """Killed: the word crashed, the epochs that were, and the last words of runner.log."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 4)
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        run.let_go()
        await until(pilot, lambda: "crashed" in screen_text(pilot.app))
        await settle(pilot)
        shown = screen_text(pilot.app)

    assert "the runner's own words" in shown
    assert "killed, or out of memory" in shown
    assert "best epoch 4" in shown


async def test_hostile_words_of_a_run_stay_words(make_app: MakeApp, written: Written) -> None:
    """Escape sequences and markup in names, notices, errors and logs neither act nor crash."""
    hostile = 'osc\x1b]52;c;x\x07.png [x="y"] [red]'
    run = written(task=hostile)
    run.folder.env.write_text(json.dumps({"name": hostile}))
    run.folder.log.write_text(hostile)
    run.warm_up()
    run.write(events.Noticed("warning", "odd", hostile))
    run.train(1, 2)
    run.end("failed", hostile, hostile)
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        shown = screen_text(pilot.app)
        await pilot.press("ctrl+l")
        await settle(pilot)
        listed = screen_text(pilot.app)

    for text in (shown, listed):
        assert "\x1b" not in text
        assert "osc\\x1b]52" in text


async def test_a_log_of_another_version_is_no_crash(make_app: MakeApp, written: Written) -> None:
    """Facts whose fields mean something else are passed over; the rest of the run is shown."""
    run = written()
    run.write(events.RunStarted("r", "digits", 12, 32, 0, 1, "host", resumed_from="many"))  # type: ignore[arg-type]
    async with running(make_app(watch=run.folder)) as pilot:
        shown = screen_text(pilot.app)

    assert "preparing" in shown
    assert run.folder.id in shown


async def test_esc_leads_back_to_the_form_and_the_run_goes_on(make_app: MakeApp, written: Written) -> None:
    """One layer out; no wish is left."""
    run = written()
    run.hold()
    run.warm_up()
    async with running(make_app(watch=run.folder)) as pilot:
        assert isinstance(pilot.app.screen, Live)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Setup)

    assert wishes(run.folder) == []


async def test_an_end_is_no_start(make_app: MakeApp, written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken up, trained and stopped: its runner holds the lock for a moment longer and ends; nothing is said of that."""
    ended = [False]
    monkeypatch.setattr(FakeProcess, "poll", lambda process: 0 if ended[0] else None)
    run = written()
    run.warm_up()
    run.train(1, 5)
    run.end("stopped", "stopped in the app")
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("space")
        run.hold()
        run.warm_up()
        await until(pilot, lambda: "preparing" in screen_text(pilot.app))
        run.end("stopped", "stopped in the app")
        await until(pilot, lambda: "stopped" in screen_text(pilot.app).splitlines()[1])
        held = screen_text(pilot.app)
        ended[0] = True
        run.let_go()
        live = pilot.app.screen
        assert isinstance(live, Live)
        live.look_at_log()
        await settle(pilot)
        free = screen_text(pilot.app)

    assert "resume wished" not in held
    assert "ended before" not in free
    assert "Resume" in free


async def test_a_runner_that_ends_before_it_begins_is_told(
    make_app: MakeApp, written: Written, started: list[RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written to the log then: the key is there again, and one is told where to look."""
    monkeypatch.setattr(FakeProcess, "poll", lambda process: 1)
    run = written()
    run.warm_up()
    run.train(1, 5)
    run.end("stopped", "stopped in the app")
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("space")
        await until(pilot, lambda: "ended before it began" in screen_text(pilot.app))
        await until(pilot, lambda: "Resume" in screen_text(pilot.app))
        shown = screen_text(pilot.app)

    assert "resume wished" not in shown
    assert started == [run.folder]


@pytest.mark.alone
async def test_a_long_log_never_holds_the_screen_up(make_app: MakeApp, written: Written) -> None:
    """10,000 epochs, 5 MB: read in slices, so that no look at the log takes long, and shown whole at last."""
    run = written(epochs=10_000)
    run.hold()
    run.warm_up()
    run.train(1, 10_000)
    async with gaps() as found, running(make_app(watch=run.folder), (120, 40)) as pilot:
        while not ("epoch 10000/10000" in (shown := screen_text(pilot.app)) and "the last 300 of 10000" in shown):
            await asyncio.sleep(0.05)

    assert max(found) < 3
    assert sorted(found)[-3] < 0.5, max(found)  # 0.1 on an idle machine; the worst two may be the machine's own


async def test_a_long_run_is_painted_as_it_stands_once_it_is_read(
    make_app: MakeApp, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the line has no room: not as it stood when the first piece of its log had been read. No word is cut."""
    monkeypatch.setattr(Pace, "due", lambda pace, app: False)
    run = written(epochs=4000)
    run.hold()
    run.warm_up()
    run.train(1, 3000)
    async with running(make_app(watch=run.folder)) as pilot:
        await until(pilot, lambda: "\n 3000 " in screen_text(pilot.app).replace("\n3000", "\n 3000"))
        shown = screen_text(pilot.app)

    assert "the las" not in shown


async def test_a_paused_run_is_left_with_how_it_goes_on(
    written: Written, capsys: pytest.CaptureFixture[str], runs_dir: object
) -> None:
    """In the terminal, when the app has closed."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 2)
    run.write(events.Paused(3, 5))
    leave_card(run.folder)

    assert f"tuiml resume {run.folder.id}" in capsys.readouterr().out


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (20, 5)])
async def test_it_fits_any_terminal(make_app: MakeApp, written: Written, size: tuple[int, int]) -> None:
    """Small terminals show less and say so; none crashes, also when resized back and forth."""
    run = written()
    run.warm_up()
    run.train(1, 12)
    run.end()
    async with running(make_app(watch=run.folder), size) as pilot:
        await pilot.press("tab", "l", "l")
        await pilot.resize_terminal(120, 40)
        await pilot.resize_terminal(*size)
        await settle(pilot)
        shown = screen_text(pilot.app)

    assert "finished" in shown
    assert ("hidden" in shown) == (size == (60, 15))


def test_condensing_a_long_run_keeps_its_peaks_and_its_best_epoch() -> None:
    """However long the run, what is painted is short, and no single spike is lost."""
    condensed, state = Condensed(), RunState(epochs=50_000)
    for number in range(1, 50_001):
        loss = 9.0 if number == 31_415 else 1 / number
        state.history.append(
            Epoch(
                number, {"loss": loss, "val_loss": 0.001 if number == 27_182 else 1.0}, 0.1, 1e-3, None, float(number)
            )
        )
        if number % 1000 == 0:
            view = condensed.view(state)

    assert len(view.history) < 5000
    assert max(epoch.metrics["loss"] for epoch in view.history) == 9.0
    assert view.best_epoch == state.best_epoch == 27_182
    assert view.history[-1] is state.history[-1]
    assert [epoch.number for epoch in view.history] == sorted(epoch.number for epoch in view.history)
