"""Form: titled groups of fields in one scrolling column, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tuiml.tui.widgets.field import Field


class Form(VerticalScroll, can_focus=False, inherit_bindings=False):
    """`groups` maps a title to its fields, of which those named by `shown` are shown at first.

    A field is mounted when it is shown for the first time: half of them never are, and all would double the start.
    """

    class Changed(Message):
        """The user changed a value."""

        def __init__(self, field: Field) -> None:
            self.field = field
            super().__init__()

    def __init__(self, groups: Mapping[str, Iterable[Field]], shown: Iterable[str]) -> None:
        super().__init__()
        self._groups = {title: list(fields) for title, fields in groups.items()}
        self._shown_first = set(shown)
        self.fields = {field.path: field for fields in self._groups.values() for field in fields}

    def compose(self) -> ComposeResult:
        """Lay out the groups, a title above each."""
        for title, fields in self._groups.items():
            yield Static(title, classes="form-title", markup=False)
            yield from (field for field in fields if field.path in self._shown_first)

    @property
    def values(self) -> dict[str, str]:
        """The text of every field."""
        return {path: field.value for path, field in self.fields.items()}

    @property
    def visible_fields(self) -> list[Field]:
        """The fields that are shown, from the top."""
        return [field for field in self.fields.values() if field.is_attached and field.display]

    @property
    def focused(self) -> Field | None:
        """The field with the cursor."""
        return next((field for field in self.visible_fields if field.has_focus_within), None)

    def load(self, values: Mapping[str, str]) -> None:
        """Show other values."""
        for path, field in self.fields.items():
            field.value = values.get(path, field.value)

    def show_only(self, paths: Iterable[str]) -> None:
        """Show these fields, hide the others, and the titles of groups that are empty then."""
        wanted = set(paths)
        for title, fields in zip(self.query(".form-title").results(Static), self._groups.values(), strict=True):
            title.display = any(field.path in wanted for field in fields)
            above: Widget = title
            for field in fields:
                if field.is_attached:
                    field.display = field.path in wanted
                elif field.path in wanted:
                    self.mount(field, after=above)
                above = field if field.is_attached else above

    def tell(self, problems: Mapping[str, str], advice: Mapping[str, str], changed: Mapping[str, str]) -> None:
        """Write beside the fields what is wrong with them, what could be better, and what the `changed` ones were."""
        for path, field in self.fields.items():
            field.problem, field.advice = problems.get(path, ""), advice.get(path, "")
            field.changed, field.was = path in changed, changed.get(path, "")

    def focus_group(self, by: int) -> None:
        """Put the cursor into the first field of the next group that is shown, or the one before."""
        groups = [[field for field in fields if field in self.visible_fields] for fields in self._groups.values()]
        groups = [fields for fields in groups if fields]
        at = next((number for number, fields in enumerate(groups) if self.focused in fields), 0)
        if groups:
            self._enter(groups[(at + by) % len(groups)][0])

    def focus_title(self, title: str) -> bool:
        """Put the cursor into the first field of a group; False where none of its fields is shown."""
        first = next((field for field in self._groups[title] if field in self.visible_fields), None)
        if first is not None:
            self._enter(first)
        return first is not None

    def _enter(self, first: Field) -> None:
        self.focus_field(first.path)
        self.scroll_to(y=first.virtual_region.y - 2, animate=False)

    def focus_field(self, path: str) -> None:
        """Put the cursor into a shown field and bring it into view."""
        field = self.fields[path]
        if field.is_mounted:
            field.editor.focus()
            field.scroll_visible(animate=False)
        elif field.is_attached:
            self.call_after_refresh(self.focus_field, path)

    def on_field_changed(self, event: Field.Changed) -> None:
        """Pass a change on as the form's own."""
        event.stop()
        self.post_message(self.Changed(event.field))
