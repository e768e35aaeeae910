"""The user's own pictures: a folder with one sub-folder for each class."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.fields import DataFields
from tuiml.tasks import duplicates
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.files.decode import CHANNELS, check_memory, decode
from tuiml.text import clean

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff")
"""File names that count as pictures, in any case; what is inside decides when it is opened."""

_LAYOUT = "Expected DIR/class/*.jpg, or DIR/train/class/*.jpg with DIR/test/class/*.jpg and, if wanted, DIR/validation/class/*.jpg."
_PURPOSES = ("train", "validation", "test")
_PARTS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "val": "validation",
    "valid": "validation",
    "test": "test",
    "testing": "test",
}
"""What people call the folders of a split, in any case -> what they are called here."""
_SEED = 2020
"""Training pictures have one order for every recipe, so that the rows of different runs are comparable."""
_UNEVEN = 3
"""How many times as large as the smallest class the largest may be before it is told."""
_NAMED = 3
"""As many pairs of equal pictures are named."""

Numbers = npt.NDArray[Any]
Files = list[tuple[Path, int]]
"""Pictures of one part: (file, class number)."""


@dataclass(frozen=True)
class Listing:
    """What a folder holds, by the names of its files: `parts` has "train" pictures, maybe "validation" and "test" ones."""

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
    sizes = {part: len(files) for part, files in listing.parts.items()}
    return Task(
        name,
        f"Pictures in {clean(root.name)}",
        "binary" if len(listing.classes) == 2 else "one_of_n",
        lambda data_fields, progress: load(root, DataFields.model_validate(data_fields), progress),
        shape=(data.image_size, data.image_size, CHANNELS[data.color]),
        classes=listing.classes,
        rows=(sizes["train"] + sizes.get("validation", 0), sizes.get("test", 0)),
        source=clean(root),
        defaults=DEFAULTS,
        warning=_imbalance(listing) if data.class_weights == "none" else "",
    )


def inspect(root: Path) -> Listing:
    """Return classes and pictures below `root` without opening a picture.

    Training pictures come in a fixed random order: the first ones are not all of one class.
    Raises DataError, naming folder and reason, when this is not a folder of at least two classes of pictures.
    """
    top = _folders(root)
    notices: list[str] = []
    parts: dict[str, dict[str, list[Path]]] = {}
    purposes = {name: _PARTS[name.lower()] for name in top if name.lower() in _PARTS}
    if any(purpose == "train" and _folders(root / name) for name, purpose in purposes.items()):
        for name in top:
            if name in purposes:
                part = parts.setdefault(purposes[name], {})
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
    order = np.random.default_rng(_SEED).permutation(len(listed["train"]))
    listed["train"] = [listed["train"][row] for row in order.tolist()]
    return Listing(tuple(clean(name) for name in names), listed, tuple(notices))


def load(root: Path, data: DataFields, progress: Progress) -> Data:
    """Return the pictures below `root` as (n, h, w, c) uint8: upright, and of the size and color that `data` asks for.

    A picture that cannot be decoded is left out and named in `notices`, as are equal pictures of two classes or two parts.
    Pictures of a validation folder are training rows named by `fixed_validation`. Without a test folder, there are no
    test rows. Raises DataError, as `inspect` does, when a class has no readable picture for training, and when the
    pictures would not fit into memory.
    """
    listing = inspect(root)
    listed = [
        (file, number, part) for part, name in enumerate(_PURPOSES) for file, number in listing.parts.get(name, [])
    ]
    check_memory(root, len(listed), data.image_size, CHANNELS[data.color])
    pictures, broken = decode([file for file, _, _ in listed], data.image_size, progress, data.resize, data.color)
    notices = [
        *listing.notices,
        *(f"{clean(listed[row][0])} is left out: {reason}." for row, reason in broken.items()),
    ]
    kept = [row for row in range(len(listed)) if row not in broken]
    files = [listed[row][0].relative_to(root) for row in kept]
    labels = np.array([listed[row][1] for row in kept], np.int64)
    part_of = np.array([listed[row][2] for row in kept], np.int64)
    for number, name in enumerate(listing.classes):
        if not ((part_of == 0) & (labels == number)).any():
            reason = next((why for row, why in broken.items() if listed[row][1:] == (number, 0)), "")
            raise DataError(
                f"None of the training pictures of the class {name!r} in {clean(root)} can be read; the first is left out: {reason}."
            )
    pictures = pictures[kept] if broken else pictures
    notices += _equal_pictures(files, pictures, labels, part_of)
    test = int((part_of < 2).sum())
    fixed = np.flatnonzero(part_of == 1) if (part_of == 1).any() else None
    return Data(pictures[:test], labels[:test], pictures[test:], labels[test:], listing.classes, tuple(notices), fixed)


def _equal_pictures(files: Sequence[Path], pictures: Numbers, labels: Numbers, part_of: Numbers) -> list[str]:
    """Return which pictures equal, pixel for pixel, an earlier one of another class or another part, as copied files do."""
    [alike] = duplicates.alike(pictures)
    original = np.unique(alike, return_index=True)[1][alike]
    two_classes = labels != labels[original]
    told = []
    for rows, what in (
        (np.flatnonzero(two_classes), "in two classes: one label is wrong"),
        (np.flatnonzero(~two_classes & (part_of != part_of[original])), "for two purposes"),
    ):
        pairs = "; ".join(f"{clean(files[row])} and {clean(files[original[row]])}" for row in rows[:_NAMED])
        more = f", and {len(rows) - _NAMED:,} more pairs" if len(rows) > _NAMED else ""
        told += [f"Equal pictures {what}. {pairs}{more}."] if pairs else []
    return told


def _imbalance(listing: Listing) -> str:
    """Return a sentence with the training pictures of each class where they are uneven, else an empty one."""
    counts = Counter(number for _, number in listing.parts["train"])
    if max(counts.values()) <= _UNEVEN * min(counts.values()):
        return ""
    each = ", ".join(f"{listing.classes[number]} {count:,}" for number, count in counts.most_common())
    return f"The classes are uneven ({each}): --class-weights balanced makes rare ones count as much as frequent ones."


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
