"""The house rules that a program can check."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted([*ROOT.glob("tuiml/**/*.py"), *ROOT.glob("augment/**/*.py")])


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_files_are_small_and_say_what_lives_in_them() -> None:
    """A module has at most about 300 lines and begins with a docstring."""
    long = {
        str(path.relative_to(ROOT)): count for path in MODULES if (count := len(path.read_text().splitlines())) > 310
    }
    silent = [str(path.relative_to(ROOT)) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))]

    assert long == {}
    assert silent == []


def test_functions_are_short() -> None:
    """At most 60 lines."""
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in MODULES
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno >= 60
    ]

    assert long == []


def test_no_room_is_a_lumber_room() -> None:
    """Nouns of the field, no utils, helpers, manager, common or misc."""
    assert [
        path.name for path in MODULES if path.stem in ("utils", "helpers", "manager", "common", "misc", "util")
    ] == []


def test_every_test_says_what_it_claims() -> None:
    """A docstring on each test."""
    silent = [
        f"{path.name}:{node.name}"
        for path in ROOT.glob("tests/**/test_*.py")
        for node in functions(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]

    assert silent == []


def test_no_picture_has_lost_its_test() -> None:
    """Each snapshot is named after a test that there is, or a pose within one: parallel runs look for no others."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/tui"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    tests = {(Path(file).stem, name) for file, _, name in (line.partition("::") for line in listed) if name}
    pictures = {(path.parent.name, path.stem) for path in ROOT.glob("tests/tui/__snapshots__/*/*.svg")}
    lost = [
        picture
        for module, picture in sorted(pictures)
        if not any(module == file and f"{picture}[".startswith(f"{name}[") for file, name in tests)
    ]

    assert len(pictures) > 100
    assert lost == []


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "--diff", "tuiml", "augment", "tests"],
        ["mypy"],
        ["importlinter.cli", "lint_imports"],
    ],
    ids=["lint", "format", "types", "contracts"],
)
def test_the_tools_have_nothing_to_say(command: list[str]) -> None:
    """Format, lint, strict types, import contracts."""
    words = (
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
        if command[0].startswith("importlinter")
        else ["-m", *command]
    )
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]


HEAVY = ("tensorflow", "keras", "ray", "sklearn", "scipy")


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import augment", ("cv2", "PIL", "textual", "rich", "tuiml", *HEAVY)),
        ("import tuiml", ("numpy", "pydantic", "rich", *HEAVY)),
        ("from tuiml.cli.app import run; run(['--help'])", ("numpy", "textual", "cv2", "plotext", *HEAVY)),
        ("from tuiml.cli.app import run; run(['runs'])", ("numpy", "textual", "cv2", "plotext", *HEAVY)),
        ("import tuiml.tui.app, tuiml.tui.setup.screen", ("cv2", "plotext", "PIL.Image", *HEAVY)),
        ("import tuiml.tasks.catalog, tuiml.tasks.check, tuiml.tasks.split", ("cv2", "pooch", "PIL", *HEAVY)),
    ],
    ids=["augment", "tuiml", "help", "runs", "first screen", "tasks"],
)
def test_heavy_things_come_late(run_python: Callable[[str], str], code: str, absent: tuple[str, ...]) -> None:
    """A clean interpreter shows what an import really loads; a static graph cannot."""
    printed = run_python(f"{code}\nimport sys\nprint()\nprint([name for name in {absent!r} if name in sys.modules])")

    assert printed.splitlines()[-1] == "[]"
