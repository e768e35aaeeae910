"""Command lines in this process, and run folders for them to find."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.conftest import Tuiml
from tests.run_folders import write_run
from tuiml.cli import console
from tuiml.cli.app import run
from tuiml.runs.folder import RunFolder

MakeRun = Callable[..., RunFolder]
Say = Callable[..., tuple[int, str, str]]
AtOnce = Callable[..., "list[CompletedProcess[str]]"]


@pytest.fixture(autouse=True)
def narration(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was trained in this process before has taken the narration to what was stderr then."""
    monkeypatch.setattr(console, "_stderr", None)


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Make a run folder, as `write_run` does."""
    return partial(write_run, tmp_path / "runs")


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command line in this process; return its exit code, stdout and stderr."""
    monkeypatch.setenv("TUIML_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    def do(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return do


@pytest.fixture
def at_once(tuiml: Tuiml) -> AtOnce:
    """Run command lines as processes side by side, as `tuiml` runs one; return what they did, in order."""

    def run_all(*lines: tuple[str, ...], **environ: str) -> list[CompletedProcess[str]]:
        with ThreadPoolExecutor(len(lines)) as pool:
            return list(pool.map(lambda line: tuiml(*line, **environ), lines))

    return run_all
