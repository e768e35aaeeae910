"""Makes run folders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.run_folders import write_run
from tuiml.runs.folder import RunFolder

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Make a run folder, as `write_run` does."""
    return partial(write_run, tmp_path / "runs")
