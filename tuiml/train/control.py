"""Wishes on their way into the training thread: asked by the main thread, obeyed between two chunks of batches."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tuiml import events
from tuiml.runs.wishes import Wish

Publish = Callable[[events.Event], None]


class Stopped(Exception):
    """Raised on the training thread when a stop was wished."""

    def __init__(self, wish: Wish) -> None:
        super().__init__(f"stopped by {wish.by}")
        self.wish = wish


class Control:
    """The one thing both threads of a runner share."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._changed = threading.Condition()
        self._wishes: deque[Wish] = deque()
        self.added_epochs = 0
        self._stood = 0.0  # seconds of the pauses that are over
        self._paused_at: float | None = None
        self.save_wished = False
        self._save: Callable[[], None] = lambda: None
        self._stepping = False  # a step was wished for, and its epoch has not ended
        self._stepped = False  # it has ended, and no other has begun

    def ask(self, wish: Wish) -> None:
        """Queue a wish (main thread)."""
        with self._changed:
            self._wishes.append(wish)
            self._changed.notify_all()

    def clock(self) -> float:
        """Return seconds since some point in time (training thread), pauses left out."""
        now = time.perf_counter() if self._paused_at is None else self._paused_at
        return now - self._stood

    @contextmanager
    def saving(self, save: Callable[[], None]) -> Iterator[None]:
        """Let `save`, which takes `save_wished` back, answer a wish to save that comes in a pause (training thread)."""
        before, self._save = self._save, save
        try:
            yield
        finally:
            self._save = before

    def obey(self, epoch: int, step: int) -> None:
        """Obey what has been asked so far (training thread); a pause lasts until a resume or a stop.

        Raises Stopped, and in a pause what `saving` raises.
        """
        while (wish := self._next(wait=self._paused_at is not None)) is not None:
            self._publish(events.Wished(wish.id, wish.wish, wish.by, wish.value))
            if wish.wish == "stop":
                self._go_on()
                raise Stopped(wish)
            if wish.wish in ("pause", "resume", "step"):
                self._move(wish, epoch, step)
            elif wish.wish == "add_epochs":
                self.added_epochs += max(wish.value or 0, 0)
            elif wish.wish == "save":
                self.save_wished = True
                if self._paused_at is not None:  # nobody looks at it before the pause is over
                    self._save()

    def epoch_ended(self) -> None:
        """An epoch and its validation are over (training thread): a step that was wished for is done."""
        self._stepped, self._stepping = self._stepping, False

    def epoch_begins(self, done: int, steps: int) -> None:
        """Stand still where a step is done, `done` epochs of `steps` batches after the first (training thread). Raises Stopped.

        Where no other epoch is to begin nobody waits: the run is over.
        """
        if self._stepped:
            self._stand(done, steps)
            self.obey(done, steps)

    def _move(self, wish: Wish, epoch: int, step: int) -> None:
        """Pause, go on, or go on to the end of an epoch; whichever is wished for last holds."""
        self._stepping, self._stepped = wish.wish == "step", False
        if wish.wish == "pause" and self._paused_at is None:
            self._stand(epoch, step)
        elif wish.wish != "pause" and self._paused_at is not None:
            self._go_on()
            self._publish(events.Resumed(epoch, step))

    def _stand(self, epoch: int, step: int) -> None:
        self._stepped = False
        self._paused_at = time.perf_counter()
        self._publish(events.Paused(epoch, step))

    def _go_on(self) -> None:
        if self._paused_at is not None:
            self._stood += time.perf_counter() - self._paused_at
            self._paused_at = None

    def _next(self, wait: bool) -> Wish | None:
        with self._changed:
            while wait and not self._wishes:
                self._changed.wait()
            return self._wishes.popleft() if self._wishes else None
