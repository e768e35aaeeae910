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


def start(folder: Path, *arguments: str) -> Served:
    """Start a server at a free port; its runs lie in `folder`."""
    pytest.importorskip("textual_serve")
    process = subprocess.Popen(
        [sys.executable, "-m", "tuiml", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=os.environ | {"TUIML_RUNS_DIR": str(folder / "runs")},
    )
    return Served(process)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start servers of the test's own."""
    started: list[Served] = []

    def one_more(*arguments: str) -> Served:
        started.append(start(tmp_path, *arguments))
        return started[-1]

    yield one_more
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that all tests share of which nobody is let in: a refusal leaves it as it was."""
    served = start(tmp_path_factory.mktemp("untouched"))
    yield served
    served.stop()
