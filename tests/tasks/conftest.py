"""What the tests of `tuiml.tasks` share: real data sets beside the checkout, and an empty Keras cache."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture
def keras_home(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keras' cache with the published files in it, where they lie beside the checkout."""
    home = SHARED / "keras"
    if not (home / "datasets" / "mnist.npz").is_file():
        pytest.skip(f"no Keras data sets in {home}")
    monkeypatch.setenv("KERAS_HOME", str(home))
    return home


@pytest.fixture
def empty_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Keras cache that does not exist yet."""
    home = tmp_path / "keras"
    monkeypatch.setenv("KERAS_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def flowers() -> Path:
    """200 photographs of five kinds of flowers, natural sizes."""
    folder = SHARED / "photos" / "flowers"
    if not folder.is_dir():
        pytest.skip(f"no photographs in {folder}")
    return folder
