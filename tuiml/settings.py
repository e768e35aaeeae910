"""Where runs live and what the user prefers: flag > TUIML_* > ./tuiml.toml > user config > built in."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from tuiml.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class Settings:
    """Preferences that are not part of any run."""

    runs_dir: Path
    """Folder that holds the run folders."""
    theme: str
    """Name of the Textual theme."""


def load(flags: Mapping[str, str | None] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force; `flags` are the values typed on the command line, absent ones None.

    Raises UsageError naming the file when a settings file is not TOML or holds an unknown key.
    """
    import platformdirs

    environ = os.environ if environ is None else environ
    names = [field.name for field in fields(Settings)]
    values: dict[str, object] = {
        "runs_dir": Path(platformdirs.user_data_dir("tuiml")) / "runs",
        "theme": "textual-dark",
    }
    for file in (Path(platformdirs.user_config_dir("tuiml")) / "config.toml", Path("tuiml.toml")):
        values |= _read(file, names)
    values |= {name: environ[f"TUIML_{name.upper()}"] for name in names if environ.get(f"TUIML_{name.upper()}")}
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    return Settings(Path(os.path.expanduser(str(values["runs_dir"]))).absolute(), str(values["theme"]))


def _read(file: Path, names: list[str]) -> dict[str, object]:
    try:
        with file.open("rb") as stream:
            found = tomllib.load(stream)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} cannot be read as TOML: {error}.") from None
    for name in found:
        if name not in names:
            raise UsageError(
                f"{file} has an unknown setting {name!r}.{did_you_mean(name, names)} Known: {', '.join(names)}."
            )
        if not isinstance(found[name], str):
            raise UsageError(f"{file}: {name} is expected to be text; received {found[name]!r}.")
    if "runs_dir" in found:  # a relative folder in a file means: beside that file
        found["runs_dir"] = file.absolute().parent / Path(os.path.expanduser(found["runs_dir"]))
    return found
