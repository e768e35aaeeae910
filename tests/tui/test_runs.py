"""The list of all runs on disk: what it shows, how it is filtered and sorted, and what one does with its rows."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import NOON, WrittenRun, gaps, running, screen_text, settle, until
from tuiml.runs import bin as removed_runs
from tuiml.runs.folder import RunFolder
from tuiml.tui.app import TuimlApp
from tuiml.tui.compare.screen import Compare
from tuiml.tui.live.screen import Live
from tuiml.tui.messages import CompareAsked, RecipeChosen, ResultsAsked, RewindAsked
from tuiml.tui.rewind.screen import Rewind
from tuiml.tui.runs.prune import Prune
from tuiml.tui.runs.screen import Runs
from tuiml.tui.setup.screen import Setup

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


def rows(pilot: Pilot[int]) -> list[str]:
    """The lines of the list that are in view."""
    return [line for line in screen_text(pilot.app).splitlines() if any(f" {sign} " in line for sign in "●✓†✗■‖")]


async def to_runs(pilot: Pilot[int], count: int) -> Runs:
    """Go to the list and wait until it has so many rows."""
    await pilot.press("ctrl+l")
    await until(pilot, lambda: isinstance(pilot.app.screen, Runs) and len(pilot.app.screen.picker.keys) == count)
    await settle(pilot)
    assert isinstance(pilot.app.screen, Runs)
    return pilot.app.screen


@pytest.fixture
def three(written: Written) -> list[WrittenRun]:
    """A finished, a stopped and a failed run, newest first."""
    found = []
    for number, (status, epochs) in enumerate([("finished", 12), ("stopped", 5), ("failed", 2)]):
        run = written(name=f"2026010{3 - number}-120000-digits")
        run.time = NOON - number * 86400
        run.folder.lock.touch()
        run.warm_up()
        run.train(1, epochs)
        run.end(status, "by wish", "no memory" if status == "failed" else None)
        found.append(run)
    return found


class Asked:
    """What the screen asked the app for."""

    def __init__(self, app: TuimlApp, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[object] = []
        post = app.post_message
        kinds = (CompareAsked, RecipeChosen, ResultsAsked, RewindAsked)

        def heard(message: object) -> bool:
            if isinstance(message, kinds):
                self.messages.append(message)
                return True
            return post(message)  # type: ignore[arg-type]

        monkeypatch.setattr(app, "post_message", heard)


async def test_an_empty_list_says_what_to_do(make_app: MakeApp) -> None:
    """Never a blank box."""
    async with running(make_app()) as pilot:
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "No runs in runs yet" in screen_text(pilot.app))
        shown = screen_text(pilot.app)

    assert "ctrl+r" in shown


async def test_runs_are_listed_newest_first_with_what_they_came_to(make_app: MakeApp, written: Written) -> None:
    """A live one, an ended one, and one whose runner was killed; Enter opens."""
    ended, live, dead = written(), written(name="20260102-120000-digits"), written(name="20260101-110000-digits")
    dead.time -= 3600
    dead.warm_up()
    dead.folder.lock.touch()
    ended.warm_up()
    ended.train(1, 12)
    ended.end()
    live.hold()
    live.time += 86400
    live.warm_up()
    live.train(1, 2)
    async with running(make_app(), (120, 40)) as pilot:
        await to_runs(pilot, 3)
        listed = rows(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))
        opened = pilot.app.screen.folder

    assert "running" in listed[0]
    assert "2/12" in listed[0]
    assert "finished" in listed[1]
    assert "crashed" in listed[2]
    assert "0.9528" in listed[1]
    assert opened.path == ended.folder.path


async def test_the_list_follows_what_happens_on_disk(make_app: MakeApp, written: Written) -> None:
    """A live run's row moves on; a new run comes, a removed one goes, and no key is pressed."""
    run = written()
    run.hold()
    run.warm_up()
    run.train(1, 2)
    async with running(make_app(), (120, 40)) as pilot:
        await to_runs(pilot, 1)
        assert "● running" in rows(pilot)[0]
        run.end("stopped", "stopped by the user")
        run.let_go()
        await until(pilot, lambda: "■ stopped" in screen_text(pilot.app))
        later = written(name="20260105-120000-digits")
        later.warm_up()
        await until(pilot, lambda: len(rows(pilot)) == 2 or "20260105" in screen_text(pilot.app))
        os.rename(run.folder.path, Path("elsewhere"))
        await until(pilot, lambda: "20260101" not in screen_text(pilot.app))


async def test_the_list_follows_the_filter_key_by_key(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """What is wrong leaves the list as it was and is told; Enter keeps a filter, esc drops it; it is there on coming back."""
    async with running(make_app()) as pilot:
        screen = await to_runs(pilot, 3)
        await pilot.press("slash", *"status:fin")
        assert screen.picker.keys == (three[0].folder.id,)
        await pilot.press(*"x")
        await settle(pilot)
        assert screen.picker.keys == (three[0].folder.id,)
        assert "'finx' is no status" in screen_text(pilot.app)
        await pilot.press("enter")
        assert isinstance(pilot.app.focused, Input), "a wrong filter is not taken"
        await pilot.press("backspace", "enter")
        await settle(pilot)
        assert "1 of 3" in screen_text(pilot.app)
        await pilot.press("escape")
        screen = await to_runs(pilot, 1)
        await pilot.press("slash", "escape")
        assert len(screen.picker.keys) == 3
        await pilot.press("slash", *"nosuch")
        await settle(pilot)
        assert len(screen.picker.keys) == 3
        assert "none of the 3 runs fits nosuch" in screen_text(pilot.app)
        await pilot.press("enter")
        await settle(pilot)
        assert "None of the 3 runs fits nosuch" in screen_text(pilot.app)


async def test_o_sorts_by_the_next_column(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """The heading shows by which; O turns it round; the cursor stays on its run; a click on a heading sorts too."""
    async with running(make_app(), (120, 40)) as pilot:
        screen = await to_runs(pilot, 3)
        await pilot.press("down")
        chosen, sorts = screen.picker.current, set[str]()
        for _ in range(len(screen._widths)):
            await pilot.press("o")
            await settle(pilot)
            sorts.add(pilot.app.runners.listing.sort)
            assert screen.picker.current == chosen
            assert f"{pilot.app.runners.listing.sort} ▾" in screen_text(pilot.app)
        assert {"status", "run", "epochs", "val", "age"} <= sorts
        pilot.app.runners.listing.sort = "age"
        await pilot.press("O")
        assert screen.picker.keys == tuple(run.folder.id for run in reversed(three))
        await pilot.click("Picker", offset=(3, 0))
        assert pilot.app.runners.listing.sort == "status"


async def test_marked_runs_are_deleted_and_come_back(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """Several at once, and after the list was left; a live one stays and says why."""
    async with running(make_app()) as pilot:
        screen = await to_runs(pilot, 3)
        await pilot.press("space", "space")
        assert "2 marked" in screen_text(pilot.app)
        three[1].hold()
        await pilot.press("x")
        await until(pilot, lambda: len(screen.picker.keys) == 2)
        assert next(note.message for note in pilot.app._notifications).startswith(f"{three[1].folder.id} is alive")
        three[1].let_go()
        await pilot.press("x")  # the one that stayed is still marked
        await until(pilot, lambda: screen.picker.keys == (three[2].folder.id,))
        assert len(removed_runs.content(Path("runs"))) == 2
        await pilot.press("escape")
        screen = await to_runs(pilot, 1)
        await pilot.press("u")
        await until(pilot, lambda: len(screen.picker.keys) == 2)
        await pilot.press("u")
        await until(pilot, lambda: len(screen.picker.keys) == 3)

    assert removed_runs.content(Path("runs")) == []


async def test_marks_outlast_a_comparison(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """One comes back and marks a third; elsewhere they are forgotten, lest they be deleted one day for another run."""
    async with running(make_app()) as pilot:
        await to_runs(pilot, 3)
        await pilot.press("space", "space", "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, Compare))
        await pilot.press("escape")
        screen = await to_runs(pilot, 3)
        await pilot.press("end", "space")
        await settle(pilot)

        assert set(screen.marked) == {run.folder.id for run in three}
        assert "3 marked" in screen_text(pilot.app)
        await pilot.press("escape")
        assert (await to_runs(pilot, 3)).marked == ()


async def test_a_note_and_a_name_are_typed_in_place(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """Letters are text while one types; Enter keeps it in the folder, esc does not."""
    async with running(make_app()) as pilot:
        await to_runs(pilot, 3)
        await pilot.press("n", *"xuop", "enter")
        await until(pilot, lambda: "note xuop" in screen_text(pilot.app))
        await pilot.press("f2", *"big", "enter")
        await until(pilot, lambda: "big" in rows(pilot)[0])
        await pilot.press("n", *"more", "escape")
        await settle(pilot)

    assert (three[0].folder.note(), three[0].folder.name()) == ("xuop", "big")


async def test_one_steps_out_to_the_list_from_where_one_came(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """With the cursor where it was, by way of other screens of runs too; from there to the form, and from the form no more."""
    async with running(make_app()) as pilot:
        screen = await to_runs(pilot, 3)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))
        await pilot.press("k")
        await until(pilot, lambda: isinstance(pilot.app.screen, Rewind))
        await pilot.press("b")
        await until(pilot, lambda: isinstance(pilot.app.screen, Runs) and pilot.app.screen is not screen)
        await settle(pilot)
        again = pilot.app.screen
        assert isinstance(again, Runs)
        assert again.picker.current == three[1].folder.id
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Setup))


async def test_a_prune_shows_what_would_go_before_it_does(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """The list and its size follow the fields; esc leaves all; Enter moves them to the bin, u brings them back."""
    async with running(make_app()) as pilot:
        screen = await to_runs(pilot, 3)
        await pilot.press("p")
        await settle(pilot)
        assert "1 run, " in screen_text(pilot.app)
        await pilot.press("tab", "x")
        await settle(pilot)
        assert "received 'x'" in screen_text(pilot.app)
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert len(screen.picker.keys) == 3
        await pilot.press("p", *"stopped,failed")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Prune)
        assert "2 runs, " in screen_text(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: screen.picker.keys == (three[0].folder.id,))
        await pilot.press("u")
        await until(pilot, lambda: len(screen.picker.keys) == 3)


async def test_keys_ask_for_the_run_under_the_cursor(
    make_app: MakeApp, three: list[WrittenRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edit, results, time machine; compare with the run before it, or of those that are marked."""
    app = make_app()
    asked = Asked(app, monkeypatch)
    async with running(app) as pilot:
        await to_runs(pilot, 3)
        await pilot.press("e", "i", "k", "c", "space", "down", "space", "c")
        await settle(pilot)
        edit, results, rewind, before, marked = asked.messages

        assert isinstance(edit, RecipeChosen)
        assert edit.origin is not None
        assert (edit.recipe.task, edit.origin.id) == ("digits", three[0].folder.id)
        assert [message.folder.id for message in (results, rewind)] == [three[0].folder.id] * 2  # type: ignore[attr-defined]
        assert [folder.id for folder in before.folders] == [three[1].folder.id, three[0].folder.id]  # type: ignore[attr-defined]
        assert [folder.id for folder in marked.folders] == [three[2].folder.id, three[0].folder.id]  # type: ignore[attr-defined]


async def test_a_goes_on_with_what_can_go_on(
    make_app: MakeApp, three: list[WrittenRun], started: list[RunFolder]
) -> None:
    """A finished run says how; a stopped one is taken up by a runner and shown."""
    async with running(make_app()) as pilot:
        await to_runs(pilot, 3)
        await pilot.press("a")
        await settle(pilot)
        assert "has finished" in next(note.message for note in pilot.app._notifications)
        await pilot.press("down", "a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))

    assert [folder.id for folder in started] == [three[1].folder.id]


async def test_a_card_is_not_left_of_a_run_that_was_deleted(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """The app forgets what it followed."""
    async with running(make_app(watch=three[0].folder)) as pilot:
        assert pilot.app.runners.last is not None
        screen = await to_runs(pilot, 3)
        await pilot.press("x")
        await until(pilot, lambda: len(screen.picker.keys) == 2)

    assert pilot.app.runners.last is None
    assert pilot.app.runners.alive() == []


async def test_nothing_is_painted_while_nothing_happens(make_app: MakeApp, three: list[WrittenRun]) -> None:
    """Looks at the disk that find nothing new cost no byte on the terminal."""
    async with running(make_app()) as pilot:
        screen = await to_runs(pilot, 3)
        painted: list[int] = []
        screen.picker.render_line, before = lambda y: (painted.append(y), before(y))[1], screen.picker.render_line  # type: ignore[method-assign]
        for _ in range(3):
            screen.look()
            await settle(pilot)

    assert painted == []


@pytest.mark.parametrize("size", [(60, 15), (20, 5), (160, 45)])
async def test_the_list_fits_any_terminal(make_app: MakeApp, three: list[WrittenRun], size: tuple[int, int]) -> None:
    """Status and name are there, no line is wider than the screen, and resizing does no harm."""
    async with running(make_app(), size) as pilot:
        await to_runs(pilot, 3)
        assert "finish" in screen_text(pilot.app)
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert "0.9528" in screen_text(pilot.app)


@pytest.mark.alone
async def test_a_thousand_runs_do_not_freeze_the_screen(make_app: MakeApp, written: Written) -> None:
    """They are read in a thread, and the newest are there first."""
    run = written(name="20260101-000000-digits")
    run.warm_up()
    run.folder.lock.touch()
    for number in range(1, 1000):
        shutil.copytree(run.folder.path, run.folder.path.with_name(f"20260101-{number:06}-digits"))
    async with running(make_app()) as pilot, gaps() as found:
        await pilot.press("ctrl+l")
        while not (isinstance(pilot.app.screen, Runs) and len(pilot.app.screen.picker.keys) == 1000):
            await asyncio.sleep(0.05)

    assert sorted(found)[-3] < 0.5, max(found)  # 0.1 on an idle machine; the worst two may be the machine's own
