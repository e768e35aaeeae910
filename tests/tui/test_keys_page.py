"""The page about the app tells the keys that there are."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_has_every_key() -> None:
    """As the table of actions has it: `python assets/write_keys.py` writes it."""
    found = runpy.run_path(str(ROOT / "assets" / "write_keys.py"))
    page = (ROOT / "docs" / "app.md").read_text(encoding="utf-8")

    assert page == found["written"](page)
