"""Wishing: what one can ask of the run on show: pause, step, save, stop, more epochs."""

from __future__ import annotations

from textual import work

from tuiml.errors import StorageError
from tuiml.events import Checkpointed
from tuiml.runs import launch
from tuiml.runs.folder import RunFolder
from tuiml.runs.wishes import Kind, Wish
from tuiml.state import RunState
from tuiml.text import clean
from tuiml.tui.reporting import report
from tuiml.tui.runners import BY, Runners
from tuiml.tui.settling import Settling

_MORE_EPOCHS = 5


class Wishing(Settling[None]):
    """Leaves wishes in the folder of the run; a screen that is one says what a run that has ended needs to go on."""

    folder: RunFolder
    runners: Runners
    _wish: Wish | None = None
    _given_at: int | None = None
    _saving: tuple[Wish, Checkpointed | None] | None = None

    @property
    def state(self) -> RunState:
        """What the log says so far."""
        raise NotImplementedError

    def wished(self) -> None:
        """Show at once that something was asked for."""
        raise NotImplementedError

    @property
    def waiting(self) -> str:
        """The wish that is not obeyed yet, in words; empty without one."""
        wish = self._wish
        if wish is None or wish.id in self.state.obeyed or not (self.state.live or wish.wish == "add_epochs"):
            return "resume" if self._starting else ""
        return wish.wish.replace("_", " ")

    @property
    def _starting(self) -> bool:
        """Whether the run was given to a runner that has not said anything yet."""
        return not self.state.live and self.runners.starting(self.folder)

    def tell_start(self) -> None:
        """Say that a runner has ended before it began: nothing else would."""
        before, self._given_at = self._given_at, self.state.count if self._starting else None
        if before == self.state.count and self._given_at is None:  # not a fact since
            self.notify("The runner ended before it began: l shows its log.", severity="error", markup=False)

    def possible(self) -> dict[str, bool]:
        """Return which of the wishes would do anything now."""
        live, status = self.state.live, self.state.status
        return {
            "pause": live and status != "paused",
            "resume": status in ("paused", "stopped", "crashed") and not self._starting,
            "step": status in ("running", "paused"),
            "save_now": status in ("running", "paused"),
            "add_epochs": live or status in ("finished", "stopped"),
            "stop": live,
        }

    def action_pause(self) -> None:
        """Stand still between two batches."""
        self._leave("pause")

    def action_resume(self) -> None:
        """Go on after a pause; a run that was stopped or crashed is taken up where its last checkpoint stands."""
        if self.state.live:
            self._leave("resume")
        elif not self._starting:
            self.resumed()
            self._take_up()

    def resumed(self) -> None:
        """Show a run that goes on."""
        raise NotImplementedError

    def action_step(self) -> None:
        """Train to the end of this epoch, or of the next, then stand still."""
        self._leave("step")

    def action_stop(self) -> None:
        """Stop and keep what there is."""
        self._leave("stop")

    def action_save_now(self) -> None:
        """Have a checkpoint written."""
        before = self.state.checkpoint
        if self._leave("save") and self._wish:
            self._saving = self._wish, before

    def action_add_epochs(self) -> None:
        """Train longer; a run that has ended is taken up again."""
        ended = not self.state.live and not self._starting
        if self._leave("add_epochs", _MORE_EPOCHS) and ended:
            self._take_up()

    def _take_up(self) -> None:
        self.runners.promise(self.folder)
        self._given_at = self.state.count
        self.wished()
        self._start_runner()

    @work(thread=True, exit_on_error=False)
    def _start_runner(self) -> None:
        try:
            self.runners.take_up(self.folder)
        except StorageError as error:
            self._given_at = None
            self.app.call_from_thread(self.notify, clean(error), severity="error", markup=False)
        report(self, self.wished)

    def _leave(self, kind: Kind, value: int | None = None) -> bool:
        try:
            self._wish = launch.wish(self.folder, kind, BY, value)
        except StorageError as error:
            self.notify(clean(error), severity="error", markup=False)
            return False
        self.wished()
        return True

    def tell_saved(self) -> None:
        """Say in a toast that the checkpoint asked for is written; a place that was saved already is not written again."""
        state, saved = self.state, self.state.checkpoint
        if self._saving is None or self._saving[0].id not in state.obeyed or saved is None:
            return
        here = (len(state.history), state.step if state.epoch > len(state.history) else 0)
        if (saved is not self._saving[1] and not saved.best) or (saved.epoch, saved.step) == here:
            self._saving = None
            step = f" and {saved.step} batch{'es' if saved.step > 1 else ''}" if saved.step else ""
            self.notify(
                f"{saved.epoch} epoch{'s' if saved.epoch != 1 else ''}{step}, in {clean(saved.path, 100)}",
                title="Saved",
                markup=False,
            )
