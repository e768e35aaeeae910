"""Folders of pictures as people have them: mixed, rotated, broken, oddly named, hostile."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from tuiml.errors import DataError
from tuiml.tasks import catalog, check, recipes
from tuiml.tasks.base import Data
from tuiml.tasks.decode import check_memory
from tuiml.tasks.folder import inspect, load
from tuiml.tasks.split import split


def paint(
    file: Path, color: object = "red", size: tuple[int, int] = (20, 20), mode: str = "RGB", **options: object
) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(file, **options)  # type: ignore[arg-type]
    return file


def two_classes(root: Path, count: int = 5) -> Path:
    for number in range(count):
        paint(root / "red" / f"{number}.png")
        paint(root / "blue" / f"{number}.png", "blue")
    return root


def read(root: Path, size: int = 16) -> Data:
    return load(root, size, lambda text: None)


def error(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        inspect(root)
    return str(caught.value)


def test_real_photographs(flowers: Path) -> None:
    """Five kinds of flowers are found without opening a picture, read whole, and a fifth of each is the test set."""
    task = catalog.find(f"folder:{flowers}")
    assert (task.kind, task.classes, task.rows) == (
        "one_of_n",
        ("daisy", "dandelion", "roses", "sunflowers", "tulips"),
        (160, 40),
    )
    recipe = recipes.default_recipe(task.name)
    assert check.check(recipe, task) == []
    told: list[str] = []
    data = task.load(recipe.data.model_dump(), told.append)
    assert (data.train_x.shape, data.test_x.shape, data.pictures) == ((160, 64, 64, 3), (40, 64, 64, 3), True)
    assert np.bincount(data.test_y).tolist() == [8] * 5
    assert data.notices == ()
    assert told[-1] == "decoding pictures, 200 of 200"
    assert data.train_x.std() > 30


def test_reading_twice_gives_the_same_rows(flowers: Path) -> None:
    """Order and test set depend on the folder alone."""
    first, second = read(flowers), read(flowers)
    np.testing.assert_array_equal(first.train_x, second.train_x)
    np.testing.assert_array_equal(first.test_y, second.test_y)


def test_training_rows_are_mixed(tmp_path: Path) -> None:
    """The first rows, as `data.split = first` takes them, are not all of one class."""
    data = read(two_classes(tmp_path, 20))
    assert set(data.train_y[:10]) == {0, 1}


def test_two_classes_are_binary(tmp_path: Path) -> None:
    """One sigmoid unit is enough for two kinds of pictures."""
    assert catalog.find(f"folder:{two_classes(tmp_path)}").kind == "binary"


def test_train_validation_and_test_folders_are_used_as_they_are(tmp_path: Path) -> None:
    """Nothing is drawn where the folder says what is for what; `val` is another word for validation."""
    for part, count in (("train", 4), ("val", 3), ("test", 2)):
        two_classes(tmp_path / part, count)
    data = read(tmp_path)
    assert (len(data.train_x), len(data.test_x)) == (14, 4)
    assert catalog.find(f"folder:{tmp_path}").rows == (14, 4)
    assert data.fixed_validation is not None
    training, validation = split(data, recipes.default_recipe(f"folder:{tmp_path}").data.model_dump(), 3)
    assert (len(training), len(validation)) == (8, 6)
    assert np.bincount(data.train_y[validation]).tolist() == [3, 3]


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    """Trains and cars: a folder `train` with pictures, not folders, in it is a class."""
    for name in ("train", "car"):
        for number in range(3):
            paint(tmp_path / name / f"{number}.png")
    assert inspect(tmp_path).classes == ("car", "train")


def test_every_mode_becomes_rgb(tmp_path: Path) -> None:
    """Gray, palette, alpha, print colors, 16 bits and 1 bit: the color seen is the color read."""
    seen = {
        "L.png": ("L", 100, (100,) * 3),
        "LA.png": ("LA", (100, 255), (100,) * 3),
        "I16.png": ("I;16", 100 * 256, (100,) * 3),
        "1.png": ("1", 1, (255,) * 3),
        "RGBA.png": ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        "clear.png": ("RGBA", (10, 20, 30, 0), (255,) * 3),
        "CMYK.tif": ("CMYK", (0, 255, 255, 0), (255, 0, 0)),
        "RGB.bmp": ("RGB", (9, 8, 7), (9, 8, 7)),
    }
    for name, (mode, color, _) in seen.items():
        paint(tmp_path / "test" / "some" / name, color, mode=mode)
    Image.new("RGB", (20, 20), (50, 60, 70)).quantize().save(tmp_path / "test" / "some" / "P.gif")
    seen["P.gif"] = ("P", None, (50, 60, 70))
    two_classes(tmp_path / "train")
    paint(tmp_path / "train" / "some" / "0.png")
    data = read(tmp_path)
    assert data.notices == ()
    for name, picture in zip(sorted(seen), data.test_x, strict=True):
        np.testing.assert_allclose(picture[8, 8], seen[name][2], atol=2, err_msg=name)


def test_pictures_are_turned_upright_and_cut_to_the_middle(tmp_path: Path) -> None:
    """EXIF orientation is obeyed; a wide picture loses its sides, not its shape."""
    two_classes(tmp_path / "train")
    (tmp_path / "test" / "red").mkdir(parents=True)
    wide = Image.new("RGB", (60, 20), "blue")
    wide.paste("red", (20, 0, 40, 20))
    wide.paste("white", (20, 0, 40, 10))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    wide.save(tmp_path / "test" / "red" / "turned.jpg", exif=exif, quality=95)
    picture = read(tmp_path).test_x[0].astype(int)
    assert (picture[2, :, 1] < 80).all(), "upright, red is above"
    assert (picture[13, :, 1] > 180).all(), "and white below"
    assert (picture[:, :, 0] > 150).all(), "the blue sides are cut off"


def test_what_cannot_be_decoded_is_left_out_and_named(tmp_path: Path) -> None:
    """Empty, truncated, a PostScript or SVG under a picture's name, a bomb: each is one notice, none stops the run."""
    root = two_classes(tmp_path, 20)
    whole = paint(tmp_path / "whole.jpg", size=(300, 300)).read_bytes()
    hostile = {
        "empty.jpg": b"",
        "half.jpg": whole[: len(whole) // 2],
        "script.jpg": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "drawing.jpg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "text.png": b"hello",
        "esc\x1b[2J.png": b"",
    }
    for name, content in hostile.items():
        (root / "red" / name).write_bytes(content)
    Image.new("1", (20_000, 20_000)).save(root / "red" / "bomb.png")
    data = read(root)
    assert len(data.train_x) + len(data.test_x) == 40
    assert len(data.notices) == len(hostile) + 1
    for name in ("empty.jpg", "half.jpg", "script.jpg", "drawing.jpg", "text.png", "bomb.png", "esc\\x1b[2J.png"):
        assert any(name in notice for notice in data.notices)
    assert "\x1b" not in "".join(data.notices)


def test_what_is_not_a_visible_picture_file_is_skipped(tmp_path: Path) -> None:
    """Hidden files, other files, pipes, folders called x.jpg, dangling and looping links: no notice, no wait."""
    root = two_classes(tmp_path)
    (root / ".git").mkdir()
    (root / "README.txt").write_text("")
    (root / "red" / ".hidden.png").write_bytes(b"")
    (root / "red" / "notes.txt").write_text("")
    (root / "red" / "folder.jpg").mkdir()
    os.mkfifo(root / "red" / "pipe.jpg")
    (root / "red" / "nowhere.jpg").symlink_to("gone.jpg")
    (root / "red" / "itself.jpg").symlink_to("itself.jpg")
    (root / "itself").symlink_to("itself")
    (root / "red" / "up").symlink_to("..")
    data = read(root)
    assert (len(data.train_x), len(data.test_x), data.notices) == (8, 2, ())


def test_names_are_defused(tmp_path: Path) -> None:
    """A class folder's name cannot move the cursor."""
    for name in ("a\x1b[31m", "b"):
        for number in range(2):
            paint(tmp_path / name / f"{number}.png")
    assert inspect(tmp_path).classes == ("a\\x1b[31m", "b")


def test_a_folder_beside_train_is_named(tmp_path: Path) -> None:
    """Pictures that are not looked at are no secret."""
    for part in ("train", "test", "more"):
        two_classes(tmp_path / part)
    assert "more" in inspect(tmp_path).notices[0]


def test_folders_that_are_no_task_are_told_apart(tmp_path: Path) -> None:
    """Missing, a file, empty, one class, a class without pictures or with too few: reason, name and what is expected."""
    assert "does not exist" in error(tmp_path / "gone")
    (tmp_path / "file").write_text("")
    assert "is not a folder" in error(tmp_path / "file")
    (tmp_path / "empty").mkdir()
    assert "no class folders" in error(tmp_path / "empty")
    paint(tmp_path / "one" / "red" / "0.png")
    assert "one class only, 'red'" in error(tmp_path / "one")
    (tmp_path / "one" / "blue").mkdir()
    assert "'blue'" in error(tmp_path / "one")
    assert "no pictures" in error(tmp_path / "one")
    paint(tmp_path / "one" / "blue" / "0.png")
    assert "one picture" in error(tmp_path / "one")
    assert "DIR/class/*.jpg" in error(tmp_path / "one")
    two_classes(tmp_path / "parts" / "train")
    paint(tmp_path / "parts" / "test" / "green" / "0.png")
    assert "'green'" in error(tmp_path / "parts")


def test_a_class_whose_pictures_are_all_broken_is_an_error(tmp_path: Path) -> None:
    """Without a single training picture there is nothing to learn of a class."""
    two_classes(tmp_path)
    for file in (tmp_path / "red").iterdir():
        file.write_bytes(b"")
    with pytest.raises(DataError, match=r"class 'red'.*is left out"):
        read(tmp_path)


def test_a_folder_that_may_not_be_read_is_told() -> None:
    """Permission denied names the folder. Root reads everything, so as root the check runs as another user."""
    code = """
import os, sys
from pathlib import Path
from tuiml.errors import DataError
from tuiml.tasks.folder import inspect
if os.geteuid() == 0:
    os.setuid(65534)
try:
    inspect(Path(sys.argv[1]))
except DataError as error:
    print(error)
"""
    with tempfile.TemporaryDirectory() as name:  # tmp_path lies in folders that another user may not enter
        root = two_classes(Path(name))
        root.chmod(0o755)
        (root / "red").chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", code, name],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[2],
        )
        (root / "red").chmod(0o700)
    assert f"{name}/red cannot be read (Permission denied)" in done.stdout


def test_pictures_that_would_fill_the_memory_are_refused(tmp_path: Path) -> None:
    """Before decoding, with the size that would fit."""
    count = psutil.virtual_memory().total // (512 * 512 * 3)
    with pytest.raises(DataError, match=r"--image-size \d+"):
        check_memory(tmp_path, count, 512)
    check_memory(tmp_path, 1, 512)
