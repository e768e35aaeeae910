"""What all rooms' tests share: where real data lies, and a command line run as a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.outside import Outside

# The same examples on every machine, and no deadline: a busy machine is no defect.
settings.register_profile("house", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("house")

# A shell has what it starts with `&` ignore Ctrl-C, and children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def keras_home() -> Path:
    """Keras' own data files, where the machine has them."""
    home = SHARED / "keras"
    if not (home / "datasets" / "mnist.npz").exists():
        pytest.skip("Keras' data files are not on this machine")
    return home


@pytest.fixture(scope="session")
def flowers() -> Path:
    """Real photographs in class folders, where the machine has them."""
    folder = SHARED / "photos" / "flowers"
    if not folder.is_dir():
        pytest.skip("the photographs are not on this machine")
    return folder


@pytest.fixture
def clean_env(tmp_path: Path) -> dict[str, str]:
    """An environment without settings, caches or runs of the user's."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("TUIML_", "XDG_", "KERAS_", "TEXTUAL"))
    }
    return kept | {
        "HOME": str(tmp_path / "home"),
        "TUIML_RUNS_DIR": str(tmp_path / "runs"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "COLUMNS": "100",
    }


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """Python and Keras by themselves, without anything of ours."""
    process = Outside(tmp_path_factory.mktemp("outside"), SHARED / "keras")
    yield process
    process.close()


@pytest.fixture(scope="session")
def trained_digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a real run that has finished: three epochs on digits, trained once for all tests that only look at it."""
    from tuiml.runs import launch
    from tuiml.tasks.recipes import build_recipe
    from tuiml.train import runner

    recipe = build_recipe("digits", sets=["train.epochs=3"])
    folder = launch.prepare(recipe, tmp_path_factory.mktemp("trained") / "runs", None, by="test")
    assert runner.run(folder) == 0
    return folder.path


Tuiml = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def tuiml(clean_env: dict[str, str], tmp_path: Path) -> Tuiml:
    """Run `tuiml` with arguments as a process of its own, without a terminal; keyword arguments are environment variables."""

    def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tuiml", *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=clean_env | environ,
            stdin=subprocess.DEVNULL,
            timeout=240,
            check=False,
        )

    return run


@pytest.fixture
def run_python(clean_env: dict[str, str], tmp_path: Path) -> Callable[[str], str]:
    """Run code in a clean interpreter and return what it prints."""

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=clean_env,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
