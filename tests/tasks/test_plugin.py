"""The plug-in of docs/plugins.md, taken from its text, installed beside the app and used like any other task."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "plugins.md"


def written(name: str) -> str:
    """Return a file of the example as the document has it."""
    found = re.search(rf"<!-- plug-in: {re.escape(name)} -->\n```\w+\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found, f"{DOCUMENT.name} has no file {name}"
    return found[1]


@pytest.fixture
def installed(tmp_path: Path) -> str:
    """A folder as pip leaves it, with the example in it; no network is needed for that."""
    site = tmp_path / "site"
    site.mkdir()
    project = tomllib.loads(written("pyproject.toml"))["project"]
    (site / "tuiml_spirals.py").write_text(written("tuiml_spirals.py"))
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    entries = project["entry-points"]["tuiml.tasks"].items()
    (info / "entry_points.txt").write_text(
        "\n".join(["[tuiml.tasks]", *(f"{name} = {value}" for name, value in entries)])
    )
    return str(site)


def test_the_example_is_about_twenty_lines() -> None:
    """What the document promises: one screen of code."""
    lines = [line for line in written("tuiml_spirals.py").splitlines() if line.strip()]
    assert len(lines) <= 22


def test_the_example_is_a_task_like_any_other(tuiml, installed: str) -> None:
    """It is listed, shown with its rows, and a dry run makes its recipe: all without TensorFlow."""
    listed = tuiml("tasks", "--json", PYTHONPATH=installed)
    shown = tuiml("tasks", "show", "spirals", "--json", PYTHONPATH=installed)
    dry = tuiml("--task", "spirals", "--preset", "line", "--dry-run", "--json", PYTHONPATH=installed)

    assert [task["title"] for task in json.loads(listed.stdout) if task["name"] == "spirals"] == ["Two spirals"]
    contents = json.loads(shown.stdout)["contents"]
    assert sum(contents["rows"].values()) == 1000
    assert contents["balance"]["first arm"]["test"] == 100
    assert json.loads(dry.stdout)["recipe"]["model"]["layers"] == []


@pytest.mark.tf
def test_the_example_trains(tuiml, installed: str) -> None:
    """Its default recipe tells the arms apart, and a run folder is left as by any task."""
    done = tuiml("--task", "spirals", "--json", "--quiet", PYTHONPATH=installed)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["status"] == "finished"
    assert result["metrics"]["test_accuracy"] > 0.9
