"""Form: titled groups of fields in one scrolling column, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tuiml.tui.widgets.field import Field


class Form(VerticalScroll, can_focus=False, inherit_bindings=False):
    """`groups` maps a title to its fields."""

    class Changed(Message):
        """The user changed a value."""

        def __init__(self, field: Field) -> None:
            self.field = field
            super().__init__()

    def __init__(self, groups: Mapping[str, Iterable[Field]]) -> None:
        super().__init__()
        self._groups = {title: list(fields) for title, fields in groups.items()}
        self.fields = {field.path: field for fields in self._groups.values() for field in fields}

    def compose(self) -> ComposeResult:
        """Lay out the groups, a title above each."""
        for title, fields in self._groups.items():
            yield Static(title, classes="form-title", markup=False)
            yield from fields

    @property
    def values(self) -> dict[str, str]:
        """The text of every field."""
        return {path: field.value for path, field in self.fields.items()}

    @property
    def focused(self) -> Field | None:
        """The field with the cursor."""
        return next((field for field in self.fields.values() if field.has_focus_within), None)

    def load(self, values: Mapping[str, str]) -> None:
        """Show other values."""
        for path, field in self.fields.items():
            field.value = values.get(path, field.value)

    def show_only(self, paths: Iterable[str]) -> None:
        """Hide the fields that mean nothing at present."""
        wanted = set(paths)
        for path, field in self.fields.items():
            field.display = path in wanted

    def tell(self, problems: Mapping[str, str], advice: Mapping[str, str], changed: Iterable[str]) -> None:
        """Write beside the fields what is wrong with them, what could be better, and mark the changed ones."""
        marked = set(changed)
        for path, field in self.fields.items():
            field.problem, field.advice, field.changed = problems.get(path, ""), advice.get(path, ""), path in marked

    def focus_field(self, path: str) -> None:
        """Put the cursor into a field and bring it into view."""
        field = self.fields[path]
        field.editor.focus()
        field.scroll_visible(animate=False)

    def on_field_changed(self, event: Field.Changed) -> None:
        """Pass a change on as the form's own."""
        event.stop()
        self.post_message(self.Changed(event.field))
