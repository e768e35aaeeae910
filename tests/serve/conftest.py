"""A server as `tuiml serve` starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest


class Served:
    """A running `tuiml serve`: its printed address and what that is made of."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.address = process.stdout.readline().strip()
        parts = urlsplit(self.address)
        self.host, self.port = parts.netloc, parts.port or 0
        self.origin = f"http://{parts.netloc}"
        self.token = parse_qs(parts.query)["token"][0]

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start servers at free ports; their runs lie in a folder of the test."""
    pytest.importorskip("textual_serve")
    started: list[Served] = []

    def start(*arguments: str) -> Served:
        process = subprocess.Popen(
            [sys.executable, "-m", "tuiml", "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"TUIML_RUNS_DIR": str(tmp_path / "runs")},
        )
        started.append(Served(process))
        return started[-1]

    yield start
    for one in started:
        one.stop()
