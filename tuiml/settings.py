"""Where runs live and what the user prefers: flag > TUIML_* > ./tuiml.toml > user config > built in."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tuiml.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class Settings:
    """Preferences that are not part of any run; `HELP` says what each is."""

    runs_dir: Path
    theme: str
    graphics: str = "auto"
    bell: str = "on"
    keys: Mapping[str, str] = field(default_factory=dict)


HELP = {
    "runs_dir": "folder that holds the run folders",
    "theme": "colors of the app; ctrl+p, Theme lists them",
    "graphics": "how pictures are shown; auto asks the terminal",
    "bell": "ring the terminal's bell when a run ends",
    "keys": "keys of the app's actions, each with its own line in the table [keys]: pause = 'p,space'",
}
"""What each setting is."""
ALLOWED: dict[str, tuple[str, ...]] = {"graphics": ("auto", "kitty", "sixel", "half-blocks"), "bell": ("on", "off")}
"""The words that a setting can be; of those not here any text is sound."""
_TABLES = ("keys",)


@dataclass(frozen=True)
class Found:
    """The value of a setting and where it comes from: "flag", "TUIML_THEME", a file's path or "built in"."""

    value: Any
    source: str


def load(flags: Mapping[str, str | None] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force; `flags` are the values typed on the command line, absent ones None.

    Raises UsageError naming the source when a settings file is not TOML, holds an unknown key or a value that cannot be.
    """
    return Settings(**{name: found.value for name, found in sources(flags, environ).items()})


def sources(
    flags: Mapping[str, str | None] | None = None, environ: Mapping[str, str] | None = None
) -> dict[str, Found]:
    """Return each setting with where it comes from. Raises UsageError as `load` does."""
    import platformdirs

    environ = os.environ if environ is None else environ
    found: dict[str, Found] = {
        "runs_dir": Found(Path(platformdirs.user_data_dir("tuiml")) / "runs", "built in"),
        "theme": Found("textual-dark", "built in"),
    }
    built_in = Settings(Path(), "")
    found |= {name: Found(getattr(built_in, name), "built in") for name in HELP if name not in found}
    for file in (user_file(), Path("tuiml.toml")):
        for name, value in _read(file).items():
            merged = {**found[name].value, **value} if name in _TABLES else value
            found[name] = Found(merged, str(file))
    for name in HELP.keys() - {*_TABLES}:
        if value := environ.get(variable(name)):
            found[name] = Found(check(name, value, variable(name)), variable(name))
    for name, value in (flags or {}).items():
        if value is not None:
            found[name] = Found(check(name, value, option(name)), "flag")
    runs_dir = Path(os.path.expanduser(str(found["runs_dir"].value))).absolute()
    return found | {"runs_dir": Found(runs_dir, found["runs_dir"].source)}


def user_file() -> Path:
    """Return the path of the user's own settings file, which need not exist."""
    import platformdirs

    return Path(platformdirs.user_config_dir("tuiml")) / "config.toml"


def variable(name: str) -> str:
    """Return the environment variable of a setting: "TUIML_RUNS_DIR"."""
    return f"TUIML_{name.upper()}"


def option(name: str) -> str:
    """Return the flag of a setting: "--runs-dir"."""
    return f"--{name.replace('_', '-')}"


def known(name: str, source: str) -> str:
    """Return the name of a setting. Raises UsageError naming the nearest one when there is none of that name."""
    if name not in HELP:
        raise UsageError(
            f"{source} has an unknown setting {name!r}.{did_you_mean(name, HELP)} Known: {', '.join(HELP)}."
        )
    return name


def check(name: str, value: object, source: str) -> str:
    """Return the value of a setting that is text. Raises UsageError naming the `source` and what was expected."""
    if not isinstance(value, str):
        raise UsageError(f"{source}: {name} is expected to be text; received {value!r}.")
    allowed = ALLOWED.get(name)
    if allowed and value not in allowed:
        raise UsageError(
            f"{source}: {name} is expected to be {', '.join(allowed[:-1])} or {allowed[-1]}; received {value!r}."
            f"{did_you_mean(value, allowed)}"
        )
    return value


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            found = tomllib.load(stream)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read as TOML: {error}.") from None
    for name, value in found.items():
        if known(name, str(file)) in _TABLES:
            _check_table(name, value, file)
        else:
            check(name, value, str(file))
    if "runs_dir" in found:  # a relative folder in a file means: beside that file
        found["runs_dir"] = file.absolute().parent / Path(os.path.expanduser(found["runs_dir"]))
    return found


def _check_table(name: str, value: object, file: Path) -> None:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise UsageError(
            f"{file}: {name} is expected to be a table of texts, [{name}] pause = 'p'; received {value!r}."
        )
