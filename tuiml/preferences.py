"""Preferences: writing settings into the user's own file, of which everything else stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuiml import settings
from tuiml.errors import StorageError, UsageError
from tuiml.runs.folder import whole


def keep(name: str, value: str | None) -> None:
    """Write one setting, such as "theme" or "keys.pause", None to take it away; comments in the file stay.

    Raises UsageError when there is no such setting, it cannot have that value or the file is not TOML, StorageError when
    the file cannot be written.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    file = settings.user_file()
    table, key, value = _checked(name, value)
    try:
        document = tomlkit.parse(file.read_text(encoding="utf-8") if file.exists() else "")
    except (OSError, ValueError, TOMLKitError) as error:
        raise UsageError(f"{file} cannot be read as TOML: {error}.") from None
    place: Any = document.setdefault(table, tomlkit.table()) if key else document
    if not hasattr(place, "pop"):
        raise UsageError(f"{file}: {table} is expected to be a table; received {place!r}.")
    if value is not None:
        place[key or table] = value
    elif place.pop(key or table, None) is None:
        raise UsageError(f"{file} says nothing of {name}.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole(file) as stream:
            stream.write(tomlkit.dumps(document).encode())
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror or error}.") from None


def _checked(name: str, value: str | None) -> tuple[str, str, str | None]:
    """Return table or setting, key in the table or nothing, and the value as it is written."""
    table, _, key = name.partition(".")
    settings.known(table, "tuiml")
    if (table == "keys") != bool(key):
        raise UsageError(
            f"expected {'keys.ACTION, such as keys.pause' if table == 'keys' else table}; received {name!r}."
        )
    if value is not None and table != "keys":
        settings.check(table, value, "config set")
    if value is not None and table == "runs_dir":
        value = str(Path(value).expanduser().absolute())  # in the file, a relative one would mean beside the file
    return table, key, value
