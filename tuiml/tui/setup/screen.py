"""Setup: the first screen, where a recipe is made: what one can do with the form beside filling it in."""

from __future__ import annotations

import asyncio
import shlex
from functools import partial
from pathlib import Path

from textual import on, work
from textual.message import Message
from textual.widgets import Button

from tuiml.coach import explain
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.tasks import presets
from tuiml.text import clean
from tuiml.tui.dialogs.card import CardScreen
from tuiml.tui.messages import CopyAsked
from tuiml.tui.setup import form, relevance
from tuiml.tui.setup.examine import Examined, examine
from tuiml.tui.setup.form import OPS, PRESET
from tuiml.tui.setup.form_screen import FormScreen
from tuiml.tui.setup.presets import Offer, Presets
from tuiml.tui.setup.recipes import Loaded, LoadRecipe, SaveRecipe
from tuiml.tui.setup.summary import DataSummary


class Setup(FormScreen):
    """The first screen."""

    class PreviewAsked(Message):
        """The user wants to see what augmentation does; `typed` are operations that mean nothing yet."""

        def __init__(self, recipe: Recipe, typed: str = "") -> None:
            self.recipe, self.typed = recipe, typed
            super().__init__()

    class TrainAsked(Message):
        """The user asked to start a recipe without problems; `origin` is the run that it varies."""

        def __init__(self, recipe: Recipe, origin: RunFolder | None = None) -> None:
            self.recipe, self.origin = recipe, origin
            super().__init__()

    def go_to(self, path: str) -> None:
        """Put the cursor into a field; a field that means nothing at present is explained instead."""
        if self.form.fields[path] in self.form.visible_fields:
            self.form.focus_field(path)
        else:
            self.notify(f"{self.form.fields[path].label} is shown when {relevance.why_hidden(path)}.", markup=False)

    def go_to_group(self, title: str) -> None:
        """Put the cursor into a group's first field; a group that means nothing at present is explained instead."""
        if not self.form.focus_title(title):
            self.go_to(form.paths()[title][0])

    def action_preview(self) -> None:
        """Show what augmentation does; what is wrong elsewhere on the form does not hinder that, as long as the data can be read."""
        values, wrong = self.values, {form.place(piece.path, self.values) for piece in self.examined.problems}
        try:
            recipe = self.examined.recipe or form.without(values, wrong)
        except TuimlError:
            recipe = None
        if recipe is not None:
            self.post_message(self.PreviewAsked(recipe, "" if recipe.augment.ops else values[OPS].strip()))
        elif self.examined.problems:
            self._refuse(self.examined)

    def action_copy_command(self) -> None:
        """Copy the equivalent command."""
        if self.examined.command:
            self.post_message(CopyAsked(self.examined.command))
        else:
            self.notify("There is no command yet: put the problems right first.", severity="warning")

    def action_explain(self) -> None:
        """Explain the field with the cursor on a card."""
        if field := self.form.focused:
            self.app.push_screen(CardScreen(explain.card(field.path)))

    @work(exclusive=True, group="presets")
    async def action_presets(self) -> None:
        """List the presets of the task with what each changes, and load the one chosen."""
        values = self.values
        offers = await asyncio.to_thread(_offers, values)

        def load(chosen: str | None) -> None:
            if chosen is not None:
                self.load_task(values["task"], chosen)

        self.app.push_screen(Presets(clean(values["task"], 60), offers, values[PRESET]), load)

    @work(exclusive=True, group="recipes")
    async def action_save_recipe(self) -> None:
        """Write the recipe into a file."""
        found = await asyncio.to_thread(examine, self.values, self.runs_dir)

        def say(file: Path | None) -> None:
            if file is not None:
                named = file.name if file.parent == Path.cwd() else str(file)
                words = f"{clean(file, 300)}\nAgain: tuiml --recipe {clean(shlex.quote(named), 300)}"
                self.notify(words, title="Saved", markup=False)

        if found.recipe is None:
            self._refuse(found)
        else:
            self.app.push_screen(SaveRecipe(found.recipe), say)

    def action_load_recipe(self) -> None:
        """Choose a recipe among files and runs, and show it on the form."""

        def load(loaded: Loaded | None) -> None:
            if loaded is not None:
                self.load_recipe(*loaded)

        self.app.push_screen(LoadRecipe(self.runs_dir), load)

    def action_summary(self) -> None:
        """Show the rows of the task: how many, of which class, and some of them."""
        if self.examined.recipe is not None:
            self.app.push_screen(DataSummary(self.examined.recipe))
        elif self.examined.problems:
            self._refuse(self.examined)

    def action_find_field(self) -> None:
        """Search the fields by name, their groups too, and go to one."""
        groups = form.paths()
        fields = [self.form.fields[path] for path in ("task", *(path for group in groups.values() for path in group))]
        entries = [
            (f"{field.label}  {field.path}", partial(self.go_to, field.path), field.value.replace("[", r"\["))
            for field in fields
        ]
        entries += [(title, partial(self.go_to_group, title), "a group of fields") for title in groups]
        self.app.search_commands(entries, "Go to a field…")

    def action_leap(self, by: int) -> None:
        """Move the cursor several fields."""
        chain = self.form.visible_fields
        at = chain.index(self.form.focused) if self.form.focused in chain else 0
        self.form.focus_field(chain[min(max(at + by, 0), len(chain) - 1)].path)

    def action_next_group(self) -> None:
        """To the first field of the next group."""
        self.form.focus_group(1)

    def action_previous_group(self) -> None:
        """To the first field of the group before."""
        self.form.focus_group(-1)

    def action_reset_field(self) -> None:
        """Give the focused field the task's default value; undo brings back what stood there, and nothing else."""
        if field := self.form.focused:
            was = self.values
            try:
                base = form.parted(form.default_values(was["task"], was[PRESET]))
            except TuimlError as error:
                self.notify(clean(error, 400), severity="error", markup=False)
                return
            self.change(field.path, base.get(field.path, field.value))
            lost = {path: text for path, text in was.items() if text != self.values[path]}
            if lost:
                self.remember(lost)
            elif field.path in base and field.path != PRESET:
                self.notify(f"{field.label} is as it is by default.", markup=False)

    def action_reset_form(self) -> None:
        """Load the task's default recipe."""
        self.load_task(self.values["task"])

    @on(Button.Pressed, "#setup-train")
    def _pressed(self) -> None:
        self.train()

    @work(exclusive=True, group="train")
    async def train(self) -> None:
        """Start the recipe, or say what is wrong with it."""
        found = await asyncio.to_thread(examine, self.values, self.runs_dir)
        self.examined = found
        if found.problems:
            self._refuse(found)
        elif found.recipe is not None:
            self.post_message(self.TrainAsked(found.recipe, self.origin))

    def _refuse(self, found: Examined) -> None:
        first = found.problems[0]
        self.notify(
            clean(str(first), 300), title=f"{len(found.problems)} to put right first", severity="error", markup=False
        )
        self.form.focus_field(form.place(first.path, self.values))


def _offers(values: form.Values) -> list[Offer]:
    """Return each preset of the form's task with what it would change on the form."""
    task = values["task"]
    titles = {form.DEFAULT: "the task's quick recipe"}
    return [
        Offer(
            name,
            titles.get(name) or presets.meaning(name),
            tuple(form.changes(values, form.default_values(task, name))),
        )
        for name in form.preset_names(task)
    ]
