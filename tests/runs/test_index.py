"""The facts of all runs: kept, and never other than the logs say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.runs.conftest import MakeRun
from tuiml import events
from tuiml.entry import Entry
from tuiml.errors import UsageError
from tuiml.runs import pruning, store
from tuiml.runs.filter import parse
from tuiml.runs.index import FILE, Index
from tuiml.runs.log import EventLog
from tuiml.runs.order import KEYS, ordered


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs whose logs were read."""
    found: list[str] = []
    read = store.Follower.read

    def counted(follower: store.Follower, limit: int | None = None) -> bool:
        found.append(follower.folder.id)
        return read(follower, limit)

    monkeypatch.setattr(store.Follower, "read", counted)
    return found


def look(runs_dir: Path) -> dict[str, Entry]:
    """What a new index finds."""
    index = Index(runs_dir)
    assert index.look()
    return index.entries


def test_an_entry_says_what_the_log_says(make_run: MakeRun, tmp_path: Path) -> None:
    """Status, epochs, the metric at the best epoch, test, results, recipe: as the state that reads everything has them."""
    folder = make_run(sets=("regularize.dropout=0.5",), origin="20260101-000000-digits")
    folder.set_note("a note")
    entry = look(tmp_path / "runs")[folder.id]
    state = store.read(folder).state

    assert (entry.status, entry.epochs, entry.planned, entry.best_epoch) == ("finished", 3, 12, state.best_epoch)
    assert (entry.metric, entry.best, entry.test, entry.note) == ("accuracy", 0.52, 0.9, "a note")
    assert entry.origin == "20260101-000000-digits"
    assert entry.recipe["regularize"]["dropout"] == [0.5]
    assert entry.seconds == pytest.approx(state.elapsed(state.last), abs=0.01)
    assert entry.metrics == state.results() | {"val_loss": 0.2, "val_accuracy": 0.52}


def test_a_log_is_read_again_only_when_it_grew(make_run: MakeRun, tmp_path: Path, reads: list[str]) -> None:
    """An ended run costs its log once, in another process too; a note, a new epoch and the loss of the cache are seen."""
    first, second = make_run(), make_run()
    before = look(tmp_path / "runs")
    reads.clear()

    assert look(tmp_path / "runs") == before
    assert reads == []
    first.set_note("later")
    assert look(tmp_path / "runs")[first.id].note == "later"
    assert set(reads) == {first.id}
    reads.clear()
    log = EventLog(second.events)
    log.append(events.EpochEnded(4, {"loss": 0.1, "val_loss": 0.05}, 0.5, 0.001))
    log.append(events.RunEnded("finished", "more", 4, 4.0))
    assert look(tmp_path / "runs")[second.id].best_epoch == 4
    assert set(reads) == {second.id}
    (tmp_path / "runs" / FILE).write_text('rubbish\n{"format": 1}\n[1]\n{"torn')
    assert look(tmp_path / "runs")[second.id].best_epoch == 4


def test_a_look_sees_what_came_what_went_and_what_died(make_run: MakeRun, tmp_path: Path) -> None:
    """One index follows the folder: a new run, a live one's epochs, its death, a folder taken away."""
    index = Index(tmp_path / "runs")
    assert index.look()
    assert index.entries == {}
    folder = make_run(epochs=1, status="")
    with folder.hold():
        index.look()
        assert index.entries[folder.id].live
        EventLog(folder.events).append(events.EpochEnded(2, {"loss": 0.1}, 0.5, 0.001))
        index.look()
        assert index.entries[folder.id].epochs == 2
    index.look()
    assert index.entries[folder.id].status == "crashed"
    os.rename(folder.path, tmp_path / "elsewhere")
    index.look()
    assert index.entries == {}


def test_a_folder_that_cannot_be_written_costs_only_time(make_run: MakeRun, tmp_path: Path) -> None:
    """Without a cache the list is the same."""
    folder = make_run()
    (tmp_path / "runs" / FILE).mkdir()

    assert look(tmp_path / "runs")[folder.id].status == "finished"


def test_a_cache_of_old_lines_is_written_anew(make_run: MakeRun, tmp_path: Path) -> None:
    """It does not grow for ever."""
    folder = make_run()
    look(tmp_path / "runs")
    cache = tmp_path / "runs" / FILE
    cache.write_text(cache.read_text() * 200)

    assert look(tmp_path / "runs")[folder.id].epochs == 3
    assert len(cache.read_text().splitlines()) == 1


ENTRIES = [
    Entry("a", name="b", task="mnist", status="failed", metric="accuracy", best=0.5, started=100.0, epochs=3),
    Entry("b", name="a", task="digits", status="finished", metric="accuracy", best=0.9, started=300.0, epochs=1),
    Entry("c", task="imdb", status="running", started=200.0, epochs=2, metrics={"val_loss": 0.1}, recipe={"regularize": {"l2": 0.1}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("age", "bca"),
        ("name", "bac"),
        ("task", "bca"),
        ("status", "cba"),
        ("epochs", "acb"),
        ("val", "bac"),
        ("val_loss", "cab"),
        ("regularize.l2", "cab"),
    ],
)
def test_runs_are_sorted_newest_longest_and_best_first(key: str, expected: str) -> None:
    """Each order, the other way round too; runs without a value are last in both."""
    rises = {"accuracy"}.__contains__
    backwards = "".join(entry.id for entry in ordered(ENTRIES, key, True, rises))
    known = expected if key not in ("val", "val_loss", "regularize.l2") else expected[: 2 if key == "val" else 1]

    assert "".join(entry.id for entry in ordered(ENTRIES, key, False, rises)) == expected
    assert backwards.startswith(known[::-1])
    assert key not in KEYS or {entry.id for entry in ordered([], key)} == set()


def test_an_unknown_order_is_told_with_the_nearest() -> None:
    """Neither column, metric nor field."""
    with pytest.raises(UsageError, match=r"'regularize\.l2'"):
        ordered(ENTRIES, "regularise.l2")


def test_pruning_takes_only_what_fits_every_condition() -> None:
    """A status, an age, beyond the newest few, a filter; never a live run, never without a condition."""
    now = 300.0 + 86400

    def gone(*words: str, **more: str) -> str:
        return "".join(entry.id for entry in pruning.read(*words, **more).goes(ENTRIES, now))  # type: ignore[arg-type]

    assert gone("failed,crashed") == "a"
    assert gone(keep="1") == "a"
    assert gone(keep="3") == ""
    assert gone(older="1d") == "a"
    assert gone("finished", older="1d") == ""
    assert gone(filter=parse("digits")) == "b"
    for words in ("", "running", "faild"):
        with pytest.raises(UsageError):
            pruning.read(words)
    with pytest.raises(UsageError, match="such as 20"):
        pruning.read(keep="many")
    with pytest.raises(UsageError, match="10min"):
        pruning.read(older="long")
