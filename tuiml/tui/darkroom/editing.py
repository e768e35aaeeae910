"""The keys of the darkroom that edit: each hands on to the workbench, or to the line in which the grammar is typed."""

from __future__ import annotations

from textual import on
from textual.content import Content
from textual.widgets import Static

import augment
from tuiml.text import clean_lines
from tuiml.tui import graphics
from tuiml.tui.darkroom.workbench import Workbench
from tuiml.tui.settling import Settling
from tuiml.tui.widgets.entry import Entry
from tuiml.tui.widgets.sheet import Sheet

DRAWING = ("next_draw", "previous_draw")
"""Actions that draw anew."""

PAGING = ("next_pictures", "previous_pictures")
"""Actions that go through the pictures."""

EDITING = (
    *("add_step", "add_keyword", "mute_step", "remove_step", "undo_edit", "step_up", "step_down", "spread"),
    *("solo", "ends", "edit_grammar", "enlarge", "switch_pane"),
)
"""Actions on steps and pictures: rows of numbers or words have none."""


def sheet() -> Sheet:
    """Return a sheet in the terminal's own graphics where it has them, else in half-blocks."""
    if graphics.chosen().graphics == graphics.HALF_BLOCKS:
        return Sheet()
    from tuiml.tui.widgets.gallery import Gallery

    return Gallery()


class Editing(Settling[None]):
    """A screen with a workbench, a sheet of pictures and the grammar."""

    @property
    def workbench(self) -> Workbench:
        """The steps."""
        return self.query_one(Workbench)

    @property
    def sheet(self) -> Sheet:
        """The pictures."""
        return self.query_one(Sheet)

    @property
    def entry(self) -> Entry:
        """The grammar."""
        return self.query_one(Entry)

    def fill(self) -> None:
        """Draw as many pictures as there is room for."""
        raise NotImplementedError

    def complain(self, problem: str) -> None:
        """Say what is wrong with what is typed or chosen; nothing any more, where `problem` is empty."""
        words = self.query_one("#darkroom-problem", Static)
        if problem or words.display:
            words.update(Content(f"✗ {clean_lines(problem, 300)}"))
            words.display = bool(problem)

    @on(Entry.Changed)
    def _typing(self, event: Entry.Changed) -> None:
        if self.entry.has_focus:
            try:
                augment.parse(event.value)
            except augment.AugmentError as error:
                self.complain(str(error))
            else:
                self.complain("")

    def action_add_step(self) -> None:
        """Choose an operation to add."""
        self.workbench.add()

    def action_add_keyword(self) -> None:
        """Choose an argument of ImageDataGenerator."""
        self.workbench.keyword()

    def action_mute_step(self) -> None:
        """Leave the chosen step out, or take it in again."""
        self.workbench.edit("mute")

    def action_remove_step(self) -> None:
        """Remove the chosen step."""
        self.workbench.edit("remove")

    def action_undo_edit(self) -> None:
        """Take the last change back."""
        self.workbench.edit("undo")

    def action_step_up(self) -> None:
        """Move the chosen step up."""
        self.workbench.edit("up")

    def action_step_down(self) -> None:
        """Move the chosen step down."""
        self.workbench.edit("down")

    def action_spread(self) -> None:
        """Show the chosen parameter by the two ends of its range, or as one number."""
        self.workbench.edit("range")

    def action_edit_grammar(self) -> None:
        """Type the grammar."""
        self.entry.focus()

    def action_enlarge(self) -> None:
        """Show fewer, larger pictures, or many again."""
        self.sheet.large = not self.sheet.large
        self.fill()

    def action_switch_pane(self) -> None:
        """Put the focus on the pictures, what was drawn, the grammar, the steps, one after the other."""
        panes = [self.workbench.lines, self.sheet, self.query_one("#darkroom-drawn"), self.entry]
        at = next((place for place, pane in enumerate(panes) if pane.has_focus), -1)
        pane = panes[(at + 1) % len(panes)]
        if pane.id == "darkroom-drawn" and not pane.max_scroll_y:  # all of it is in view
            pane = self.entry
        self.set_class(pane in panes[1:3], "-right")  # where there is no room for both
        self.call_after_refresh(pane.focus)
