"""Where a setting comes from: flag over environment over project file over user file over built in."""

from pathlib import Path

import pytest

from tuiml import settings
from tuiml.errors import UsageError


def test_each_source_beats_the_ones_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The four ways to say where runs live, taken away one by one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    user = tmp_path / "config" / "tuiml" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text('runs_dir = "mine"\n')
    Path("tuiml.toml").write_text('runs_dir = "project"\n')
    environ = {"TUIML_RUNS_DIR": "/from/environment"}

    assert settings.load({"runs_dir": "/from/flag"}, environ).runs_dir == Path("/from/flag")
    assert settings.load({"runs_dir": None}, environ).runs_dir == Path("/from/environment")
    assert settings.load({}, {}).runs_dir == tmp_path / "project"
    Path("tuiml.toml").unlink()
    assert settings.load({}, {}).runs_dir == user.parent / "mine"
    user.unlink()
    assert settings.load({}, {}).runs_dir == tmp_path / "data" / "tuiml" / "runs"


def test_a_misspelt_setting_is_named_with_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file, the key and the nearest known key are told."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("tuiml.toml").write_text('run_dir = "x"\n')

    with pytest.raises(UsageError, match=r"tuiml\.toml.*'run_dir'.*'runs_dir'"):
        settings.load({}, {})
