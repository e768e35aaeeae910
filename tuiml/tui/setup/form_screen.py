"""The form on a screen: its fields, what they amount to, and what is told about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Button, Input, Static
from textual.worker import get_current_worker

from tuiml.coach import explain
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog
from tuiml.tasks.base import Task
from tuiml.text import clean
from tuiml.tui import actions
from tuiml.tui.darkroom.editor import Draft
from tuiml.tui.dialogs.card import card_lines
from tuiml.tui.settling import Settling
from tuiml.tui.setup import form, hints, relevance
from tuiml.tui.setup.examine import Examined, Known, examine
from tuiml.tui.setup.form import DEFAULT, PRESET, Values
from tuiml.tui.setup.form_fields import groups
from tuiml.tui.setup.past import Past
from tuiml.tui.widgets.form import Form
from tuiml.tui.widgets.keys import Keys
from tuiml.tui.widgets.title import Title

_DEBOUNCE = 0.12
_WIDE, _NARROW, _LOW = 110, 76, 20  # columns, columns, rows
_PLACE = "New run"


class FormScreen(Settling[None]):
    """Shows a recipe, examines what is typed and tells what is wrong; what one can do with it is its child's."""

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

    def __init__(self, recipe: Recipe, runs_dir: Path) -> None:
        super().__init__()
        self.runs_dir = runs_dir
        self._first = form.parted(form.values_of(recipe))
        self.origin: RunFolder | None = None
        """The run whose recipe the form began with, if any."""
        self.draft: Draft | None = None
        """The augmentation as it was edited last, with the steps that are muted."""
        self._before: list[tuple[Values, RunFolder | None]] = []
        self._past = Past(runs_dir)
        self._last_values = self._first
        self._known: Known = {}
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, form, explanations, command and footer."""
        yield Title(_PLACE)
        with Horizontal(id="setup-body"):
            shown = relevance.shown(form.joined(self._first), self._known_task(form.joined(self._first)))
            yield Form(groups(self._first), shown)
            with VerticalScroll(id="setup-aside", can_focus=False):
                yield Static(id="setup-help", markup=False)
                yield Static(id="setup-problems", markup=False)
                yield Static(id="setup-card", markup=False)
        yield Static(id="setup-hint", markup=False)
        with Horizontal(id="setup-command-row"):
            yield Static(id="setup-command", markup=False)
            yield Button("Train", id="setup-train", variant="success", compact=True)
        yield Keys()

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
            values = form.default_values(name, preset)
        except TuimlError as error:
            self.notify(clean(error, 400), severity="error", markup=False)
            return
        said = "recipe" if preset == DEFAULT else f"preset {clean(preset, 40)}"
        self._load(values, None, f"Loaded the {said} of {clean(name, 40)}.")

    def load_recipe(self, recipe: Recipe, origin: RunFolder | None = None) -> None:
        """Show a recipe; `origin` is the run that it was taken from, which the next run varies."""
        whence = f" of {clean(origin.id, 60)}" if origin else ""
        self._load(form.values_of(recipe) | {PRESET: DEFAULT}, origin, f"Loaded the recipe{whence}.")

    def _load(self, values: dict[str, str], origin: RunFolder | None, said: str = "") -> None:
        if said:
            self.remember(self._last_values)
            if self.examined.changed or self.origin:
                self.notify(f"{said} ctrl+z brings yours back.", markup=False)
        self.origin = origin
        self.title_bar.place = f"From {clean(origin.id, 40)}" if origin else _PLACE
        self.title_bar.refresh()
        self.form.load(form.parted(values))
        self._show_fields()
        self._examine()

    def change(self, path: str, text: str) -> None:
        """Write a value into a field, as if it had been typed."""
        self.form.fields[path].value = text
        self._show_fields()
        self._examine()

    def take_augmentation(self, recipe: Recipe, draft: Draft) -> None:
        """Write the augmentation of a recipe into the form, and keep its muted steps; undo brings back what stood there."""
        self.draft = draft
        fresh = {path: text for path, text in form.values_of(recipe).items() if path.startswith("augment.")}
        if any(self.values[path] != text for path, text in fresh.items()):  # else steps were muted only
            self.remember(self._last_values)
            self._load(self.values | fresh, self.origin)

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep values, of all fields or of some, for undo to bring back."""
        self._before.append((values, self.origin))

    def action_undo(self) -> None:
        """Bring back what another recipe, or the reset of a field, took the place of."""
        if self._before:
            values, origin = self._before.pop()
            self._load({**self.values, **values}, origin)
        else:
            self.notify("Nothing to bring back: undo takes back the loading of a recipe, or the reset of a field.")

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

    @on(Input.Submitted)
    async def _entered(self) -> None:
        """To the next field; operations have an editor of their own."""
        if (field := self.form.focused) and field.path == "augment.ops":
            await self.run_action("preview")
        else:
            self.app.action_focus_next()

    @on(DescendantFocus)
    def _explain(self) -> None:
        if field := self.form.focused:
            for name, alone in (("#setup-help", False), ("#setup-hint", True)):  # one of them is in view
                self.query_one(name, Static).update(hints.explanation(field.path, self.examined, alone))
            self.query_one("#setup-card", Static).update(card_lines(explain.card(field.path)))

    @work(thread=True, exclusive=True, group="examine", exit_on_error=False)
    def _examine(self) -> None:
        values = self.app.call_from_thread(lambda: self.values)
        found = examine(values, self.runs_dir, self._known, self._past)
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
        self.problem_list.display = bool(found.problems or found.advice)
        self.command_line.update(hints.command_line(found))
        self.set_class(bool(found.problems), "-problems")
        self._explain()

    def _show_fields(self) -> None:
        """Show the fields that mean something, and those about which there is something to say."""
        values = self.values
        task = self._known_task(values)
        told = [form.place(piece.path, values) for piece in (*self.examined.problems, *self.examined.advice)]
        self.form.fields[PRESET].offer(form.preset_names(values["task"]))
        self.form.show_only([*relevance.shown(values, task), *told])
