"""The user's own arrays: tables, sequences and pictures by their rank, and one clear error for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuiml.errors import DataError, RecipeError, TuimlError
from tuiml.fields import DataFields
from tuiml.tasks import catalog
from tuiml.tasks.base import Data, Task

Save = Callable[..., Path]
RANDOM = np.random.default_rng(0)
LABELS = np.arange(60) % 3


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Save arrays by name into arrays.npz."""

    def go(**arrays: Any) -> Path:
        np.savez(tmp_path / "arrays.npz", **arrays)
        return tmp_path / "arrays.npz"

    return go


def task(path: Path, **fields: Any) -> Task:
    return catalog.find(f"npz:{path}", DataFields(**fields))


def load(path: Path, **fields: Any) -> Data:
    return task(path, **fields).load(DataFields(**fields).model_dump(), lambda text: None)


def test_rank_2_is_a_table(save: Save) -> None:
    """Columns f0, f1, ... of float64 cells, gaps kept for the preparation."""
    x = RANDOM.normal(size=(60, 4)).astype(np.float32)
    x[3, 1] = np.nan
    path = save(x=x, y=LABELS)
    data = load(path)

    assert (data.form, task(path).form) == ("table", "table")
    assert [column.name for column in data.columns] == ["f0", "f1", "f2", "f3"]
    np.testing.assert_array_equal(data.train_x, x.astype(np.float64))
    assert (task(path).kind, data.classes, task(path).rows) == ("one_of_n", ("0", "1", "2"), (60, 0))
    with pytest.raises(RecipeError, match="f9"):
        task(path, drop="f9")


def test_rank_3_is_sequences_and_of_bytes_gray_pictures(save: Save) -> None:
    """Floats (rows, steps, features) stay as they are; bytes (rows, h, w) get a channel, and a notice says so."""
    x = RANDOM.normal(size=(60, 5, 2))
    data = load(save(x=x, y=LABELS))
    assert (data.form, data.train_x.dtype, data.shape) == ("features", np.float32, (5, 2))

    pictures = load(save(x=RANDOM.integers(0, 256, (60, 8, 7), np.uint8), y=LABELS))
    assert (pictures.form, pictures.shape) == ("pictures", (8, 7, 1))
    assert any("gray" in notice for notice in pictures.notices)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("scale", ["bytes", "0..1", "0..255", "wide"])
def test_rank_4_is_the_same_pictures_however_stored(save: Save, channels: int, first: bool, scale: str) -> None:
    """Either channel order; bytes, fractions, floats or wide whole numbers: always the same bytes (n, h, w, c)."""
    pictures = RANDOM.integers(0, 256, (30, 9, 8, channels), np.uint8)
    stored = np.moveaxis(pictures, -1, 1) if first else pictures
    stored = {"bytes": stored, "0..1": stored / 255, "0..255": stored.astype(np.float32), "wide": stored.astype(int)}[
        scale
    ]
    path = save(x_train=stored[:20], y_train=LABELS[:20], x_test=stored[20:], y_test=LABELS[20:30])
    data = load(path)

    assert (data.form, task(path).form, task(path).shape) == ("pictures", "pictures", (9, 8, channels))
    assert data.train_x.dtype == data.test_x.dtype == np.uint8
    np.testing.assert_array_equal(np.concatenate([data.train_x, data.test_x]), pictures)
    assert task(path).rows == (20, 10)
    assert any("channels first" in notice for notice in data.notices) == first
    assert any("255" in notice for notice in data.notices) == (scale == "0..1")


@pytest.mark.parametrize(
    ("y", "kind", "classes"),
    [
        (LABELS, "one_of_n", ("0", "1", "2")),
        (LABELS.astype(np.uint8) % 2, "binary", ("0", "1")),
        (LABELS % 2 == 0, "binary", ("0", "1")),
        (np.eye(3)[LABELS], "one_of_n", ("0", "1", "2")),
        (np.array(["b", "a", "c"])[LABELS], "one_of_n", ("a", "b", "c")),
        (np.array([b"b", b"a"])[LABELS % 2], "binary", ("a", "b")),
        (np.array([[1, 1], [0, 1], [0, 0]])[LABELS], "many_of_n", ("y0", "y1")),
        (np.linspace(-3, 9, 60), "value", ()),
        (np.linspace(-3, 9, 60)[:, None], "value", ()),
        (np.linspace(0, 1, 60), "share", ()),
        (RANDOM.normal(size=(60, 2)), "value", ()),
        (np.arange(60) % 12, "one_of_n", tuple(map(str, range(12)))),
        (np.arange(60) * 7, "value", ()),
    ],
    ids=[
        *("numbers", "bytes", "booleans", "one-hot", "texts", "encoded texts", "labels", "value", "column", "share"),
        *("targets", "without a hole", "many holes"),
    ],
)
def test_the_kind_follows_from_y(save: Save, y: np.ndarray, kind: str, classes: tuple[str, ...]) -> None:
    """Class numbers, texts, rows of zeros with a one, several labels, numbers: each is what it looks like."""
    path = save(x=RANDOM.normal(size=(60, 2)), y=y)
    data = load(path)

    assert (task(path).kind, data.classes) == (kind, classes)
    assert data.outputs == task(path).outputs
    if kind in ("binary", "one_of_n"):
        assert data.train_y.dtype == np.int64
        assert data.train_y.shape == (60,)
    if y.ndim == 2 and y.shape[1] == 3:
        np.testing.assert_array_equal(data.train_y, LABELS)


def test_test_rows_have_the_classes_of_training_rows(save: Save) -> None:
    """Texts of both parts are numbered together."""
    y = np.array(["c", "a", "b"])[LABELS]
    x = RANDOM.normal(size=(60, 2))
    data = load(save(x_train=x[:45], y_train=y[:45], X_test=x[45:], Y_test=y[45:]))

    assert [data.classes[label] for label in (*data.train_y, *data.test_y)] == y.tolist()


def test_groups_times_and_unused_arrays(save: Save) -> None:
    """`data.split` names an array of one value per row; what is not used is named."""
    x = RANDOM.normal(size=(60, 5, 2))
    days = np.datetime64("2026-01-01") + RANDOM.permutation(60)
    path = save(x=x, y=LABELS, who=LABELS.astype(str), day=days, notes=np.zeros(3))
    grouped, timed = load(path, split="group:who"), load(path, split="time:day")

    assert grouped.groups is not None
    assert grouped.groups.tolist() == LABELS.astype(str).tolist()
    assert timed.times is not None
    assert np.argsort(timed.times).tolist() == np.argsort(days).tolist()
    assert any("day, notes" in notice for notice in grouped.notices)
    for split, words in (("group:whom", "'who'"), ("time:notes", "one per training row"), ("time:who", "datetime64")):
        with pytest.raises(TuimlError, match=words):
            load(path, split=split)


X = RANDOM.normal(size=(60, 4))
RAGGED = np.empty(60, object)
RAGGED[:] = [[1], [1, 2]] * 30
GAP = np.where(np.arange(60) == 7, np.nan, 1.0 * LABELS)

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "other names": ({"X_data": X, "y": LABELS}, "holds X_data, y; expected x and y"),
    "spoken names": ({"data": X, "labels": LABELS}, r"Rename them: .*x=a\['data'\], y=a\['labels'\]"),
    "no y": ({"x": X}, "Missing: y"),
    "half a test set": ({"x_train": X, "y_train": LABELS, "x_test": X}, r"Missing: y_test\.$"),
    "whole numbers beyond 2**53": (
        {"x": np.arange(60, dtype=np.uint64)[:, None] + 2**63, "y": LABELS},
        "x holds whole",
    ),
    "huge class numbers": ({"x": X, "y": LABELS + 2**60}, "y holds whole numbers up to 1,152"),
    "nothing": ({}, "holds nothing"),
    "lengths": ({"x": X, "y": LABELS[:-1]}, "x has 60 rows and y has 59"),
    "no rows": ({"x": X[:0], "y": LABELS[:0]}, "no rows"),
    "a single value": ({"x": X, "y": np.float64(3)}, "single value"),
    "objects in x": ({"x": RAGGED, "y": LABELS}, "array x holds Python objects.*pickle.*Refused"),
    "objects in y": ({"x": X, "y": np.array(["a", None, 3] * 20, object)}, "array y holds Python objects"),
    "nan in y": ({"x": X, "y": GAP}, "y is not finite in 1 rows, first in row 7"),
    "one value": ({"x": X, "y": np.ones(60)}, "one value in all 60 rows"),
    "dates in y": ({"x": X, "y": np.datetime64("2026-01-01") + LABELS}, "expected numbers or texts"),
    "deep y": ({"x": X, "y": np.zeros((60, 2, 2))}, "y has the shape"),
    "texts in x": ({"x": X.astype(str), "y": LABELS}, "x holds <U.*expected numbers"),
    "rank 1": ({"x": X[:, 0], "y": LABELS}, r"x has the shape \(60,\)"),
    "rank 5": ({"x": X.reshape(60, 1, 1, 2, 2), "y": LABELS}, "x has the shape"),
    "infinite": ({"x": np.where(X > 2, np.inf, X), "y": LABELS}, "infinite"),
    "seven channels": ({"x": np.zeros((60, 7, 8, 7)), "y": LABELS}, "1, 3 or 4 channels"),
    "standardized pictures": ({"x": X.reshape(60, 2, 2, 1), "y": LABELS}, "between -.*standardized"),
    "huge numbers": ({"x": X, "y": X[:, 0] * 1e30}, "squared"),
    "shapes": ({"x_train": X, "y_train": LABELS, "x_test": X[:, :3], "y_test": LABELS}, "expected the same"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_one_sentence(save: Save, case: str) -> None:
    """Which file, which array, what was expected; never a traceback, and an exit code of 2 or 3."""
    arrays, words = WRONG[case]
    with pytest.raises(TuimlError, match=words) as caught:
        task(save(**arrays))

    assert caught.value.exit_code in (2, 3)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95, 0.999])
def test_damaged_archives_are_one_sentence(save: Save, share: float) -> None:
    """Cut off anywhere, or with bytes turned in the middle: told as damaged, nothing else escapes."""
    path = save(x=X, y=LABELS)
    whole = path.read_bytes()
    place = int(share * len(whole))
    for content in (whole[:place], whole[: place - 40] + bytes(40) + whole[place:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"arrays\.npz"):
            task(path)


def test_files_that_are_no_archives(save: Save, tmp_path: Path) -> None:
    """A single array, a text, a folder and a missing file are each told what was expected."""
    near = save(x=X, y=LABELS)
    np.save(tmp_path / "single.npy", X)
    (tmp_path / "text.npz").write_text("x,y")
    for name, words in (
        ("single.npy", "not an npz archive"),
        ("text.npz", "not an npz archive"),
        ("", "is a folder"),
        ("nowhere.npz", rf"no file .*Beside it: {near.name}"),
    ):
        with pytest.raises(DataError, match=words):
            task(tmp_path / name)


def test_any_damage_is_told_or_harmless(save: Save) -> None:
    """300 archives with bytes turned, taken out or put in: each is read, or refused in one sentence."""
    path, random = save(x=X, y=LABELS), np.random.default_rng(1)
    whole, refused = path.read_bytes(), []
    for _ in range(300):
        content, at = bytearray(whole), int(random.integers(len(whole)))
        how = random.random()
        content[at : at + (how > 0.6)] = random.bytes(int(random.integers(1, 9))) if how > 0.3 else b""
        if how < 0.3:
            del content[at : at + int(random.integers(1, 40))]
        path.write_bytes(content)
        try:
            load(path)
        except TuimlError as error:
            refused.append(str(error))
    assert len(refused) > 200
    assert not [told for told in refused if "\n" in told]
