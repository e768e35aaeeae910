"""Handing over what a thread found, unless its screen has gone meanwhile: cancelling a worker stops no thread."""

from __future__ import annotations

from collections.abc import Callable

from textual.message_pump import MessagePump
from textual.worker import get_current_worker


def report(node: MessagePump, take: Callable[..., object], *found: object) -> None:
    """Call `take` on the UI loop, from a thread worker of `node` that has not been cancelled."""
    if not get_current_worker().is_cancelled:  # a screen that has gone has no app either
        node.app.call_from_thread(take, *found)
