"""Keras' own data sets of texts."""

from __future__ import annotations

from tuiml.tasks.base import Task

TASKS: tuple[Task, ...] = ()
