"""Folders of pictures as people have them: mixed, rotated, broken, oddly named, hostile."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from tuiml.errors import DataError
from tuiml.fields import DataFields
from tuiml.tasks import catalog, check, duplicates, recipes
from tuiml.tasks.advice import advise
from tuiml.tasks.base import Data
from tuiml.tasks.files.decode import check_memory
from tuiml.tasks.files.folder import inspect, load
from tuiml.tasks.split import counts, split


def paint(
    file: Path, color: object = "red", size: tuple[int, int] = (20, 20), mode: str = "RGB", **options: object
) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, color).save(file, **options)  # type: ignore[arg-type]
    return file


def two_classes(root: Path, count: int = 5) -> Path:
    """Red and blue pictures, each of a shade of its own."""
    for number in range(count):
        paint(root / "red" / f"{number}.png", (255 - 4 * number, 0, 0))
        paint(root / "blue" / f"{number}.png", (0, 0, 255 - 4 * number))
    return root


def read(root: Path, size: int = 16, **fields: Any) -> Data:
    return load(root, DataFields(image_size=size, **fields), lambda text: None)


def error(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        inspect(root)
    return str(caught.value)


def test_real_photographs(flowers: Path) -> None:
    """Five kinds of flowers are found without opening a picture and read whole; a fifth of each is to be the test set."""
    task = catalog.find(f"folder:{flowers}")
    assert (task.kind, task.classes, task.rows) == (
        "one_of_n",
        ("daisy", "dandelion", "roses", "sunflowers", "tulips"),
        (200, 0),
    )
    recipe = recipes.default_recipe(task.name)
    assert check.check(recipe, task) == []
    told: list[str] = []
    data = task.load(recipe.data.model_dump(), told.append)
    assert (data.train_x.shape, data.test_x.shape, data.pictures) == ((200, 64, 64, 3), (0, 64, 64, 3), True)
    parts = split(data, recipe.data.model_dump(), 0)
    assert parts.test is not None
    assert (len(parts.train), len(parts.validation), len(parts.test)) == counts((200, 0), recipe.data.model_dump())
    assert np.bincount(data.train_y[parts.test]).tolist() == [8] * 5
    assert data.notices == parts.notices == ()
    assert told[-1] == "decoding pictures, 200 of 200"
    assert data.train_x.std() > 30


def test_reading_twice_gives_the_same_rows(flowers: Path) -> None:
    """Order and test set depend on the folder alone, not on the seed or the size of pictures."""
    first, second = read(flowers), read(flowers)
    np.testing.assert_array_equal(first.train_x, second.train_x)
    tests = [
        split(read(flowers, size), DataFields().model_dump(), seed).test for size, seed in ((16, 0), (16, 9), (32, 0))
    ]
    np.testing.assert_array_equal(tests[0], tests[1])
    np.testing.assert_array_equal(tests[0], tests[2])


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
    parts = split(data, recipes.default_recipe(f"folder:{tmp_path}").data.model_dump(), 3)
    assert (len(parts.train), len(parts.validation), parts.test) == (8, 6, None)
    assert np.bincount(data.train_y[parts.validation]).tolist() == [3, 3]
    assert [data.notices, parts.notices] != [(), ()], "equal shades of red lie in all three"


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
    assert "left out" not in " ".join(data.notices)
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
    assert (len(data.train_x), len(data.test_x), data.notices) == (10, 0, ())


def test_names_are_defused(tmp_path: Path) -> None:
    """A class folder's name cannot move the cursor."""
    for name in ("a\x1b[31m", "b"):
        for number in range(2):
            paint(tmp_path / name / f"{number}.png")
    assert inspect(tmp_path).classes == ("a\\x1b[31m", "b")


@pytest.mark.parametrize("names", [("Train", "Val", "Test"), ("training", "valid", "TESTING")])
def test_parts_go_by_the_names_that_people_give_them(tmp_path: Path, names: tuple[str, str, str]) -> None:
    """In any case, and as the tools write them that people take pictures from."""
    for number, name in enumerate(names):
        two_classes(tmp_path / name, 3 + number)
    found = inspect(tmp_path)
    assert {part: len(files) for part, files in found.parts.items()} == {"train": 6, "validation": 8, "test": 10}
    assert found.notices == ()


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
    (tmp_path / "blue" / "0.png").write_text("no picture")
    with pytest.raises(DataError, match=r"class 'red'.*is left out: .*empty"):
        read(tmp_path)


def test_a_folder_that_may_not_be_read_is_told() -> None:
    """Permission denied names the folder. Root reads everything, so as root the check runs as another user."""
    code = """
import os, sys
from pathlib import Path
from tuiml.errors import DataError
from tuiml.tasks.files.folder import inspect
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


def test_resizing_keeps_the_middle_all_of_it_or_the_frame(tmp_path: Path) -> None:
    """A wide picture, red in the middle third: crop shows red alone, pad adds black borders, stretch shows all of it."""
    two_classes(tmp_path / "train")
    (tmp_path / "test" / "red").mkdir(parents=True)
    wide = Image.new("RGB", (60, 20), "blue")
    wide.paste("red", (20, 0, 40, 20))
    wide.save(tmp_path / "test" / "red" / "wide.png")
    crop, pad, stretch = (read(tmp_path, 30, resize=how).test_x[0].astype(int) for how in ("crop", "pad", "stretch"))
    assert (crop[:, 2:-2, 0] > 200).all()
    assert (pad[:8] == 0).all()
    assert (pad[-8:] == 0).all()
    assert pad[15, 2].tolist() == pad[15, 27].tolist() == [0, 0, 255]
    assert (stretch[:, :8, 2] > 200).all()
    assert (stretch[:, 12:18, 0] > 200).all()


def test_gray_has_one_channel_everywhere(tmp_path: Path) -> None:
    """The task says so before a picture is opened, and the rows agree; luma as Pillow has it."""
    two_classes(tmp_path)
    fields = DataFields(image_size=16, color="gray")
    task = catalog.find(f"folder:{tmp_path}", fields)
    data = task.load(fields.model_dump(), lambda text: None)
    assert task.shape == data.shape == (16, 16, 1)
    assert {int(picture.max()) for picture in data.train_x[data.train_y == 0]} <= set(range(24, 31)), "blue is dark"
    recipe = recipes.build_recipe(task.name, sets=["data.image_size=16", "data.color=gray", "augment.ops=flip"])
    assert check.check(recipe, catalog.of(recipe)) == []


def test_uneven_classes_are_told_with_the_remedy(tmp_path: Path) -> None:
    """More than three to one: the counts, and the flag, which silences the sentence."""
    for number in range(13):
        paint(tmp_path / "many" / f"{number}.png", (255 - 9 * number, 0, 0))
    for number in range(4):
        paint(tmp_path / "few" / f"{number}.png", (0, 0, 255 - 9 * number))
    name = f"folder:{tmp_path}"

    def told(*sets: str) -> str:
        recipe = recipes.build_recipe(name, sets=["train.batch_size=4", *sets])
        assert advise(recipe, catalog.of(recipe)) == [], "what the task warns of is said once"
        return catalog.of(recipe).warning

    assert "The classes are uneven (many 13, few 4): --class-weights balanced" in told()
    assert told("data.class_weights=balanced") == ""
    (tmp_path / "many" / "0.png").unlink()
    assert told() == ""


def test_copied_pictures_are_named_and_stay_on_one_side(tmp_path: Path, flowers: Path) -> None:
    """A copy in another class is a wrong label; copies of real photographs, re-encoded without loss, never part."""
    photographs = sorted(flowers.glob("*/*.jpg"))[:60]
    for number, file in enumerate(photographs):
        label = "ab"[number % 2]
        (tmp_path / label).mkdir(exist_ok=True)
        (tmp_path / label / file.name).write_bytes(file.read_bytes())
        if number < 20:
            Image.open(file).save(tmp_path / label / f"copy of {number}.png")
    data = read(tmp_path, 32)
    assert data.notices == (), "copies in one class are no mistake"
    [alike] = duplicates.alike(data.train_x)
    assert len(data.train_x) - len(np.unique(alike)) == 20, "every copy is found, and nothing else"
    parts = split(data, DataFields(validation=0.3, test=0.3).model_dump(), 1)
    assert parts.test is not None
    for held_out in (parts.validation, parts.test):
        assert not np.isin(alike[held_out], alike[parts.train]).any()
    (tmp_path / "b" / "stray.jpg").write_bytes(photographs[0].read_bytes())
    [told] = read(tmp_path, 32).notices
    assert "in two classes" in told
    assert "stray.jpg" in told


def test_pictures_for_two_purposes_are_named(tmp_path: Path) -> None:
    """A test picture that is trained on, too, is found by its content, whatever it is called."""
    two_classes(tmp_path / "train", 6)
    paint(tmp_path / "test" / "red" / "another name.bmp", (255, 0, 0))
    data = read(tmp_path)
    assert ["for two purposes" in notice for notice in data.notices] == [True]
    assert "test/red/another name.bmp and train/red/0.png" in data.notices[0]
    [counted] = split(data, DataFields().model_dump(), 0).notices
    assert counted.startswith("1 of 1 test rows is equal to a training row")
