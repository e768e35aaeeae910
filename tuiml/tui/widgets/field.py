"""Field: one labelled value in a row, with a mark when it is changed and room beside it for what is wrong."""

from __future__ import annotations

from collections.abc import Collection

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
_ADVICE = 100
"""Characters of advice beside a field: more would push the others out of sight. Problems are told in full."""


class Line(Input):
    """One line to type in, which leaves the keys in `passed` to the screen."""

    def __init__(self, value: str, passed: Collection[str] = ()) -> None:
        super().__init__(value, compact=True, select_on_focus=False)
        self.passed = passed

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Say which keys are typed."""
        return key not in self.passed and super().check_consume_key(key, character)


class Field(Widget):
    """A value as text; typed, or chosen from `options` where there are any. `path` is its own address in the form.

    Keys in `passed` are not typed but left to the screen.
    Its values may be set before it is mounted, and while it is not.
    """

    value: reactive[str] = reactive("")
    problem: reactive[str] = reactive("")
    advice: reactive[str] = reactive("")
    changed: reactive[bool] = reactive(False, toggle_class="-changed")
    was: reactive[str] = reactive("")
    """What the value is by default; shown where it was changed."""

    class Changed(Message):
        """The user typed or chose another value."""

        def __init__(self, field: Field) -> None:
            self.field = field
            super().__init__()

    def __init__(
        self,
        path: str,
        title: str,
        unit: str = "",
        options: tuple[str, ...] = (),
        value: str = "",
        passed: Collection[str] = (),
    ) -> None:
        super().__init__()
        self.path, self.label, self.unit = path, title, unit
        self.editor: Choice | Input = Choice(options, value) if options else Line(value, passed)
        """What the user edits."""
        self.set_reactive(Field.value, value)

    def compose(self) -> ComposeResult:
        """Lay out the editor; the label is painted under it, the note comes when there is something to say."""
        yield self.editor

    def render(self) -> Content:
        """Return the label, and the unit behind the editor."""
        marked = Content(f"{'●' if self.changed else ' '} {self.label}")
        unit = "" if self.problem or self.advice else self._was or self.unit
        return marked.pad_right(
            max(self.editor.region.right - self.region.x + 1 - marked.cell_length, 0)
        ) + Content.styled(clean(unit), "dim")

    @property
    def _was(self) -> str:
        """What the value was before it was changed, in words."""
        return f"was {self.was or 'empty'}  " if self.changed else ""

    def offer(self, options: tuple[str, ...]) -> None:
        """Give a field that is chosen from words other words to choose from."""
        if isinstance(self.editor, Choice):
            self.editor.options = options

    def watch_value(self, value: str) -> None:
        """Show the value in the editor."""
        shown = clean(value, _LONGEST)  # what is pasted may hold control characters
        if self.editor.value != shown:
            self.editor.value = shown

    def watch_problem(self) -> None:
        """Write the problem, else the advice, beside the editor."""
        self.set_class(bool(self.problem), "-problem")
        words = Content(
            f"✗ {clean(self.problem)}"
            if self.problem
            else f"{self._was}i {clean(self.advice, _ADVICE)}"
            if self.advice
            else ""
        )
        notes = self.query(".field-note").results(Static)
        note = next(notes, None)
        if note is not None:
            note.update(words)
            note.display = bool(words)
        elif words:
            self.mount(Static(words, classes="field-note"))

    watch_advice = watch_problem
    watch_was = watch_problem

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
        value = self.editor.value  # not the event's: one from before the field was mounted may be out of date
        if value != self.value:
            self.value = value
            self.watch_value(value)
            self.post_message(self.Changed(self))
