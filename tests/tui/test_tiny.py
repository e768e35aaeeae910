"""Terminals too small for anything: nothing breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import OptionList

from tests.tui.conftest import WrittenRun, running, settle
from tuiml.tui.app import TuimlApp

LISTS = {"presets": ("f2",), "recipes": ("f3",), "palette": ("ctrl+p",), "quit": ("ctrl+q",), "vary": ("v",)}


@pytest.mark.parametrize("place", LISTS)
async def test_lists_are_paged_through(
    make_app: Callable[..., TuimlApp], written: Callable[..., WrittenRun], place: str
) -> None:
    """Even where not one of their lines is in sight."""
    run = written()
    run.warm_up()
    run.train(1, 3)
    run.hold()
    async with running(make_app(watch=run.folder if place in ("quit", "vary") else None), (20, 5)) as pilot:
        await pilot.press(*LISTS[place])
        await settle(pilot)
        listed = pilot.app.screen.query_one(OptionList)
        listed.focus()
        listed.action_first()
        listed.action_page_down()
        listed.action_page_up()

        assert listed.highlighted == 0
