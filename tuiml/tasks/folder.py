"""The user's own pictures: a folder with one sub-folder for each class."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tuiml.errors import DataError
from tuiml.fields import DataFields
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.decode import check_memory, decode
from tuiml.tasks.split import stratified
from tuiml.text import clean

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
"""File names that count as pictures, in any case; what is inside decides when it is opened."""

_LAYOUT = "Expected DIR/class/*.jpg, or DIR/train/class/*.jpg with DIR/test/class/*.jpg and, if wanted, DIR/validation/class/*.jpg."
_PARTS = {"train": "train", "validation": "validation", "val": "validation", "test": "test"}
_TEST_SHARE = 0.2
_SEED = 2020
"""The test set is part of the task and the same for every recipe, so that runs with different seeds are comparable."""

Files = list[tuple[Path, int]]
"""Pictures of one part: (file, class number)."""


@dataclass(frozen=True)
class Listing:
    """What a folder holds, by the names of its files: `parts` has "train" and "test" pictures, maybe "validation" ones."""

    classes: tuple[str, ...]
    parts: Mapping[str, Files]
    notices: tuple[str, ...] = ()


DEFAULTS: Mapping[str, Any] = {
    "model": {"preset": "cnn", "layers": (16, 32, 64), "dense": (64,)},
    "optimizer": {"name": "adam", "learning_rate": 1e-3},
    "train": {"epochs": 20, "batch_size": 32},
}


def task(name: str, root: Path, data: DataFields) -> Task:
    """Return the task of the pictures below `root`: binary for two classes. Raises DataError, as `inspect` does."""
    listing = inspect(root)
    rows = len(listing.parts["train"]) + len(listing.parts.get("validation", ())), len(listing.parts["test"])
    return Task(
        name,
        f"Pictures in {clean(root.name)}",
        "binary" if len(listing.classes) == 2 else "one_of_n",
        lambda data_fields, progress: load(root, int(data_fields["image_size"]), progress),
        classes=listing.classes,
        rows=rows,
        source=clean(root),
        defaults=DEFAULTS,
    )


def inspect(root: Path) -> Listing:
    """Return classes and pictures below `root` without opening a picture.

    Without a test folder, a fifth of each class is drawn for testing, the same fifth for every recipe.
    Raises DataError, naming folder and reason, when this is not a folder of at least two classes of pictures.
    """
    top = _folders(root)
    notices: list[str] = []
    parts: dict[str, dict[str, list[Path]]] = {}
    if "train" in top and _folders(root / "train"):
        for name in top:
            if name in _PARTS:
                part = parts.setdefault(_PARTS[name], {})
                for label in _folders(root / name):
                    part[label] = part.get(label, []) + _pictures(root / name / label)
            else:
                notices.append(f"{clean(root / name)} is not looked into: beside train, only validation and test are.")
    else:
        parts["train"] = {label: _pictures(root / label) for label in top}
    _check_classes(root, parts)
    names = list(parts["train"])
    listed: dict[str, Files] = {
        part: [(file, number) for number, name in enumerate(names) for file in found.get(name, ())]
        for part, found in parts.items()
    }
    listed["train"], listed["test"] = _draw_test(listed["train"], listed.get("test", []))
    return Listing(tuple(clean(name) for name in names), listed, tuple(notices))


def load(root: Path, size: int, progress: Progress) -> Data:
    """Return the pictures below `root` as (n, size, size, 3) uint8: upright, cut to the centered square, resized, RGB.

    A picture that cannot be decoded is left out and named in `notices`. Pictures of a validation folder are training
    rows named by `fixed_validation`. Raises DataError, as `inspect` does, when a class has no readable picture for
    training, and when the pictures would not fit into memory.
    """
    listing = inspect(root)
    parts = [listing.parts["train"], listing.parts.get("validation", []), listing.parts["test"]]
    together = [pair for part in parts for pair in part]
    check_memory(root, len(together), size)
    pictures, broken = decode([file for file, _ in together], size, progress)
    readable = np.ones(len(together), bool)
    readable[list(broken)] = False
    notices = [
        *listing.notices,
        *(f"{clean(together[row][0])} is left out: {reason}." for row, reason in broken.items()),
    ]
    labels = np.array([number for _, number in together], np.int64)
    part_of = np.repeat([0, 1, 2], [len(part) for part in parts])
    for number, name in enumerate(listing.classes):
        if not readable[(part_of == 0) & (labels == number)].any():
            raise DataError(
                f"None of the training pictures of the class {name!r} in {clean(root)} can be read. {' '.join(notices[-3:])}"
            )
    if broken:
        pictures, labels, part_of = pictures[readable], labels[readable], part_of[readable]
    test = int((part_of < 2).sum())
    fixed = np.flatnonzero(part_of == 1) if (part_of == 1).any() else None
    return Data(pictures[:test], labels[:test], pictures[test:], labels[test:], listing.classes, tuple(notices), fixed)


def _draw_test(train: Files, listed_test: Files) -> tuple[Files, Files]:
    """Return training pictures in a fixed random order (the first ones are not all of one class) and test pictures."""
    labels = np.array([number for _, number in train], np.int64)
    drawn = np.empty(0, np.int64) if listed_test else stratified(labels, round(_TEST_SHARE * len(labels)), (_SEED, 0))
    rest = np.random.default_rng((_SEED, 1)).permutation(np.setdiff1d(np.arange(len(labels)), drawn))
    return [train[row] for row in rest.tolist()], listed_test or [train[row] for row in drawn.tolist()]


def _folders(root: Path) -> list[str]:
    """Return the names of the visible folders in `root`, sorted."""
    return sorted(entry.name for entry in _entries(root) if os.path.isdir(entry.path))


def _pictures(folder: Path) -> list[Path]:
    """Return the picture files in `folder`, sorted; `isfile` asks what a link leads to, and keeps pipes and devices out."""
    return sorted(
        Path(entry.path)
        for entry in _entries(folder)
        if entry.name.lower().endswith(SUFFIXES) and os.path.isfile(entry.path)
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except FileNotFoundError:
        reason = "does not exist"
    except NotADirectoryError:
        reason = "is not a folder"
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = f"cannot be read ({getattr(error, 'strerror', None) or error})"
    raise DataError(f"{clean(folder)} {reason}. {_LAYOUT}")


def _check_classes(root: Path, parts: Mapping[str, Mapping[str, Sequence[Path]]]) -> None:
    """Raise DataError for what keeps these from being two or more classes of pictures."""
    train, where = parts["train"], clean(root)
    if not train:
        raise DataError(f"{where} has no class folders. {_LAYOUT}")
    if len(train) == 1:
        raise DataError(
            f"{where} has one class only, {clean(next(iter(train)))!r}; there is nothing to tell apart. {_LAYOUT}"
        )
    needed = (
        1 if any(parts.get("test", {}).values()) else 2
    )  # without a test folder, one of them may be drawn for testing
    for name, files in train.items():
        if len(files) < needed:
            found = (
                "one picture, and a test set is to be drawn from it"
                if files
                else f"no pictures ({', '.join(SUFFIXES)})"
            )
            raise DataError(
                f"The class folder {clean(name)!r} in {where} has {found}. Add pictures or move the folder away. {_LAYOUT}"
            )
    for part, classes in parts.items():
        if strangers := [name for name in classes if name not in train]:
            raise DataError(
                f"{where}: {part} has a class that train has not: {clean(strangers[0])!r}. Classes of train: {clean(', '.join(train))}."
            )
