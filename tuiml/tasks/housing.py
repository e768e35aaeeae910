"""House prices: Keras' own tables."""

from __future__ import annotations

from tuiml.tasks.base import Task

TASKS: tuple[Task, ...] = ()
