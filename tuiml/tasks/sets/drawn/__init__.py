"""Tasks drawn by us: each shows one thing, and needs no network. Their random numbers are their own: every run gets the same rows."""

from __future__ import annotations

from tuiml.tasks.base import Task
from tuiml.tasks.sets.drawn import brands, coverage, curve, shapes

TASKS: tuple[Task, ...] = (brands.TASK, shapes.TASK, coverage.TASK, curve.TASK)
