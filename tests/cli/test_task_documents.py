"""docs/tasks.md: it names what there is, and its commands and files are ones that work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tuiml.cli.app import run
from tuiml.tasks import catalog, recipes

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "tasks.md").read_text()
COMMANDS = sorted(
    {line for block in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL) for line in block.splitlines() if line}
    | set(re.findall(r"`(tuiml --task [^`]+)`", DOCUMENT))
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document's own files, and class folders of pictures, where its commands expect them."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("own")
    for name, content in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", DOCUMENT, re.DOTALL):
        (folder / name).write_text(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        exec(compile((folder / "waves.py").read_text(), "waves.py", "exec"), {})
    for number, name in enumerate(("cats", "dogs")):
        (folder / "photos" / name).mkdir(parents=True)
        for copy in range(10):
            Image.new("RGB", (40, 30), (number * 200, copy * 20, 0)).save(folder / "photos" / name / f"{copy}.png")
    return folder


@pytest.mark.parametrize("name", catalog.TASKS)
def test_every_task_has_its_line(name: str) -> None:
    """Name, rows, default network and presets in the table are those of the catalog."""
    task, model = catalog.find(name), recipes.default_recipe(name).model
    lines = [line for line in DOCUMENT.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
    assert task.rows is not None
    assert f"{task.rows[0]:,} + {task.rows[1]:,}" in lines[0]
    assert lines[0].split("|")[4].strip().startswith(f"{model.preset} {'-'.join(map(str, model.layers))}")
    assert model.preset != "cnn" or f"dense {'-'.join(map(str, model.dense))}" in lines[0]
    assert re.findall(r"`(\w+)`", lines[0].split("|")[5]) == list(task.presets)


def test_there_are_commands_for_every_kind_of_own_file() -> None:
    """The next test has something to try."""
    assert all(any(beginning in command for command in COMMANDS) for beginning in catalog.FILES)
    assert len(COMMANDS) > 15


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood(
    command: str, files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each makes a recipe that its task can be trained by, or shows what it says it shows."""
    monkeypatch.chdir(files)
    words = shlex.split(command)[1:]
    code = run([*words, "--dry-run"] if words[0] == "--task" else words)
    assert code == 0, capsys.readouterr().err
