"""Looking at a run's curves otherwise, asking it for more, and what stands beside the curves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from tests.tui.conftest import WrittenRun, running, screen_text, settle, until
from tuiml import events
from tuiml.draw.view import View
from tuiml.recipe import compose, to_toml
from tuiml.tui.app import TuimlApp
from tuiml.tui.dialogs.card import CardScreen
from tuiml.tui.dialogs.vary import Vary
from tuiml.tui.live import look
from tuiml.tui.live.screen import Live
from tuiml.tui.messages import RecipeChosen, ResultsAsked, RewindAsked
from tuiml.tui.setup.screen import Setup
from tuiml.tui.widgets.chart import Chart
from tuiml.tui.widgets.rows import Rows

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


def ended(written: Written, epochs: int = 12, **options: str) -> WrittenRun:
    """A finished run."""
    run = written(**options)
    run.warm_up()
    run.train(1, epochs)
    run.end()
    return run


def live(pilot: Pilot[int]) -> Live:
    """The screen of the run."""
    assert isinstance(pilot.app.screen, Live)
    return pilot.app.screen


KEYS = {
    "y": "log",
    "m": "smoothed 0.6",
    "x": "over time",
    "z": "epochs 6-12",
    "d": "each batch",
    "h": "no honest curve",
}
"""Each key and what the line under the curves then says."""


@pytest.mark.parametrize("key", KEYS)
async def test_one_always_knows_what_one_sees(make_app: MakeApp, written: Written, key: str) -> None:
    """A key changes the picture, words say how it is looked at, and its last press leads back."""
    run = ended(written)
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        plain = screen_text(pilot.app)
        await pilot.press(key)
        await settle(pilot)
        changed = screen_text(pilot.app)
        for _ in range({"m": 2, "z": 2}.get(key, 1)):
            await pilot.press(key)
        await settle(pilot)
        again = screen_text(pilot.app)

    assert f"curves: {KEYS[key]}" in changed
    assert "curves: " not in plain
    assert again == plain


async def test_the_cursor_reads_numbers_off_and_the_table_goes_along(make_app: MakeApp, written: Written) -> None:
    """Left and right move it, home and end lead to the ends, esc takes it away before it leaves the screen."""
    run = ended(written, epochs=200)
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("home")
        await settle(pilot)
        first = screen_text(pilot.app)
        rows = live(pilot).query_one(".epochs", Rows)
        assert rows.marked == 1
        await pilot.press("right", "right")
        await settle(pilot)
        assert live(pilot).view.cursor == 5  # of a long run each press goes a hundredth of what is in view
        await pilot.press("end", "left")
        assert live(pilot).view.cursor == 198
        await pilot.press("escape")
        assert live(pilot).view.cursor is None
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Setup))

    assert "epoch 1:" in first
    assert any(line.split()[:1] == ["1"] for line in first.splitlines())


async def test_the_table_counts_the_epochs_out_of_view(make_app: MakeApp, written: Written) -> None:
    """At the end of its heading, above and below."""
    run = ended(written)
    async with running(make_app(watch=run.folder)) as pilot:
        rows = live(pilot).query_one(".epochs", Rows)
        found = []
        for above in (None, 4, 0):
            rows.above = above
            await settle(pilot)
            lines = screen_text(pilot.app).splitlines()
            number = next(number for number, line in enumerate(lines) if line.split()[:2] == ["epoch", "loss"])
            shown = [line.split()[0] for line in lines[number + 1 :] if line.split()[:1] and line.split()[0].isdigit()]
            found.append((lines[number].split("time")[1].strip(), int(shown[0]), int(shown[-1])))

    for told, first, last in found:
        above = f"↑ {first - 1}" if first > 1 else ""
        below = f"↓ {12 - last}" if last < 12 else ""
        assert told == f"{above} {below}".strip()
    assert [first for _, first, _ in found[1:]] == [5, 1]


async def test_a_click_sets_the_cursor_and_the_wheel_zooms(make_app: MakeApp, written: Written) -> None:
    """The mouse does what the keys do."""
    run = ended(written)
    async with running(make_app(watch=run.folder)) as pilot:
        chart = live(pilot).query_one("Chart.loss", Chart)
        await pilot.click(chart, offset=(77, 4))
        await settle(pilot)
        cursor = live(pilot).view.cursor
        chart.post_message(MouseScrollUp(chart, 40, 4, 0, 0, 0, False, False, False, 40, 8))
        await settle(pilot)
        window = live(pilot).view.window

    assert cursor == 12
    assert window is not None
    assert 1 < window[0] < window[1] <= 12


async def test_how_one_looks_is_remembered_for_the_next_run(make_app: MakeApp, written: Written) -> None:
    """Scale and smoothing stay; the cursor and the ghost belong to the one run."""
    first = ended(written)
    second = ended(written, name="20260102-120000-digits")
    async with running(make_app(watch=first.folder)) as pilot:
        await pilot.press("y", "m", "left")
        await pilot.app.open_run(second.folder)
        await settle(pilot)
        view = live(pilot).view

    assert view == replace(View(), log=True, smoothing=0.6)


def test_a_window_at_the_end_goes_along_with_the_run() -> None:
    """The last epochs stay in view while new ones come; a window further back, or one with a cursor, stands."""
    at_end = View(window=(40.0, 60.0))

    assert look.followed(at_end, 60.0, 63.0).window == (43.0, 63.0)
    assert look.followed(View(window=(20.0, 40.0)), 60.0, 63.0).window == (20.0, 40.0)
    assert look.followed(replace(at_end, cursor=50), 60.0, 63.0).window == (40.0, 60.0)


async def test_the_run_that_is_varied_is_the_ghost(make_app: MakeApp, written: Written) -> None:
    """From the start, without a key; the key goes on to the others, and to none."""
    oldest = ended(written, name="20260101-110000-digits")
    origin = ended(written, name="20260101-113000-digits", epochs=4)
    ended(written, name="20260101-114500-wine", task="wine").folder.recipe.write_text('task = "wine"\n')
    before = written(name="20260101-115900-digits")
    before.warm_up()
    before.train(1, 3)
    run = ended(written)
    run.folder.env.write_text(json.dumps({"origin": origin.folder.id}))
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        await until(pilot, lambda: live(pilot).view.ghost is not None)
        await settle(pilot)
        shown = screen_text(pilot.app)
        seen = []
        for _ in range(4):
            ghost = live(pilot).ghost
            seen.append((ghost.why, ghost.id) if ghost else None)
            await pilot.press("g")
            await settle(pilot)

    assert f"ghost, origin: {origin.folder.id}" in shown
    assert seen == [("origin", origin.folder.id), ("before", before.folder.id), ("best", oldest.folder.id), None]


async def test_without_another_run_there_is_no_ghost(make_app: MakeApp, written: Written) -> None:
    """A toast says why the key did nothing."""
    run = ended(written)
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("g")
        await until(pilot, lambda: bool(pilot.app._notifications))
        told = [note.message for note in pilot.app._notifications]

    assert told == ["There is no other run of this task with curves of its own."]


async def test_the_network_pane_tells_layers_and_what_penalties_do(make_app: MakeApp, written: Written) -> None:
    """Norms with their way since the first measure, shares near zero and silent; before one is taken, when it will be."""
    run = written()
    run.hold()
    run.folder.recipe.write_text(to_toml(compose([run.recipe.model_dump(), {"regularize": {"l2": (0.01,)}}])))
    run.warm_up()
    run.train(1, 2)
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("n")
        await settle(pilot)
        missing = screen_text(pilot.app)
        for epoch in (3, 4):
            run.train(epoch, epoch)
            run.write(
                events.Measured(
                    epoch, 288, {"loss": 0.5}, {"dense_1": 9.0 - epoch}, {"dense_1": 0.25}, {"dense_1": 0.5}
                )
            )
        await until(pilot, lambda: "dense_1" in screen_text(pilot.app))
        told = screen_text(pilot.app)

    assert "at most once a second" in missing
    row = next(line for line in told.splitlines() if "dense_1" in line)
    assert row.split()[1:3] == ["5.0000", "▼"]
    assert row.split()[-2:] == ["25.0%", "50.0%"]
    assert "L2 0.01 shrinks" in told


async def test_wishes_are_shown_until_they_are_obeyed(make_app: MakeApp, written: Written) -> None:
    """Step and save are lines in the run folder; the toast comes with the checkpoint, not before."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 2)
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("full_stop")
        waiting = screen_text(pilot.app)
        await pilot.press("w")
        asked = [json.loads(line) for line in run.folder.wishes.read_text().splitlines()]
        run.write(events.Wished(asked[1]["id"], "save", "tui"))
        await until(pilot, lambda: "save wished" not in screen_text(pilot.app))
        early = list(pilot.app._notifications)
        run.write(events.Checkpointed(2, 7, "checkpoints/2-7"))
        await until(pilot, lambda: bool(pilot.app._notifications))
        told = [note.message for note in pilot.app._notifications]

    assert [wish["wish"] for wish in asked] == ["step", "save"]
    assert "step wished" in waiting
    assert early == []
    assert told == ["2 epochs and 7 batches, in checkpoints/2-7"]


async def test_the_total_comes_with_its_card_once(make_app: MakeApp, written: Written) -> None:
    """Where L1 or L2 act, the key shows the sum and its columns, and the first time what that is; elsewhere only the card."""
    run = written()
    run.warm_up()
    for epoch in (1, 2, 3):
        metrics = {
            "loss": 0.5,
            "accuracy": 0.9,
            "val_loss": 0.6,
            "val_accuracy": 0.8,
            "penalty": 0.25,
            "val_penalty": 0.2,
        }
        run.write(events.EpochStarted(epoch, 0.001), events.EpochEnded(epoch, metrics, 0.9, 0.001))
    run.end()
    bare = ended(written, name="20260102-120000-digits")
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, CardScreen))
        await pilot.press("escape")
        await settle(pilot)
        total = screen_text(pilot.app)
        await pilot.press("t", "t")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Live)
        await pilot.app.open_run(bare.folder)
        await settle(pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, CardScreen))

    assert "val_penalty" in total
    assert "curves: with penalty" in total


async def test_the_verdict_stands_under_the_curves(make_app: MakeApp, written: Written) -> None:
    """In words with its numbers; while there is too little to say, the line is not there."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 2)
    async with running(make_app(watch=run.folder)) as pilot:
        early = screen_text(pilot.app)
        run.train(3, 12)
        run.end()
        await until(pilot, lambda: "Overfitting since epoch" in screen_text(pilot.app))
        assert not live(pilot).query_one("#live-verdict").has_class("-empty")

    assert "verfitting" not in early


@pytest.mark.parametrize(("key", "message"), [("r", ResultsAsked), ("k", RewindAsked), ("e", RecipeChosen)])
async def test_a_run_leads_to_the_other_screens(
    make_app: MakeApp, written: Written, monkeypatch: pytest.MonkeyPatch, key: str, message: type
) -> None:
    """Results, time machine and the form are asked for, with this run."""
    run = ended(written)
    asked: list[object] = []
    async with running(make_app(watch=run.folder)) as pilot:
        post = live(pilot).post_message
        monkeypatch.setattr(live(pilot), "post_message", lambda one: asked.append(one) or post(one))
        await pilot.press(key)
        await until(pilot, lambda: any(isinstance(one, message) for one in asked))
        (found,) = [one for one in asked if isinstance(one, message)]

    assert (found.origin if isinstance(found, RecipeChosen) else found.folder) == run.folder


async def test_a_run_can_be_varied(make_app: MakeApp, written: Written) -> None:
    """One key offers the single changes."""
    run = ended(written)
    async with running(make_app(watch=run.folder)) as pilot:
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, Vary))
        offered = screen_text(pilot.app)

    assert "--" in offered  # each with its flag


async def test_the_end_of_a_long_history_is_read_off_at_once(make_app: MakeApp, written: Written) -> None:
    """The cursor's own epoch is read, also where the curve shows only some; the table goes there."""
    run = written(epochs=10_000)
    run.warm_up()
    run.train(1, 3000)
    run.end()
    async with running(make_app(watch=run.folder), (120, 40)) as pilot:
        await until(pilot, lambda: len(live(pilot).state.history) == 3000)
        await pilot.press("home", "right")
        await settle(pilot)
        cursor = live(pilot).view.cursor
        shown = screen_text(pilot.app)

    assert cursor == 31
    assert "epoch 31:" in shown
    assert any(line.split()[:1] == ["31"] for line in shown.splitlines())
