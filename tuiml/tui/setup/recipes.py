"""Recipes as files: asking for the name of a new one, and choosing one among files and runs."""

from __future__ import annotations

import asyncio
import os
import tomllib
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.recipe import to_toml
from tuiml.runs import store
from tuiml.runs.folder import RunFolder, whole
from tuiml.tasks import recipes
from tuiml.text import clean, clean_lines
from tuiml.tui.settling import Dialog

_RUNS = 30
_LONGEST = 200_000
"""Bytes beyond which a file is no recipe."""
_TORN = "✗ not valid TOML"
_SAVES = "enter saves · esc closes"


class Found(NamedTuple):
    """A recipe's file, what it is for, or that it cannot be read, and the run it belongs to, if any."""

    file: Path
    task: str = ""
    run: RunFolder | None = None


class Loaded(NamedTuple):
    """A recipe that was read, and the run it belongs to, if any."""

    recipe: Recipe
    run: RunFolder | None = None


def stored(runs_dir: Path, here: Path) -> list[Found]:
    """Return the recipes among the TOML files in `here`, then those of the newest runs. Reads files: call it off the UI loop."""
    files = [Found(file, task) for file in sorted(here.glob("*.toml")) if (task := _task(file))]
    runs = [Found(run.recipe, _task(run.recipe), run) for run in store.folders(runs_dir)[:_RUNS]]
    return files + [found for found in runs if found.task]


def _task(file: Path) -> str:
    """Return the task that a file names as a recipe does; empty where it is no recipe, a word of warning where it is torn."""
    try:
        if file.stat().st_size > _LONGEST:
            return ""
        task = tomllib.loads(file.read_text(encoding="utf-8")).get("task")
    except OSError:  # not ours
        return ""
    except ValueError:  # one mistyped character hides no recipe: choosing it tells where
        return _TORN
    return task if isinstance(task, str) else ""


def file_name(task: str) -> str:
    """Return the file that a recipe of a task is saved in when nobody says otherwise: `./digits.toml`."""
    beginning, _, path = task.rpartition(":")
    stem = Path(path).stem if beginning else path
    return f"./{''.join(letter if letter.isalnum() or letter in '-_' else '-' for letter in stem) or 'recipe'}.toml"


class SaveRecipe(Dialog[Path | None]):
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
            yield Static(_SAVES, classes="dialog-note", markup=False)

    @on(Input.Changed)
    def _typed(self) -> None:
        """Forget what was said about another name."""
        self._asked = None
        self._say(_SAVES)

    @on(Input.Submitted)
    @work(exclusive=True)
    async def _save(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        file = _file(name)
        if not name:
            return self._say("✗ a file needs a name, such as ./digits.toml", "$text-error")
        if os.path.isdir(file):
            example = clean(os.path.join(name, "digits.toml"), 200)
            return self._say(f"✗ {clean(name, 200)} is a folder; add a name, such as {example}", "$text-error")
        file = file if file.suffix else Path(f"{file}.toml")
        if os.path.exists(file) and file != self._asked:
            self._asked = file
            words = f"! {clean(file, 200)} is there already. enter again overwrites it · esc closes"
            return self._say(words, "$text-warning")
        try:
            await asyncio.to_thread(_write, file, self.recipe)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            why = why if os.path.isdir(file.parent) else f"there is no folder {clean(file.parent, 200)}"
            return self._say(f"✗ {clean(file, 200)} cannot be written: {why}", "$text-error")
        self.dismiss(file)
        return None

    def _say(self, words: str, style: str = "") -> None:
        self.query_one(".dialog-note", Static).update(Content.styled(words, style))

    def action_close(self) -> None:
        """Save nothing."""
        self.dismiss(None)


def _file(name: str) -> Path:
    """Return the file that a typed name means; asking `os.path` about it raises nothing, whatever was typed."""
    return Path(os.path.expanduser(name)).absolute()


def _write(file: Path, recipe: Recipe) -> None:
    with whole(file) as stream:
        stream.write(to_toml(recipe).encode())


class LoadRecipe(Dialog[Loaded | None]):
    """Ends with the recipe chosen, read, or None; one that cannot be read is explained, and another may be chosen."""

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
            yield Static(id="recipes-problem", markup=False)
            yield OptionList(id="recipes-list")
            yield Static("looking for recipes…", classes="dialog-note", markup=False)

    def on_mount(self) -> None:
        """Look for recipes."""
        self._look()

    @work(exclusive=True)
    async def _look(self) -> None:
        self._found = await asyncio.to_thread(stored, self.runs_dir, Path.cwd())
        listed = self.query_one(OptionList)
        room = max((len(_name(found)) for found in self._found), default=0)
        listed.add_options([Option(_line(found, room)) for found in self._found])
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
        self._read(self._found[event.option_index])

    @on(Input.Changed)
    def _typing(self) -> None:
        self._complain("")

    def _complain(self, problem: str) -> None:
        """Say what is wrong, the list giving way to it; nothing any more, where `problem` is empty."""
        self.query_one("#recipes-problem", Static).update(Content.styled(problem, "$text-error"))
        self.set_class(bool(problem), "-problem")
        self.call_after_refresh(self.query_one(OptionList).scroll_to_highlight)

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        if name := event.value.strip():
            file = _file(name)
            if os.path.isdir(file):  # of a run
                file /= "recipe.toml"
            elif not os.path.exists(file) and not file.suffix:  # named as it was to be saved
                file = Path(f"{file}.toml")
            self._read(Found(file))

    @work(exclusive=True, group="read")
    async def _read(self, found: Found) -> None:
        try:
            recipe = await asyncio.to_thread(partial(recipes.build_recipe, file=found.file))
        except TuimlError as error:
            self._complain(f"✗ Not loaded: {clean(found.file.name, 60)}\n{clean_lines(error, 400)}")
        else:
            self.dismiss(Loaded(recipe, found.run))

    def action_close(self) -> None:
        """Load none."""
        self.dismiss(None)


def _name(found: Found) -> str:
    return clean(found.run.id if found.run else found.file.name, 40)


def _line(found: Found, room: int) -> Content:
    said = clean(found.run.name(), 40) if found.run else ""
    parts = (f"{_name(found):<{room}}", said, clean(found.task, 60))
    return Content.assemble("run   " if found.run else "file  ", "  ".join(part for part in parts if part))
