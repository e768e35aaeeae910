"""The form: what it shows at first, how it answers typing, and what Train does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from tests.tui.conftest import running, screen_text, settle, until
from tuiml import knobs
from tuiml.recipe import Recipe, compose
from tuiml.runs.folder import RunFolder
from tuiml.tasks import catalog
from tuiml.tui import form
from tuiml.tui.app import TuimlApp
from tuiml.tui.screens.live import Live

MakeApp = Callable[..., TuimlApp]
