"""Setup: the form of a recipe, what is wrong with it, and the command that would do the same."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.reactive import reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Button, Footer, Static
from textual.worker import get_current_worker

from tuiml import knobs
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.knobs import Knob
from tuiml.tasks import catalog
from tuiml.tasks.base import Task
from tuiml.text import clean
from tuiml.tui import actions, form, hints, relevance
from tuiml.tui.examine import Examined, Known, examine
from tuiml.tui.form import DEFAULT, PRESET, Values
from tuiml.tui.messages import CopyAsked
from tuiml.tui.widgets.field import Field
from tuiml.tui.widgets.form import Form
from tuiml.tui.widgets.title import Title

_DEBOUNCE = 0.12
_WIDE, _NARROW, _LOW = 110, 76, 20  # columns, columns, rows


class Setup(Screen[None]):
    """The first screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *actions.bindings(actions.SETUP),
        Binding("down,enter", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Previous field", show=False),
        Binding("pagedown", "leap(8)", "Some fields on", show=False),
        Binding("pageup", "leap(-8)", "Some fields back", show=False),
    ]
    AUTO_FOCUS = "Choice"
    # A class on the screen would restyle its hundred widgets at a resize; `on_resize` touches only those it concerns.
    HORIZONTAL_BREAKPOINTS = []  # noqa: RUF012  Textual declares them as instance variables
    VERTICAL_BREAKPOINTS = []  # noqa: RUF012

    examined: reactive[Examined] = reactive(Examined(), init=False)

    class Shown(Message):
        """The form is in view again: a run may be started soon."""

    class PreviewAsked(Message):
        """The user wants to see what augmentation does."""

        def __init__(self, recipe: Recipe) -> None:
            self.recipe = recipe
            super().__init__()

    class TrainAsked(Message):
        """The user asked to start a recipe without problems."""

        def __init__(self, recipe: Recipe) -> None:
            self.recipe = recipe
            super().__init__()

    def __init__(self, recipe: Recipe, runs_dir: Path) -> None:
        super().__init__()
        self.runs_dir = runs_dir
        self._first = form.parted(form.values_of(recipe))
        self._past: list[dict[str, str]] = []
        self._last_values = self._first
        self._known: Known = {}
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, form, explanations, command and footer."""
        yield Title("New run")
        with Horizontal(id="setup-body"):
            shown = relevance.shown(form.joined(self._first), self._known_task(form.joined(self._first)))
            yield Form(_fields(self._first), shown)
            with VerticalScroll(id="setup-aside", can_focus=False):
                yield Static(id="setup-help", markup=False)
                yield Static(id="setup-problems", markup=False)
        yield Static(id="setup-hint", markup=False)
        with Horizontal(id="setup-command-row"):
            yield Static(id="setup-command", markup=False)
            yield Button("Train", id="setup-train", variant="success", compact=True)
        yield Footer(compact=True)

    @property
    def form(self) -> Form:
        """The fields."""
        return self.query_one(Form)

    @property
    def title_bar(self) -> Title:
        """The top line."""
        return self.query_one(Title)

    @property
    def problem_list(self) -> Static:
        """All problems, where there is room."""
        return self.query_one("#setup-problems", Static)

    @property
    def command_line(self) -> Static:
        """The equivalent command."""
        return self.query_one("#setup-command", Static)

    @property
    def values(self) -> dict[str, str]:
        """The form's texts, the path of the user's files joined to its task."""
        return form.joined(self.form.values)

    def on_mount(self) -> None:
        """Examine what is shown at first."""
        self._show_fields()
        self._examine()

    def _known_task(self, values: Values) -> Task | None:
        """Return the task that the values name, as far as it is known without looking into files."""
        found = self.examined.task
        known = found if found is not None and found.name == catalog.canonical(values["task"]) else None
        return catalog.TASKS.get(values["task"], known)

    def on_resize(self, event: Resize) -> None:
        """Explain fields beside the form where it is wide, below it elsewhere; narrow the form where need be."""
        wide = event.size.width >= _WIDE
        self.query_one("#setup-aside").display = wide
        hint = self.query_one("#setup-hint")
        hint.display = not wide
        hint.set_class(event.size.height < _LOW, "-low")
        self.form.set_class(event.size.width < _NARROW, "-narrow")
        if field := self.form.focused:
            self.call_after_refresh(field.scroll_visible, animate=False)

    def on_screen_resume(self) -> None:
        """Say that the form is in view."""
        self.post_message(self.Shown())

    def load_task(self, name: str, preset: str = DEFAULT) -> None:
        """Show a task's default recipe, or one of its presets."""
        try:
            self._load(form.default_values(name, preset))
        except TuimlError as error:
            self.notify(clean(error, 400), severity="error", markup=False)

    def _load(self, values: dict[str, str], keep: bool = True) -> None:
        if keep and self.examined.changed - {"task"}:
            self._past.append(self._last_values)
            name = "recipe" if values[PRESET] == DEFAULT else f"preset {clean(values[PRESET], 40)}"
            self.notify(f"Loaded the {name} of {clean(values['task'], 40)}. ctrl+z brings yours back.", markup=False)
        self.form.load(form.parted(values))
        self._show_fields()
        self._examine()

    @on(Form.Changed)
    def _changed(self, event: Form.Changed) -> None:
        if event.field.path in ("task", PRESET):
            values = self.values
            self.load_task(values["task"], values[PRESET] if event.field.path == PRESET else DEFAULT)
            return
        self._show_fields()
        if self._timer:
            self._timer.stop()
        self._timer = self.set_timer(_DEBOUNCE, self._examine)

    @on(DescendantFocus)
    def _explain(self) -> None:
        if field := self.form.focused:
            for name, alone in (("#setup-help", False), ("#setup-hint", True)):  # one of them is in view
                self.query_one(name, Static).update(hints.explanation(field.path, self.examined, alone))

    @work(thread=True, exclusive=True, group="examine", exit_on_error=False)
    def _examine(self) -> None:
        values = self.app.call_from_thread(lambda: self.values)
        found = examine(values, self.runs_dir, self._known)
        if not get_current_worker().is_cancelled:  # else a later value has been typed
            self.app.call_from_thread(setattr, self, "examined", found)

    def watch_examined(self, found: Examined) -> None:
        """Write problems beside their fields and the command, or why there is none, at the bottom."""
        values = self._last_values = self.values
        beside = [
            {form.place(piece.path, values): piece.message for piece in reversed(pieces)}
            for pieces in (found.problems, found.advice)
        ]
        self._show_fields()
        self.form.tell(beside[0], beside[1], found.changed)
        self.title_bar.subject = hints.subject(values["task"], found)
        self.problem_list.update(hints.problem_lines(found))
        self.command_line.update(hints.command_line(found))
        self.set_class(bool(found.problems), "-problems")
        self._explain()

    def _show_fields(self) -> None:
        """Show the fields that mean something, and those about which there is something to say."""
        values = self.values
        task = self._known_task(values)
        told = [form.place(piece.path, values) for piece in (*self.examined.problems, *self.examined.advice)]
        self.form.fields[PRESET].offer((DEFAULT, *(task.presets if task else ())))
        self.form.show_only([*relevance.shown(values, task), *told])

    def go_to(self, path: str) -> None:
        """Put the cursor into a field; a field that means nothing at present is explained instead."""
        if self.form.fields[path] in self.form.visible_fields:
            self.form.focus_field(path)
        else:
            self.notify(f"{self.form.fields[path].label} is shown when {relevance.why_hidden(path)}.", markup=False)

    def action_preview(self) -> None:
        """Show what augmentation does."""
        if self.examined.problems:
            self._refuse(self.examined)
        elif self.examined.recipe is not None:
            self.post_message(self.PreviewAsked(self.examined.recipe))

    def action_copy_command(self) -> None:
        """Copy the equivalent command."""
        if self.examined.command:
            self.post_message(CopyAsked(self.examined.command))
        else:
            self.notify("There is no command yet: put the problems right first.", severity="warning")

    def action_leap(self, by: int) -> None:
        """Move the cursor several fields."""
        chain = self.form.visible_fields
        at = chain.index(self.form.focused) if self.form.focused in chain else 0
        self.form.focus_field(chain[min(max(at + by, 0), len(chain) - 1)].path)

    def action_undo(self) -> None:
        """Bring back the form as it was before another recipe was loaded."""
        if self._past:
            self._load(self._past.pop(), keep=False)
        else:
            self.notify("Nothing to bring back: undo returns the form as it was before another task was loaded.")

    def action_reset_field(self) -> None:
        """Give the focused field the task's default value."""
        if field := self.form.focused:
            base = form.parted(form.default_values(self.values["task"], self.values[PRESET]))
            field.value = base.get(field.path, field.value)
            self._show_fields()
            self._examine()

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
            self.post_message(self.TrainAsked(found.recipe))

    def _refuse(self, found: Examined) -> None:
        first = found.problems[0]
        self.notify(
            clean(str(first), 300), title=f"{len(found.problems)} to put right first", severity="error", markup=False
        )
        self.form.focus_field(form.place(first.path, self.values))


def _fields(values: dict[str, str]) -> dict[str, list[Field]]:
    """Return the form's groups: the task, then every field that a recipe declares."""
    task = [
        Field("task", "Task", options=(*catalog.names(), *(file.choice for file in form.FILES)), value=values["task"]),
        *(Field(file.path, file.title, file.unit, value=values.get(file.path, "")) for file in form.FILES),
        Field(PRESET, "Preset", options=(DEFAULT,), value=values[PRESET]),
    ]
    declared = {
        title: [_field(knobs.KNOBS[path], values[path]) for path in paths] for title, paths in form.paths().items()
    }
    return declared | {"Task": [*task, *declared["Task"]]}


def _field(knob: Knob, value: str) -> Field:
    switch = knob.kind in ("switch", "group")
    return Field(
        knob.path, knob.title, knob.unit if not switch else "", ("off", "on") if switch else knob.choices, value
    )
