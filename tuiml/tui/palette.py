"""What the command palette finds: every action that works here, presets, tasks, fields, themes, recent runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from textual.app import App
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog, presets
from tuiml.text import clean
from tuiml.tui import actions, keymap
from tuiml.tui.messages import FieldChosen, RunChosen, TaskChosen
from tuiml.tui.settling import Settling
from tuiml.tui.setup import form
from tuiml.tui.setup.hints import help_of, title_of

_RECENT = 20


class Entry(NamedTuple):
    """One line of the palette."""

    title: str
    help: str
    call: Callable[[], Any]


class Palette(CommandPalette, Settling[None]):
    """Textual's own, at the terminal's size."""


class Commands(Provider):
    """One provider for all, because the order of several is not defined, and actions come first."""

    _runs: tuple[RunFolder, ...] = ()

    async def startup(self) -> None:
        """Look for runs on disk."""
        runners = getattr(self.app, "runners", None)
        if runners is not None:
            self._runs = tuple((await asyncio.to_thread(store.folders, runners.runs_dir))[:_RECENT])

    async def discover(self) -> Hits:
        """Yield everything, before anything is typed."""
        for entry in self._entries():
            yield DiscoveryHit(Content(entry.title), entry.call, entry.title, _plain(entry.help))

    async def search(self, query: str) -> Hits:
        """Yield what matches, ranked by Textual's fuzzy search."""
        matcher = self.matcher(query)
        for entry in self._entries():
            score, offsets = matcher.fuzzy_search.match(query, entry.title)
            if score > 0:
                shown = Content(entry.title)
                for offset in offsets:
                    shown = shown.stylize(matcher.match_style, offset, offset + 1)
                yield Hit(score, shown, entry.call, entry.title, _plain(entry.help))

    def _entries(self) -> Iterator[Entry]:
        place = getattr(self.app, "place", actions.SETUP)
        app: App[Any] = self.app
        for name, action in actions.available(place).items():
            if self.screen.check_action(name, ()):
                written = keymap.written(name, getattr(self.app, "keys", {}))
                key = f"  [{written}]" if written else ""
                yield Entry(action.title, action.help + key, partial(self.screen.run_action, actions.target(name)))
        setup = getattr(app, "setup", None)
        if setup is not None and setup.is_mounted:
            for preset in form.preset_names(task := setup.values["task"]):
                loaded = partial(app.post_message, TaskChosen(task, preset))
                yield Entry(f"Preset: {preset}", presets.meaning(preset), loaded)
        for name in catalog.names():
            yield Entry(
                f"Task: {clean(name, 60)}", "show its default recipe", partial(app.post_message, TaskChosen(name))
            )
            for preset in catalog.TASKS[name].presets if name in catalog.TASKS else ():
                chosen = partial(app.post_message, TaskChosen(name, preset))
                yield Entry(f"Preset: {preset} of {clean(name, 60)}", "show this recipe of the task", chosen)
        for file in form.FILES:
            yield Entry(f"Task: {file.choice}", file.help, partial(app.post_message, TaskChosen(file.beginning)))
        for path in [path for group in form.paths().values() for path in group]:
            yield Entry(f"Field: {title_of(path)}", help_of(path), partial(app.post_message, FieldChosen(path)))
        for theme in sorted(app.available_themes):
            yield Entry(f"Theme: {theme}", "take these colors, and keep them", partial(setattr, app, "theme", theme))
        for folder in self._runs:
            yield Entry(
                f"Run: {clean(folder.id, 60)}", "open it, live or ended", partial(app.post_message, RunChosen(folder))
            )


def _plain(text: str) -> str:
    """Return text in which the palette finds no markup."""
    return clean(text, 200).replace("[", r"\[")
