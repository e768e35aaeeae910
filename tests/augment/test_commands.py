"""Claims about the command line and about what importing costs."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import augment
from augment.__main__ import main


@pytest.fixture
def photo(tmp_path):
    """A small RGB picture on disk."""
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)).save(path)
    return path


def test_list_names_every_op(capsys):
    """`augment list` shows each op with an example; `augment list NAME` its parameters."""
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert all(op.example in out and op.summary in out for op in augment.catalog().values())
    assert main(["list", "shift"]) == 0
    out = capsys.readouterr().out
    assert all(parameter.name in out for parameter in augment.catalog()["shift"].parameters())


def test_preview_writes_a_sheet_and_tells_what_it_drew(photo, tmp_path, capsys):
    """The sheet holds the picture and its copies; stdout has one line per copy; the same seed draws the same."""
    outputs = []
    for name in ("a.png", "b.png"):
        output = tmp_path / name
        arguments = ["--ops", "flip,rotate:15,crop:20px:resize=none,noise,rescale", "--copies", "5", "--seed", "3"]
        assert main(["preview", str(photo), *arguments, "--output", str(output)]) == 0
        outputs.append((capsys.readouterr().out.splitlines()[:-1], augment.read_image(output)))
    lines, sheet = outputs[0]
    assert len(lines) == 5
    assert "rotate" in lines[0]
    assert sheet.shape == (2 * 34 + 4, 3 * 44 + 4, 3)
    assert np.array_equal(sheet[4:34, 4:44], augment.read_image(photo))
    assert outputs[1][0] == lines
    assert np.array_equal(outputs[1][1], sheet)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["preview", "PHOTO", "--ops", "rotat:15,zoom:99"], 2, "did you mean 'rotate'"),
        (["preview", "PHOTO", "--ops", "crop:300px"], 2, "larger than the picture"),
        (["preview", "PHOTO", "--ops", "flip", "--copies", "0"], 2, "1..100"),
        (["preview", "PHOTO", "--ops", "flip", "--output", "PHOTO"], 2, "overwritten"),
        (["preview", "no\x1b[31msuch.png", "--ops", "flip"], 3, "no such file"),
        (["preview", "PHOTO", "--ops", "flip", "--output", "/no/such/folder/x.png"], 3, "cannot be written"),
        (["preview", "PHOTO", "--ops", "flip", "--output", "x.unknown"], 3, "cannot be written"),
        (["list", "rotat"], 2, "did you mean 'rotate'"),
    ],
)
def test_errors_are_one_line_and_have_an_exit_code(arguments, code, words, photo, capsys):
    """2 for usage, 3 for files; one line on stderr without escape sequences, nothing on stdout."""
    before = photo.read_bytes()
    assert main([str(photo) if a == "PHOTO" else a for a in arguments]) == code
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.err.count("\n") == 1
    assert "\x1b" not in captured.err
    assert not captured.out
    assert photo.read_bytes() == before


def test_importing_is_cheap():
    """`import augment` loads no Pillow, OpenCV or NumPy; parsing loads no Pillow and no OpenCV."""
    code = (
        "import sys, augment; heavy = lambda: sorted({'PIL', 'cv2', 'numpy'} & set(sys.modules));"
        "print(heavy()); augment.parse('flip,rotate:15:color=red').check((28, 28, 1)); print(heavy());"
        "assert set(augment.__all__) <= set(dir(augment)); [getattr(augment, name) for name in augment.__all__]"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["[]", "['numpy']"]
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = augment.nonsense


def test_the_module_runs():
    """`python -m augment` without a command is a usage error."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-m", "augment"], capture_output=True, text=True, env=environment)
    assert done.returncode == 2
    assert "usage: augment" in done.stderr
