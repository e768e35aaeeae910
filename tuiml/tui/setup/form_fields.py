"""The fields of the form as widgets, by group."""

from __future__ import annotations

from tuiml import knobs
from tuiml.knobs import Knob
from tuiml.tasks import catalog
from tuiml.tui.setup import form
from tuiml.tui.setup.form import DEFAULT, PRESET
from tuiml.tui.widgets.field import Field

_PASSED = ("question_mark",)
"""Keys that mean nothing in a number or a word of the recipe, and are free to ask what it is about."""


def groups(values: dict[str, str]) -> dict[str, list[Field]]:
    """Return the form's groups: the task and what most experiments change, then every other field that a recipe declares."""
    task = [
        Field("task", "Task", options=(*catalog.names(), *(file.choice for file in form.FILES)), value=values["task"]),
        *(Field(file.path, file.title, file.unit, value=values.get(file.path, "")) for file in form.FILES),
        Field(PRESET, "Preset", options=(DEFAULT,), value=values[PRESET]),
    ]
    declared = {
        title: [_field(knobs.KNOBS[path], values[path]) for path in paths] for title, paths in form.paths().items()
    }
    first = next(iter(declared))
    return declared | {first: [*task, *declared[first]]}


def _field(knob: Knob, value: str) -> Field:
    switch = knob.kind in ("switch", "group")
    return Field(
        knob.path,
        knob.title,
        knob.unit if not switch else "",
        ("off", "on") if switch else knob.choices,
        value,
        () if knob.path in form.TYPED else _PASSED,
    )
