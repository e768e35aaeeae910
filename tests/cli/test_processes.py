"""Runs as processes: signals, wishes from other terminals, kill -9, hang-up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import read_all
from tuiml.runs.store import read
from tuiml.state import RunState

pytestmark = pytest.mark.tf

LONG = ("--task", "digits", "--epochs", "100000", "--batch-size", "8", "--json")


def wait_for(condition: Callable[[], bool], seconds: float = 90) -> None:
    """Wait until something shows on disk."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.05)


@pytest.fixture
def start(
    clean_env: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., tuple[subprocess.Popen[str], RunFolder]]]:
    """Start a long run in the foreground and return its process and folder once it trains."""
    started: list[subprocess.Popen[str]] = []

    def go(*more: str) -> tuple[subprocess.Popen[str], RunFolder]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tuiml", *LONG, *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            stdin=subprocess.DEVNULL,
            env=clean_env,
            cwd=tmp_path,
            start_new_session=True,
        )
        started.append(process)
        runs = tmp_path / "runs"
        wait_for(
            lambda: (
                process.poll() is not None
                or (runs.is_dir() and any(len(state(folder).history) > 3 for folder in folders(runs)))
            )
        )
        assert process.poll() is None, process.communicate()[1]
        return process, folders(runs)[0]

    yield go
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def folders(runs: Path) -> list[RunFolder]:
    """The run folders there are."""
    return [RunFolder(path) for path in sorted(runs.iterdir())]


def state(folder: RunFolder) -> RunState:
    """What the log says now."""
    return RunState.replay(read_all(folder.events))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_run_with_its_state_saved(start, tuiml, number: signal.Signals, code: int) -> None:
    """Exit code 128 + signal; the newest checkpoint stands at the very epoch and batch where training stopped."""
    process, folder = start()
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    ended = state(folder)

    assert process.returncode == code, err
    assert json.loads(out)["status"] == "stopped"
    assert ended.status == "stopped"
    assert ended.checkpoint is not None
    assert ended.checkpoint.epoch == len(ended.history)
    assert ("test_accuracy" in ended.results()) is (number == signal.SIGINT)


def test_a_second_ctrl_c_leaves_at_once(start) -> None:
    """Two interrupts within three seconds do not wait for anything."""
    process, folder = start()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)

    assert process.returncode == 130
    assert state(folder).status == "stopped"


def test_kill_9_leaves_a_readable_log_and_shows_as_crashed(start, tuiml) -> None:
    """Every record but a torn last one is read, the run is crashed, and resume goes on from the last checkpoint."""
    process, folder = start()
    process.kill()
    process.communicate()
    records = read_all(folder.events)
    listed = json.loads(tuiml("runs", "--json").stdout)

    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert not folder.is_alive()
    assert read(folder).state.status == "crashed"
    assert [run["status"] for run in listed] == ["crashed"]

    saved = state(folder).checkpoint
    assert saved is not None
    done = tuiml("resume", "--detach")
    assert done.returncode == 0, done.stderr
    wait_for(lambda: len(state(folder).history) > saved.epoch + 3 and state(folder).status == "running")
    assert tuiml("stop").returncode == 0
    history = [row.number for row in state(folder).history]
    assert history == list(range(1, len(history) + 1))


def test_a_detached_run_is_paused_resumed_and_stopped_from_elsewhere(tuiml) -> None:
    """It survives its starter and a hang-up, and obeys wishes left in its folder."""
    started = tuiml(
        "--task", "digits", "--epochs", "100000", "--batch-size", "8", "--detach", "--json", "--name", "background"
    )
    folder = RunFolder(Path(json.loads(started.stdout)["folder"]))
    wait_for(lambda: len(state(folder).history) > 3)
    os.kill(state(folder).pid, signal.SIGHUP)

    assert tuiml("pause", "background").returncode == 0
    still = len(read_all(folder.events))
    assert state(folder).status == "paused"
    time.sleep(0.5)
    assert len(read_all(folder.events)) == still

    assert tuiml("resume", "background").returncode == 0
    wait_for(lambda: len(read_all(folder.events)) > still + 5)
    assert state(folder).status == "running"

    stopped = tuiml("stop", "background", "--json")
    assert json.loads(stopped.stdout)["status"] == "stopped"
    wait_for(lambda: not folder.is_alive(), 20)
    watched = tuiml("watch", "background", "--json")
    assert watched.returncode == 0
    assert json.loads(watched.stdout)["metrics"]["test_accuracy"] > 0.5


def test_a_stop_during_the_warm_up_is_obeyed(tuiml) -> None:
    """A wish left before TensorFlow has been imported is not lost."""
    started = tuiml("--task", "digits", "--epochs", "100000", "--detach", "--json")
    folder = RunFolder(Path(json.loads(started.stdout)["folder"]))
    tuiml("stop", str(folder.path))
    wait_for(lambda: state(folder).status == "stopped")

    assert state(folder).history == []


def test_two_runners_never_share_a_folder(start, tuiml) -> None:
    """The second is refused; the first goes on."""
    process, folder = start()
    second = subprocess.run(
        [sys.executable, "-m", "tuiml.train", str(folder.path)], capture_output=True, text=True, timeout=60, check=False
    )

    assert second.returncode == 5
    assert "in use" in second.stderr
    assert process.poll() is None


def test_nohup_is_respected(clean_env: dict[str, str], tmp_path: Path) -> None:
    """Who starts a foreground run with hang-ups ignored wants it to go on."""
    process = subprocess.Popen(
        ["nohup", sys.executable, "-m", "tuiml", *LONG],
        env=clean_env,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    runs = tmp_path / "runs"
    wait_for(lambda: runs.is_dir() and any(len(state(folder).history) > 3 for folder in folders(runs)))
    process.send_signal(signal.SIGHUP)
    before = len(state(folders(runs)[0]).history)
    wait_for(lambda: len(state(folders(runs)[0]).history) > before + 5)
    process.send_signal(signal.SIGTERM)

    assert process.wait(60) == 143


def test_a_reader_that_stands_still_does_not_make_a_run_deaf(clean_env: dict[str, str], tmp_path: Path, tuiml) -> None:
    """`tuiml --jsonl | less`: a stop from elsewhere is obeyed although nobody reads."""
    arguments = [word for word in LONG if word != "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tuiml", *arguments, "--jsonl", "--quiet"],
        env=clean_env,
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    runs = tmp_path / "runs"
    wait_for(lambda: runs.is_dir() and any(read_all(folder.events)[-1:] for folder in folders(runs)))
    folder = folders(runs)[0]
    wait_for(lambda: folder.events.stat().st_size > 200_000, 180)  # several times what a pipe holds
    launch.wish(folder, "stop", "cli")
    wait_for(lambda: state(folder).status == "stopped")
    process.communicate(timeout=60)

    assert process.returncode == 0


def test_a_reader_that_goes_away_does_not_hurt_the_run(clean_env, tmp_path) -> None:
    """`tuiml ... | head` ends the listening, not the training."""
    done = subprocess.run(
        f"{sys.executable} -m tuiml --task digits --epochs 5 --jsonl | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        env=clean_env,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )

    assert json.loads(done.stdout)["kind"] == "RunStarted"
    assert "Traceback" not in done.stderr
    assert [state(folder).status for folder in folders(tmp_path / "runs")] == ["finished"]
