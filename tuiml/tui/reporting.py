"""Handing over what a thread found, unless its screen has gone meanwhile: cancelling a worker stops no thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.worker import get_current_worker


def report(app: App[Any], take: Callable[..., object], *found: object) -> None:
    """Call `take` on the UI loop, from a thread worker that has not been cancelled."""
    if not get_current_worker().is_cancelled:
        app.call_from_thread(take, *found)
