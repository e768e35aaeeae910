"""Settings from the command line, and completion for shells."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Say
from tuiml.cli.app import COMMANDS


def test_config_tells_each_value_and_its_source(say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Built in, the user's file, ./tuiml.toml, a variable."""
    assert say("config", "set", "theme", "nord")[0] == 0
    assert say("config", "set", "keys.pause", "p,space")[0] == 0
    Path("tuiml.toml").write_text('bell = "off"\n[keys]\nstop = "f9"\n')
    monkeypatch.setenv("TUIML_GRAPHICS", "sixel")
    told = json.loads(say("config", "--json")[1])
    file = say("config", "path")[1].strip()

    assert {name: (one["value"], one["source"]) for name, one in told.items()} == {
        "runs_dir": (str(tmp_path / "runs"), "TUIML_RUNS_DIR"),
        "theme": ("nord", file),
        "graphics": ("sixel", "TUIML_GRAPHICS"),
        "bell": ("off", "tuiml.toml"),
        "keys": ({"pause": "p,space", "stop": "f9"}, "tuiml.toml"),
    }
    assert "nord" in say("config")[1]
    assert "tuiml.toml says otherwise" in say("config", "set", "bell", "on")[2]


def test_writing_a_setting_keeps_the_rest_of_the_file(say: Say) -> None:
    """Comments, order and other settings stay; a relative folder means where one stands; unset takes away."""
    file = Path(say("config", "path")[1].strip())
    file.parent.mkdir(parents=True)
    file.write_text('# mine\ntheme = "nord" # dark\n\n[keys] # of mine\npause = "p"\n')
    say("config", "set", "bell", "off")
    say("config", "set", "runs_dir", "here")
    say("config", "set", "theme", "gruvbox")

    text = file.read_text()
    assert "# mine" in text
    assert 'theme = "gruvbox" # dark' in text
    assert "[keys] # of mine" in text
    assert f'runs_dir = "{Path.cwd() / "here"}"' in text
    assert say("config", "unset", "keys.pause")[0] == 0
    assert json.loads(say("config", "--json")[1])["keys"]["value"] == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("set", "thme", "x"), ["'theme'"]),
        (("set", "bell", "maybe"), ["on or off", "'maybe'"]),
        (("set", "graphics", "sixl"), ["'sixel'"]),
        (("set", "keys", "x"), ["keys.pause"]),
        (("set", "theme.dark", "x"), ["theme"]),
        (("set", "theme"), ["set NAME VALUE"]),
        (("unset", "theme"), ["says nothing of theme"]),
        (("sett",), ["'set'"]),
    ],
)
def test_mistakes_in_settings_teach(say: Say, arguments: tuple[str, ...], words: list[str]) -> None:
    """Exit 2, what was expected, the nearest right word; nothing is written."""
    code, _, err = say("config", *arguments)

    assert code == 2
    assert [word for word in words if word not in err] == []
    assert not Path(say("config", "path")[1].strip()).exists()


@pytest.mark.parametrize(
    "name", ["graphics = 5", "[theme]\nx = 'y'", "keys = 'p'", "[keys]\npause = 1", "bell = 'loud'"]
)
def test_a_setting_of_another_kind_is_told_with_its_file(say: Say, name: str) -> None:
    """A number, a table, a word where another is expected."""
    Path("tuiml.toml").write_text(name)
    code, _, err = say("config")

    assert code == 2
    assert "tuiml.toml" in err
    assert "expected" in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_sound_and_knows_all_commands(say: Say, shell: str) -> None:
    """Every command is in it, options too; the shell itself, where it is installed, finds no fault."""
    code, script, _ = say("completion", shell)

    assert code == 0
    assert [word for word in COMMANDS if word not in script] == []
    assert "filter" in script
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_bash_completes_commands_and_options(say: Say, tmp_path: Path) -> None:
    """What tab offers after `tuiml re` and `tuiml runs --fi`."""
    if not shutil.which("bash"):
        pytest.skip("there is no bash on this machine")
    (tmp_path / "script").write_text(say("completion", "bash")[1])

    def offered(*words: str) -> set[str]:
        code = f'. {tmp_path}/script; COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; _tuiml; echo "${{COMPREPLY[@]}}"'
        return set(subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=True).stdout.split())

    assert offered("tuiml", "re") == {"rerun", "resume"}
    assert offered("tuiml", "runs", "--fi") == {"--filter"}


def test_completion_is_installed_where_the_shell_looks(
    say: Say, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`tuiml --install-completion` writes the script into the home folder and says where; another shell is refused."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    code, _, err = say("--install-completion", "fish")
    file = Path(err.partition(" written")[0])

    assert code == 0
    assert file.is_relative_to(tmp_path / "home")
    assert "complete -c tuiml" in file.read_text()
    assert say("completion", "tcsh")[0] == 2
