"""The main thread of a runner: holds the run's lock, serves signals, hands wishes to training and facts to a listener."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tuiml import events, recipe
from tuiml.errors import ExitCode, RecipeError, StorageError
from tuiml.fields import Recipe
from tuiml.records import Record
from tuiml.runs import wishes
from tuiml.runs.folder import RunFolder
from tuiml.runs.log import EventLog, read_all
from tuiml.state import RunState
from tuiml.train.control import Control
from tuiml.train.thinning import Thinning

Listener = Callable[[Record], None]

_LOOK_EVERY = 0.05  # seconds between looks at wishes
_TRAINING = "training"
_SYNCED = (events.Checkpointed, events.FoldEnded, events.RunEnded)  # what a power failure must not take back
_QUIT_WITHIN = 3.0  # seconds in which a second Ctrl-C means now


def run(folder: RunFolder, listener: Listener | None = None, foreground: bool = False) -> int:
    """Train the run in `folder` to its end and return the exit code; `listener` hears each fact on this thread.

    In the foreground SIGHUP stops the run (the terminal is gone); else it is ignored: the run outlives terminals.
    Raises StorageError when the folder cannot be locked or written.
    """
    with folder.hold():
        before = RunState.replay(read_all(folder.events))
        runner = _Runner(folder, listener)
        try:
            plan = recipe.read(folder.recipe)
        except RecipeError as error:  # of another version, or edited: whoever looks at the run later should know
            runner.publish(
                events.RunEnded("failed", "the recipe cannot be run", None, 0.0, str(error), int(error.exit_code))
            )
            raise
        inbox = wishes.Inbox(folder.wishes, before.obeyed, later=before.count > 0)
        with _signals(runner, foreground):
            return runner.serve(plan, before, inbox)


class _Runner:
    """The facts' way out: log first, then a queue that this thread empties into the listener."""

    def __init__(self, folder: RunFolder, listener: Listener | None) -> None:
        self._folder, self._listener = folder, listener
        self._log = EventLog(folder.events)
        self._facts: queue.SimpleQueue[Record] = queue.SimpleQueue()
        self._thinning = Thinning()
        self._storage_error: StorageError | None = None
        self._exit_code = int(ExitCode.FAILED)
        self.control = Control(self.publish)
        self.quit_now = False
        self._ended = threading.Event()
        self._gate = threading.Lock()
        self._over = False  # nothing is told after the end, also when the training thread has been left behind

    def publish(self, event: events.Event) -> None:
        """Write a fact (training thread), of batches as many as `Thinning` lets through."""
        if isinstance(event, events.BatchEnded):
            thinned = self._thinning.take(event, time.monotonic())
            if thinned is None:
                return
            event = thinned
        with self._gate:
            if not self._over:
                self._facts.put(self._log.append(event, sync=isinstance(event, _SYNCED)))
                self._over = isinstance(event, events.RunEnded)

    def serve(self, plan: Recipe, before: RunState, inbox: wishes.Inbox) -> int:
        """Train on a background thread and serve it until it ends."""
        thread = threading.Thread(target=self._train, args=(plan, before), name=_TRAINING, daemon=True)
        thread.start()
        threading.Thread(target=self._look, args=(inbox,), name="wishes", daemon=True).start()
        while thread.is_alive():
            self._tell(_LOOK_EVERY)
            if self.quit_now:
                return self._abandon()
        self._ended.set()
        self._tell(0)
        self._log.close()
        if self._storage_error is not None:
            raise self._storage_error
        return self._exit_code

    def _look(self, inbox: wishes.Inbox) -> None:
        """Pass wishes on, also while the listener's reader is slow or stands still."""
        while not self._ended.wait(_LOOK_EVERY):
            for wish in inbox.look():
                self.control.ask(wish)

    def _abandon(self) -> int:
        """End without waiting for the training thread; the caller must leave the process at once."""
        code = int(ExitCode.INTERRUPTED)
        self.publish(events.RunEnded("stopped", "interrupted twice: the last checkpoint stands", None, 0.0, None, code))
        self._tell(0)
        return code

    def _train(self, plan: Recipe, before: RunState) -> None:
        from tuiml.train.thread import train

        try:
            self._exit_code = train(self._folder, plan, before, self.control, self.publish).exit_code
        except StorageError as error:  # facts can no longer be written: the one failure that the log cannot tell
            self._storage_error = error

    def _tell(self, wait: float) -> None:
        """Hand facts over for `wait` seconds, or, with 0, those that are there. A listener that fails is dropped."""
        until = time.monotonic() + wait
        while not wait or time.monotonic() < until:
            try:
                record = self._facts.get(timeout=max(until - time.monotonic(), 0)) if wait else self._facts.get_nowait()
            except queue.Empty:
                return
            if self._listener is not None:
                try:
                    self._listener(record)
                except (OSError, ValueError) as error:  # its terminal or pipe is gone; training is not
                    print(f"listener dropped: {error}", file=sys.stderr)  # noqa: T201  into runner.log
                    self._listener = None


def leave_if_abandoned(code: int) -> None:
    """End the process at once when a training thread still computes, as after a second Ctrl-C; else do nothing."""
    if any(thread.name == _TRAINING and thread.is_alive() for thread in threading.enumerate()):
        sys.stdout.flush()
        os._exit(code)


@contextmanager
def _signals(runner: _Runner, foreground: bool) -> Iterator[None]:
    """Turn signals into wishes for as long as a run lasts."""
    first: dict[int, float] = {}

    def stop(number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        if number == signal.SIGINT and time.monotonic() - first.get(number, -_QUIT_WITHIN) < _QUIT_WITHIN:
            runner.quit_now = True
        first[number] = time.monotonic()
        runner.control.ask(wishes.make("stop", name))

    def ignore(number: int, frame: FrameType | None) -> None:
        """A handler of our own rather than SIG_IGN, which child processes would inherit."""

    handlers = {signal.SIGINT: stop, signal.SIGTERM: stop, signal.SIGHUP: stop if foreground else ignore}
    ours = {number: handler for number, handler in handlers.items() if signal.getsignal(number) != signal.SIG_IGN}
    earlier = {number: signal.signal(number, handler) for number, handler in ours.items()}  # nohup's wish is respected
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
