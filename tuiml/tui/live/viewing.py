"""Viewing: the keys by which one looks at one run's curves: cursor, ghost, batches, total, cards, beside those of scaling."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from textual import on, work
from textual.reactive import var

from tuiml.coach import explain
from tuiml.draw import curves
from tuiml.draw import view as views
from tuiml.draw.view import View
from tuiml.runs.folder import RunFolder
from tuiml.tui.curves.scaling import Scaling
from tuiml.tui.dialogs.card import CardScreen
from tuiml.tui.live import ghosts, look, words
from tuiml.tui.live.ghosts import Ghost
from tuiml.tui.reporting import report
from tuiml.tui.widgets.chart import Chart


@dataclass
class Remembered:
    """How the last run was looked at: the next one is shown likewise; and what has been told already."""

    view: View = field(default_factory=View)
    told_of_penalty: bool = False


class Viewing(Scaling):
    """What is shown follows by the `watch_view` of the screen that is one."""

    pane: var[str] = var("epochs", init=False)

    def __init__(self, folder: RunFolder, remembered: Remembered | None) -> None:
        super().__init__()
        self.folder = folder
        self._remembered = remembered or Remembered()
        self.set_reactive(Viewing.view, self._remembered.view)
        self._references: list[Ghost] | None = None
        self.ghost: Ghost | None = None

    def see(self, view: View) -> None:
        """Look at the curves in this way, and at the next run's likewise."""
        self._remembered.view = look.remembered(view)
        self.view = view

    def on_mount(self) -> None:
        """Look for the run that this one varies."""
        self._find_origin()

    @work(thread=True, exit_on_error=False, group="ghost")
    def _find_origin(self) -> None:
        if found := ghosts.origin(self.folder):
            report(self, self._haunt, found)

    @work(thread=True, exclusive=True, exit_on_error=False, group="ghost")
    def _find_references(self) -> None:
        report(self, self._found, ghosts.references(self.folder))

    def _found(self, references: list[Ghost]) -> None:
        self._references = references
        if references:
            self._next_ghost(references)
        else:
            self.notify("There is no other run of this task with curves of its own.", title="No ghost", markup=False)

    def _next_ghost(self, references: list[Ghost]) -> None:
        ids = [ghost.id for ghost in references]
        at = ids.index(self.ghost.id) + 1 if self.ghost is not None and self.ghost.id in ids else 0
        self._haunt(references[at] if at < len(references) else None)

    def _haunt(self, ghost: Ghost | None) -> None:
        self.ghost = ghost
        shown = (ghost.state, f"ghost, {ghost.why}") if ghost else (None, "")
        self.view = replace(self.view, ghost=shown[0], ghost_name=shown[1])

    @on(Chart.Pointed)
    def _pointed(self, event: Chart.Pointed) -> None:
        """Read off the epoch that was clicked."""
        if found := self._under(event):
            self.see(replace(self.view, cursor=found[0]))

    @on(Chart.Zoomed)
    def _zoomed(self, event: Chart.Zoomed) -> None:
        """Come closer to what the wheel was turned over, or go away from it."""
        if found := self._under(event):
            self.see(views.zoom(self.state, self.view, event.steps, found[1]))

    def _under(self, event: Chart.Pointed | Chart.Zoomed) -> tuple[int, float] | None:
        """Return the epoch and the place on x under the pointer; None beside the canvas, and for folds."""
        if self.state.plan is not None:
            return None
        which = "loss" if event.chart.has_class("loss") else "metric"
        return curves.epoch_at(self.state, which, event.width, event.height, event.column, self.view)

    def action_total(self) -> None:
        """Show the loss with what L1 and L2 add, or the data's alone; the first time, and where they add nothing, say what that is."""
        penalized = "penalty" in self.state.history[-1].metrics
        if not penalized or not self._remembered.told_of_penalty:
            self._remembered.told_of_penalty = True
            self.app.push_screen(CardScreen(explain.card("penalty")))
        if penalized:
            self.see(replace(self.view, total=not self.view.total))

    def action_explain_words(self) -> None:
        """Show the cards of the words on show, the verdict's first."""
        self.app.push_screen(CardScreen(*words.cards(self.state, self.view, self.pane)))

    def action_ghost(self) -> None:
        """Go to the next reference: origin, the run before, the best one, none."""
        if self._references:
            self._next_ghost(self._references)
        else:
            self._find_references()

    def action_batches(self) -> None:
        """Show each batch's loss, or epochs alone."""
        self.see(replace(self.view, batches=not self.view.batches))

    def action_honest(self) -> None:
        """Show or hide the train curve measured with dropout and augmentation off."""
        self.see(replace(self.view, honest=not self.view.honest))

    def action_cursor_left(self) -> None:
        """Read off the epoch before."""
        self.see(look.stepped(self.state, self.view, -1))

    def action_cursor_right(self) -> None:
        """Read off the epoch after."""
        self.see(look.stepped(self.state, self.view, 1))

    def action_cursor_first(self) -> None:
        """Read off the first epoch."""
        self._read(0)

    def action_cursor_last(self) -> None:
        """Read off the last epoch."""
        self._read(-1)

    def _read(self, at: int) -> None:
        if self.state.history:
            there = replace(self.view, cursor=self.state.history[at].number)
            self.see(look.stepped(self.state, there, 0))

    def action_clear_cursor(self) -> None:
        """Read nothing off any more."""
        self.see(replace(self.view, cursor=None))
