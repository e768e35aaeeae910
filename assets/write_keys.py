"""Write the tables of keys into docs/app.md, from the app's own table of actions.

Run `python assets/write_keys.py`; a test says when that is due.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tuiml.tui import actions, keymap

PAGE = Path(__file__).parent.parent / "docs" / "app.md"
MARK = "<!-- keys -->\n"
BAR = r"\|"  # a bare one would end the cell
TITLES = {
    actions.SETUP: "New run",
    actions.DARKROOM: "Darkroom",
    actions.LIVE: "A run",
    actions.RESULTS: "Results",
    actions.RUNS: "Runs",
    actions.COMPARE: "Comparison",
    actions.REWIND: "Time machine",
}


def written(page: str) -> str:
    """Return the page with the tables behind its mark."""
    return page.partition(MARK)[0] + MARK + "".join(_tables())


def _tables() -> Iterator[str]:
    everywhere = {name for name, action in actions.ACTIONS.items() if action.app and action.screens == actions.SCREENS}
    yield from _table("Everywhere", [name for name in actions.ACTIONS if name in everywhere])
    for screen, title in TITLES.items():
        yield from _table(title, [name for name in actions.available(screen) if name not in everywhere])


def _table(title: str, names: list[str]) -> Iterator[str]:
    yield f"\n**{title}**\n\n| key | action | what it does | name for `[keys]` |\n|---|---|---|---|\n"
    for name in names:
        action = actions.ACTIONS[name]
        key = f"`{keymap.written(name, {})}`" if action.keys else "`ctrl+p`"
        yield f"| {key} | {action.title} | {action.help.replace('|', BAR)} | `{name}` |\n"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
