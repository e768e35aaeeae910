"""Tasks drawn by us: each shows one thing, and needs no network."""

from __future__ import annotations

from tuiml.tasks.base import Task

TASKS: tuple[Task, ...] = ()
