"""Recipes as files: asking for the name of a new one, and choosing one among files and runs."""

from __future__ import annotations

import asyncio
import os
import tomllib
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tuiml.fields import Recipe
from tuiml.recipe import to_toml
from tuiml.runs import store
from tuiml.runs.folder import RunFolder, whole
from tuiml.text import clean

_RUNS = 30
_LONGEST = 200_000
"""Bytes beyond which a file is no recipe."""


class Found(NamedTuple):
    """A recipe's file, what it is for, and the run it belongs to, if any."""

    file: Path
    task: str
    run: RunFolder | None = None


def stored(runs_dir: Path, here: Path) -> list[Found]:
    """Return the recipes among the TOML files in `here`, then those of the newest runs. Reads files: call it off the UI loop."""
    files = [Found(file, task) for file in sorted(here.glob("*.toml")) if (task := _task(file))]
    runs = [Found(run.recipe, _task(run.recipe), run) for run in store.folders(runs_dir)[:_RUNS]]
    return files + [found for found in runs if found.task]


def _task(file: Path) -> str:
    """Return the task that a file names as a recipe does; empty where it is no recipe."""
    try:
        if file.stat().st_size > _LONGEST:
            return ""
        task = tomllib.loads(file.read_text(encoding="utf-8")).get("task")
    except (OSError, ValueError):  # not ours, or not TOML
        return ""
    return task if isinstance(task, str) else ""


def file_name(task: str) -> str:
    """Return the file that a recipe of a task is saved in when nobody says otherwise: `./digits.toml`."""
    beginning, _, path = task.rpartition(":")
    stem = Path(path).stem if beginning else path
    return f"./{''.join(letter if letter.isalnum() or letter in '-_' else '-' for letter in stem) or 'recipe'}.toml"


class SaveRecipe(ModalScreen[Path | None]):
    """Ends with the file that was written, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close")]

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self._asked: Path | None = None

    def compose(self) -> ComposeResult:
        """Lay out the name and what there is to say about it."""
        with Vertical(classes="dialog"):
            yield Static("Save the recipe as", classes="dialog-title")
            yield Input(file_name(self.recipe.task), compact=True, select_on_focus=False)
            yield Static("enter saves · esc closes", classes="dialog-note", markup=False)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._asked = None

    @on(Input.Submitted)
    @work(exclusive=True)
    async def _save(self, event: Input.Submitted) -> None:
        name = os.path.expanduser(event.value.strip())
        if not name:
            return self._say("✗ a file needs a name, such as ./digits.toml")
        if Path(name).is_dir():
            return self._say(f"✗ {clean(name, 200)} is a folder; add a name, such as /digits.toml")
        file = Path(name if Path(name).suffix else f"{name}.toml").absolute()
        if file.exists() and file != self._asked:
            self._asked = file
            return self._say(f"! {clean(file, 200)} is there already. enter again overwrites it · esc closes")
        try:
            await asyncio.to_thread(_write, file, self.recipe)
        except (OSError, ValueError) as error:
            return self._say(f"✗ {clean(file, 200)} cannot be written: {getattr(error, 'strerror', None) or error}")
        self.dismiss(file)
        return None

    def _say(self, words: str) -> None:
        self.query_one(".dialog-note", Static).update(Content(words))

    def action_close(self) -> None:
        """Save nothing."""
        self.dismiss(None)


def _write(file: Path, recipe: Recipe) -> None:
    with whole(file) as stream:
        stream.write(to_toml(recipe).encode())


class LoadRecipe(ModalScreen[Found | None]):
    """Ends with the recipe chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3", "close", "Close"),
        Binding("down", "app.focus_next", "To the list", show=False),
    ]

    def __init__(self, runs_dir: Path) -> None:
        super().__init__()
        self.runs_dir = runs_dir
        self._found: list[Found] = []

    def compose(self) -> ComposeResult:
        """Lay out a place to type a file's name, and the list."""
        with Vertical(classes="dialog wide"):
            yield Static("Load a recipe", classes="dialog-title")
            yield Input(placeholder="a TOML file, or choose below", compact=True)
            yield OptionList(id="recipes-list")
            yield Static("looking for recipes…", classes="dialog-note", markup=False)

    def on_mount(self) -> None:
        """Look for recipes."""
        self._look()

    @work(exclusive=True)
    async def _look(self) -> None:
        self._found = await asyncio.to_thread(stored, self.runs_dir, Path.cwd())
        listed = self.query_one(OptionList)
        listed.add_options([Option(_line(found)) for found in self._found])
        note = "enter loads it · esc closes"
        if self._found:
            listed.highlighted = 0
            listed.focus()
        else:
            listed.display = False
            note = f"No recipe in {clean(Path.cwd(), 200)} and no runs yet: ctrl+s on the form saves one. esc closes"
        self.query_one(".dialog-note", Static).update(Content(note))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if name := event.value.strip():
            self.dismiss(Found(Path(os.path.expanduser(name)).absolute(), ""))

    def action_close(self) -> None:
        """Load none."""
        self.dismiss(None)


def _line(found: Found) -> Content:
    name = found.run.id if found.run else found.file.name
    said = found.run.name() if found.run else ""
    parts = (clean(name, 60), clean(said, 40), clean(found.task, 60))
    return Content.assemble("run   " if found.run else "file  ", ("  ".join(part for part in parts if part)))
