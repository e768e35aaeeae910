"""Field: one labelled value in a row, with a mark when it is changed and room beside it for what is wrong."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from tuiml.text import clean
from tuiml.tui.widgets.choice import Choice

_LONGEST = 100_000


class Field(Widget):
    """A value as text; typed, or chosen from `options` where there are any. `name` is its own address in the form."""

    value: reactive[str] = reactive("")
    problem: reactive[str] = reactive("")
    advice: reactive[str] = reactive("")
    changed: reactive[bool] = reactive(False, toggle_class="-changed")

    class Changed(Message):
        """The user typed or chose another value."""

        def __init__(self, field: Field) -> None:
            self.field = field
            super().__init__()

    def __init__(self, path: str, title: str, unit: str = "", options: tuple[str, ...] = (), value: str = "") -> None:
        super().__init__()
        self.path, self.label, self.unit, self.options = path, title, unit, options
        self.set_reactive(Field.value, value)

    def compose(self) -> ComposeResult:
        """Lay out label, editor and note."""
        yield Static(self._title(), classes="field-label", markup=False)
        yield Choice(self.options, self.value) if self.options else Input(self.value, compact=True, select_on_focus=False)
        yield Static(self._words(), classes="field-note", markup=False)

    @property
    def editor(self) -> Choice | Input:
        """What the user edits."""
        return self.query_one(Choice) if self.options else self.query_one(Input)

    def watch_value(self, value: str) -> None:
        """Show the value in the editor."""
        shown = clean(value, _LONGEST)  # what is pasted may hold control characters
        if self.children and self.editor.value != shown:
            self.editor.value = shown

    def watch_changed(self) -> None:
        """Mark the label."""
        if self.children:
            self.query_one(".field-label", Static).update(self._title())

    def watch_problem(self) -> None:
        """Write the problem, else the advice, else the unit beside the editor."""
        self.set_class(bool(self.problem), "-problem")
        if self.children:
            self.query_one(".field-note", Static).update(self._words())

    watch_advice = watch_problem

    def _title(self) -> Content:
        return Content(f"{'●' if self.changed else ' '} {self.label}")

    def _words(self) -> Content:
        symbol, words = ("✗ ", self.problem) if self.problem else ("i ", self.advice) if self.advice else ("", self.unit)
        return Content(symbol + clean(words))

    def on_descendant_focus(self) -> None:
        """Light the label up."""
        self.add_class("-focus")

    def on_descendant_blur(self) -> None:
        """Dim it again."""
        self.remove_class("-focus")

    @on(Input.Changed)
    @on(Choice.Changed)
    def _edited(self, event: Input.Changed | Choice.Changed) -> None:
        event.stop()
        if event.value != self.value:
            self.value = event.value
            self.watch_value(event.value)
            self.post_message(self.Changed(self))
