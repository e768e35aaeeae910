"""Settings: what is in force and where it comes from, and writing them into the user's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from tuiml import preferences, settings
from tuiml.cli import console
from tuiml.cli.shared import Json
from tuiml.errors import UsageError, did_you_mean

_WORDS = ("set", "unset", "path")


def config(
    word: Annotated[
        str | None, Parameter(help="set NAME VALUE, unset NAME, or path; left out: what is in force")
    ] = None,
    name: Annotated[str | None, Parameter(help="a setting, such as theme or keys.pause")] = None,
    value: Annotated[str | None, Parameter(help="set: its value")] = None,
    /,
    *,
    json: Json = False,
) -> int:
    """Show the settings in force with where each comes from; `tuiml config set theme nord` keeps one in your own file."""
    if word is None:
        return _show(json)
    if word not in _WORDS:
        raise UsageError(
            f"`tuiml config` knows no word {word!r}.{did_you_mean(word, _WORDS)} Known: {', '.join(_WORDS)}."
        )
    file = settings.user_file()
    if word == "path":
        console.data(str(file))
        return 0
    if name is None or (word == "set") != (value is not None):
        raise UsageError(f"expected `tuiml config {word} NAME{' VALUE' if word == 'set' else ''}`.")
    preferences.keep(name, value)
    console.say(f"{file} written")
    if word == "set":
        _tell_if_hidden(name.partition(".")[0], file)
    return 0


def _show(json: bool) -> int:
    found = settings.sources()
    if json:
        console.data_json(
            {
                name: {"value": _plain(setting.value), "source": setting.source, "help": settings.HELP[name]}
                | ({"allowed": list(settings.ALLOWED[name])} if name in settings.ALLOWED else {})
                for name, setting in found.items()
            }
        )
        return 0
    from rich.table import Table
    from rich.text import Text

    from tuiml.text import clean

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for header in ("setting", "value", "from"):
        table.add_column(header, no_wrap=header == "setting", overflow="fold")
    for name, setting in found.items():
        value = (
            ", ".join(f"{action}={keys}" for action, keys in setting.value.items()) if name == "keys" else setting.value
        )
        table.add_row(name, Text(clean(value)), Text(clean(setting.source)))
    console.render_data(table)
    console.say("tuiml config set NAME VALUE keeps one; a flag or TUIML_NAME beats the files")
    return 0


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else dict(value) if isinstance(value, dict) else value


def _tell_if_hidden(name: str, file: Path) -> None:
    source = settings.sources()[name].source
    if source != str(file):
        console.say(f"not in force: {source} says otherwise")
