"""Wishes on their way into the training thread: asked by the main thread, obeyed between two chunks of batches."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

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

    def ask(self, wish: Wish) -> None:
        """Queue a wish (main thread)."""
        with self._changed:
            self._wishes.append(wish)
            self._changed.notify_all()

    def clock(self) -> float:
        """Return seconds since some point in time (training thread), pauses left out."""
        now = time.perf_counter() if self._paused_at is None else self._paused_at
        return now - self._stood

    def obey(self, epoch: int, step: int) -> None:
        """Obey what has been asked so far (training thread); a pause lasts until a resume or a stop. Raises Stopped."""
        while (wish := self._next(wait=self._paused_at is not None)) is not None:
            self._publish(events.Wished(wish.id, wish.wish, wish.by, wish.value))
            if wish.wish == "stop":
                self._go_on()
                raise Stopped(wish)
            if wish.wish == "pause" and self._paused_at is None:
                self._paused_at = time.perf_counter()
                self._publish(events.Paused(epoch, step))
            elif wish.wish == "resume" and self._paused_at is not None:
                self._go_on()
                self._publish(events.Resumed(epoch, step))
            elif wish.wish == "add_epochs":
                self.added_epochs += max(wish.value or 0, 0)
            elif wish.wish == "save":
                self.save_wished = True

    def _go_on(self) -> None:
        if self._paused_at is not None:
            self._stood += time.perf_counter() - self._paused_at
            self._paused_at = None

    def _next(self, wait: bool) -> Wish | None:
        with self._changed:
            while wait and not self._wishes:
                self._changed.wait()
            return self._wishes.popleft() if self._wishes else None
