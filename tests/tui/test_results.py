"""Results: panes, cells and rows of a run, found by keys; runs with nothing to show say what to do."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui import judged_runs
from tests.tui.conftest import WrittenRun, gaps, running, screen_text, settle, until
from tuiml.runs import predictions, predictor
from tuiml.tui.app import TuimlApp
from tuiml.tui.live.screen import Live
from tuiml.tui.messages import ResultsAsked
from tuiml.tui.results.counts import Counts
from tuiml.tui.results.screen import COUNTS, SUMMARY, TRY, WORST, Results
from tuiml.tui.results.worst import Worst

MakeApp = Callable[..., TuimlApp]
Written = Callable[..., WrittenRun]


@asynccontextmanager
async def results(app: TuimlApp, run: WrittenRun, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[Any]]:
    """Open the results of a run."""
    async with running(app, size) as pilot:
        await show(pilot, run)
        yield pilot


async def show(pilot: Pilot[Any], run: WrittenRun) -> None:
    """Open the results of one more run."""
    pilot.app.post_message(ResultsAsked(run.folder))
    await until(pilot, lambda: isinstance(pilot.app.screen, Results) and pilot.app.screen.folder == run.folder)
    await settle(pilot)


def child(monkeypatch: pytest.MonkeyPatch, where: Path, answers: str) -> None:
    """Let a program that speaks the protocol, and knows its `answers` ahead, be the process that answers."""
    program = where / "child.py"
    program.write_text(
        "import json, pathlib, sys\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "say = lambda answer: print(json.dumps(answer), flush=True)\n"
        "for asked, line in enumerate(sys.stdin, 1):\n"
        "    (folder / 'asked').open('a').write(line)\n" + indent(dedent(answers), "    ")
    )
    monkeypatch.setattr(predictor, "_CHILD", [sys.executable, str(program)])


def screen(pilot: Pilot[Any]) -> Results:
    """The screen of results."""
    found = pilot.app.screen
    assert isinstance(found, Results)
    return found


async def test_panes_are_reached_by_number_and_by_tab(make_app: MakeApp, written: Written) -> None:
    """1 to 5 show one each, tab leads around; the summary has both splits, common sense and what is known of the task."""
    run = judged_runs.write(written(), "digits")
    async with results(make_app(), run) as pilot:
        summary = screen_text(pilot.app)
        for key, pane in (("2", 1), ("4", 3), ("tab", 4), ("tab", 0), ("shift+tab", 4), ("escape", 4), ("3", 2)):
            await pilot.press(key)
            assert screen(pilot).pane == pane, key

    for words in (
        "test",
        "validation",
        "common sense",
        "0.1010",
        "To compare with: measured, 3 seeds",
        "360 test rows",
    ):
        assert words in summary


async def test_a_cell_of_the_matrix_leads_to_its_rows(make_app: MakeApp, written: Written) -> None:
    """n finds the most confused pair, enter lists exactly its rows, esc leads back to all rows, then to the run."""
    run = judged_runs.write(written(), "digits")
    async with results(make_app(), run) as pilot:
        judged = screen(pilot).judged
        assert judged is not None
        pair = judged.most_confused(1)[0]
        await pilot.press("2", "n", "enter")
        await settle(pilot)
        shown = screen_text(pilot.app)
        some = screen(pilot).query_one(Worst).some
        await pilot.press("escape")
        after = screen(pilot).query_one(Worst).some
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, Live))

    assert some is not None
    assert some[1].sum() == pair.count == judged.matrix[pair.truth, pair.predicted]
    assert f"rows of {pair.truth} taken for {pair.predicted}" in shown
    assert f"1..{min(pair.count, 4)} of {pair.count}" in shown
    assert f"true {pair.truth}" in shown
    assert after is None


async def test_arrows_move_over_cells_and_pages(make_app: MakeApp, written: Written) -> None:
    """In the matrix the cursor moves and stays on it; among rows right and left turn pages, and stop at the first."""
    run = judged_runs.write(written(), "digits")
    async with results(make_app(), run) as pilot:
        await pilot.press("2", "down", "down", "right", "up", "left", "left")
        cursor = screen(pilot).query_one(Counts).table.cursor
        await pilot.press("end")
        last = screen(pilot).query_one(Counts).table.cursor
        await pilot.press("4")
        await settle(pilot)
        worst, firsts = screen(pilot).query_one(Worst), []
        for key in ("right", "right", "left", "left", "left"):
            await pilot.press(key)
            firsts.append(worst.first)

    assert (cursor, last) == ((1, 0), (9, 9))
    assert firsts == [4, 8, 4, 0, 0]


async def test_s_shows_the_other_rows(make_app: MakeApp, written: Written) -> None:
    """All panes follow: another matrix, another number of rows."""
    run = judged_runs.write(written(), "digits")
    async with results(make_app(), run) as pilot:
        await pilot.press("4")
        await settle(pilot)
        before = screen_text(pilot.app)
        await pilot.press("s")
        await settle(pilot)
        after = screen_text(pilot.app)

    assert "of 360" in before
    assert "test rows" in before
    assert "of 287" in after
    assert "validation rows" in after


async def test_classes_are_sorted_by_key_and_lead_to_their_mistakes(make_app: MakeApp, written: Written) -> None:
    """o sorts by F1, the worst first; enter on it lists the rows mistaken about it."""
    run = judged_runs.write(written(), "digits")
    async with results(make_app(), run) as pilot:
        judged = screen(pilot).judged
        assert judged is not None
        worst = min(judged.by_class(), key=lambda score: score.f1)
        await pilot.press("3", "o")
        await settle(pilot)
        first = screen_text(pilot.app).split("\n")[4].split()
        await pilot.press("enter")
        await settle(pilot)
        some = screen(pilot).query_one(Worst).some

    assert first[0] == worst.name
    assert some is not None
    assert some[0] == f"mistakes about {worst.name}"
    number = int(worst.name)
    assert (some[1] == ((judged.y == number) != (judged.taken_for == number))).all()


async def test_values_have_a_scatter_and_their_worst_rows_in_cells(make_app: MakeApp, written: Written) -> None:
    """Of a regression: predicted against true, the spread of errors, the rows with the names of their columns."""
    run = judged_runs.write(written(), "diabetes")
    async with results(make_app(), run) as pilot:
        found = {}
        for key in "1234":
            await pilot.press(key)
            await settle(pilot)
            found[key] = screen_text(pilot.app)

    assert "65.76" in found["1"]
    assert "predicted upwards" in found["2"]
    assert any("⠀" < character <= "⣿" for character in found["2"])
    assert "95 %" in found["3"]
    assert "█" in found["3"]
    assert "bmi=" in found["4"]


async def test_labels_have_their_hits_and_misses(make_app: MakeApp, written: Written) -> None:
    """Where a row has any number of labels, each is counted by itself, and a cell leads to its rows."""
    run = judged_runs.write(written(), "shapes", ("data.fraction=0.2",))
    async with results(make_app(), run) as pilot:
        await pilot.press("2", "down", "right")
        judged, shown = screen(pilot).judged, screen_text(pilot.app)
        await pilot.press("enter")
        await settle(pilot)
        some = screen(pilot).query_one(Worst).some

    assert judged is not None
    assert (judged.labelled.sum(axis=1) == len(judged.rows)).all()
    assert f"square, missed: {judged.labelled[1, 1]}" in shown
    assert some is not None
    assert some[1].sum() == judged.labelled[1, 1]


async def test_nothing_to_show_says_what_to_do(make_app: MakeApp, written: Written) -> None:
    """A live run, one that ended without predictions, and one whose predictions are damaged: the panes say why."""
    live = written(name="20260101-120000-live")
    live.hold()
    live.warm_up()
    live.train(1, 3)
    bare = written(name="20260101-120001-bare")
    bare.warm_up()
    bare.train(1, 12)
    bare.end()
    broken = judged_runs.write(written(name="20260101-120002-broken"), "digits")
    (broken.folder.path / "predictions" / "test.npz").write_bytes(b"PK\x03\x04 half of a file")
    (broken.folder.path / "predictions" / "validation.npz").write_bytes(b"")
    async with running(make_app()) as pilot:
        for run, words in ((live, "its rows are judged when it ends"), (bare, "Press c"), (broken, "is damaged")):
            await show(pilot, run)
            await pilot.press("2")
            await settle(pilot)
            assert words in " ".join(screen_text(pilot.app).split()), run.folder.id


async def test_a_live_run_that_ends_shows_its_rows_by_itself(make_app: MakeApp, written: Written) -> None:
    """No key is pressed: once the runner has gone, its predictions are there, and the key that computes them is not."""
    run = judged_runs.write(written(), "digits")
    whole = run.folder.events.read_text()
    run.folder.events.write_text("".join(line for line in whole.splitlines(True) if '"RunEnded"' not in line))
    run.hold()
    async with results(make_app(), run) as pilot:
        await pilot.press("2")
        await settle(pilot)
        before = screen_text(pilot.app)
        run.folder.events.write_text(whole)
        run.let_go()
        await until(pilot, lambda: "true \\ predicted" in screen_text(pilot.app))
        offered = screen(pilot).check_action("judge_rows", ())

    assert "shown here then" in " ".join(before.split())
    assert offered is False


async def test_c_has_a_child_compute_what_is_missing(
    make_app: MakeApp, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stages are told where the rows will be; a mistake is a sentence there; then they are shown."""
    run = judged_runs.write(written(), "digits")
    kept = run.folder.path / "predictions"
    kept.rename(run.folder.path / "computed")
    child(
        monkeypatch,
        tmp_path,
        """
        if asked == 1:
            say({"stage": "importing TensorFlow"})
            say({"error": "no weights yet"})
        else:
            (folder / "computed").rename(folder / "predictions")
            say({"judged": ["test", "validation"]})
        """,
    )
    async with results(make_app(), run) as pilot:
        await pilot.press("c")
        await settle(pilot)
        mistake = screen_text(pilot.app)
        await pilot.press("c")
        await until(pilot, lambda: screen(pilot).judged is not None)
        await settle(pilot)
        shown = screen_text(pilot.app)

    assert "✗ no weights yet" in mistake
    assert "most confused" in shown


async def test_halves_that_contradict_each_other_are_a_sentence(make_app: MakeApp, written: Written) -> None:
    """Class numbers beyond the classes, outputs of another network, no recipe: said, and no pane fails."""
    runs = {what: judged_runs.write(written(name=f"20260101-120000-{what}"), "digits") for what in ("y", "units", "no")}
    kept = predictions.read(runs["y"].folder, "test")
    assert kept is not None
    predictions.write(runs["y"].folder, replace(kept, y=kept.y + 7))
    predictions.write(runs["units"].folder, replace(kept, outputs=kept.outputs[:, :4]))
    runs["no"].folder.recipe.write_text("task = 3\n[")
    async with running(make_app()) as pilot:
        for what, run in runs.items():
            await show(pilot, run)
            await pilot.press("s" if screen(pilot).split == "validation" else "2", "2")
            await settle(pilot)
            shown = " ".join(screen_text(pilot.app).split())
            await pilot.press(*"12345")
            await settle(pilot)
            assert ("damaged" if what != "no" else "✗") in shown


async def test_rows_that_are_gone_leave_their_numbers(
    make_app: MakeApp, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the data the worst rows are listed with classes and losses, and why there is no more."""
    run = judged_runs.write(written(), "digits")
    run.folder.recipe.write_text(run.folder.recipe.read_text().replace('"digits"', '"csv:gone.csv"'))
    async with results(make_app(), run) as pilot:
        await pilot.press("4")
        await settle(pilot)
        shown = screen_text(pilot.app)

    assert "numbers alone" in shown
    assert "gone.csv" in shown
    assert "1..19 of 360" in shown or "of 360" in shown
    assert "true " in shown


async def test_what_is_typed_is_asked_and_answered(
    make_app: MakeApp, written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table's row is there to be changed; letters are typed, not obeyed; the answer has bars; an error is a sentence."""
    child(
        monkeypatch,
        tmp_path,
        """
        say({"stage": "importing TensorFlow"})
        if asked == 1:
            shares = {"class_1": 0.3, "class_2": 0.7}
            fact = {"class": "class_2", "probability": 0.7, "probabilities": shares}
            say({"answers": [fact], "weights": "that it ended with", "warning": "", "seen": {"words": "alcohol=1"}})
        else:
            say({"error": "expected 13 cells, received 1."})
        """,
    )
    run = judged_runs.write(written(), "wine")
    async with results(make_app(), run) as pilot:
        await pilot.press("5")
        await settle(pilot)
        field = screen(pilot).query_one(Input)
        given = field.value
        await pilot.press("enter")
        await settle(pilot)
        answer = screen_text(pilot.app)
        field.value = ""
        await pilot.press("s", "q", "enter")
        await settle(pilot)
        mistake = screen_text(pilot.app)
    asked = [json.loads(line) for line in (run.folder.path / "asked").read_text().splitlines()]

    assert given.startswith("alcohol=")
    assert asked[0]["row"]["alcohol"] == given.split(",")[0].removeprefix("alcohol=")
    assert asked[1] == {"row": ["sq"], "weights": "final"}
    assert "class_2 70.0 %" in answer
    assert "━" in answer
    assert "✗ expected 13 cells" in mistake


async def test_a_file_that_is_not_there_is_said_before_the_network_is_loaded(
    make_app: MakeApp, written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Loading it takes seconds; the answer says where names are taken from."""
    run = judged_runs.write(written(), "digits")
    child(monkeypatch, tmp_path, "say({'error': 'too late'})")
    async with results(make_app(), run) as pilot:
        await pilot.press("5", *"no", "full_stop", *"png", "enter")
        await settle(pilot)
        shown = screen_text(pilot.app)
        pilot.app.screen.query_one(Input).value = "x" * 300  # more than a name can have
        await pilot.press("enter")
        await settle(pilot)
        long = screen_text(pilot.app)

    assert "There is no file no.png. Names are taken from" in shown
    assert "There is no file" in long
    assert "no.png" not in long
    assert not (run.folder.path / "asked").exists()


@pytest.mark.alone
async def test_a_thousand_classes_and_20_000_rows_stay_fluid(make_app: MakeApp, written: Written) -> None:
    """46 classes and 20,000 rows: no key holds the screen up for a tenth of a second."""
    run = judged_runs.write(written(), "digits")
    _enlarge(run, 46, 20_000)
    async with results(make_app(), run) as pilot:
        await pilot.press("2", "4")
        await settle(pilot)
        async with gaps() as found:
            await pilot.press("2", "down", "pagedown", "right", "n", "3", "o", "o", "4", "right", "1", "s", "2")
            await pilot.pause()
        assert screen(pilot).pane == COUNTS

    assert sorted(found)[-1] < 0.4  # a busy machine; alone it is 0.05


def _enlarge(run: WrittenRun, classes: int, rows: int) -> None:
    names = [f"topic-{number}" for number in range(classes)]
    path = run.folder.path / "preparation.json"
    stored = json.loads(path.read_text())
    stored["classes"], stored["head"] = names, stored["head"] | {"units": classes}
    path.write_text(json.dumps(stored))
    random = np.random.default_rng(0)
    y, outputs = random.integers(0, classes, rows), random.random((rows, classes), np.float32)
    about = predictions.About("test", "test", rows, 0.0, 12)
    predictions.write(
        run.folder, predictions.Predictions(about, np.arange(rows), y, outputs, random.random(rows, np.float32))
    )


async def test_every_pane_fits_every_size(make_app: MakeApp, written: Written) -> None:
    """Small and large: nothing fails, and the pane is named."""
    run = judged_runs.write(written(), "digits")
    async with results(make_app(), run, (60, 15)) as pilot:
        for size in ((60, 15), (30, 8), (160, 45), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.press(*"12345", "escape", "1")
            await settle(pilot)

        assert "[1 Summary]" in screen_text(pilot.app)


async def test_a_deleted_run_is_a_sentence(make_app: MakeApp, written: Written) -> None:
    """Read again after its folder went away: said where the figures were."""
    run = judged_runs.write(written(), "digits")
    async with results(make_app(), run) as pilot:
        shutil.rmtree(run.folder.path)
        await pilot.press("r")
        await settle(pilot)

        assert "✗" in screen_text(pilot.app)
        assert (SUMMARY, WORST, TRY) == (0, 3, 4)
