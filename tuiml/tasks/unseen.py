"""Rows of the user's that no network has seen: pictures, texts, tables and arrays, read as those that were learned from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError, did_you_mean
from tuiml.fields import DataFields
from tuiml.tasks import texts
from tuiml.tasks.base import Rows
from tuiml.tasks.columns import Column
from tuiml.tasks.described import Described
from tuiml.tasks.files import csv_cells, csv_file, decode
from tuiml.text import clean

ARRAYS = (".npy", ".npz")
"""What files of arrays end with."""


@dataclass(frozen=True, eq=False)
class Unseen:
    """What a file held: `rows` as `Data` holds them, or why it held nothing; `numbered` where a file has many rows."""

    name: str
    rows: Rows | None = None
    numbered: bool = False
    fault: str = ""


def read(
    files: Sequence[tuple[str, Path]], described: Described, fields: DataFields, words: Sequence[str]
) -> list[Unseen]:
    """Return what each of (name, path) holds, in order; a file that cannot be read has a `fault` and no rows.

    Pictures become what `fields` (resize, color) or the task's shape say, `words` is the vocabulary of texts.
    """
    found: dict[int, Unseen] = {}
    plain = [at for at, (_, path) in enumerate(files) if path.suffix.lower() not in ARRAYS]
    if described.form == "pictures" and plain:
        pictures, broken = _pictures([files[at][1] for at in plain], described, fields)
        for place, at in enumerate(plain):
            fault = broken.get(place, "")
            found[at] = Unseen(files[at][0], None if fault else pictures[place : place + 1], fault=fault)
    for at, (name, path) in enumerate(files):
        if at not in found:
            try:
                found[at] = _one(name, path, described, fields, words)
            except DataError as error:
                found[at] = Unseen(name, fault=str(error))
    return [found[at] for at in range(len(files))]


def typed(text: str, words: Sequence[str], size: int) -> Unseen:
    """Return a text that was typed. Raises DataError for one without words."""
    if not texts.split_words(text):
        raise DataError("the typed text has no words to read.")
    return Unseen(clean(text, 40), texts.encode([text], words, size))


def row(given: Mapping[str, Any] | Sequence[Any], described: Described) -> Unseen:
    """Return one row that was typed: cells by the names of their columns, or all cells (or numbers) in their order.

    A missing cell is "?" or empty. Raises DataError, naming what is expected, for another number of cells, names that the
    network does not know, and texts where it takes numbers.
    """
    names = [column.name for column in described.columns]
    if not names:
        return _numbers(given, described)
    if isinstance(given, Mapping):
        if strange := [name for name in given if name not in names]:
            raise DataError(
                f"there is no column {clean(strange[0], 40)!r}.{did_you_mean(strange[0], names)} {_all(names)}"
            )
        if missing := [name for name in names if name not in given]:
            lacking = ", ".join(clean(name, 40) for name in missing[:5])
            raise DataError(
                f"the row lacks {len(missing)} of the {len(names)} columns that were learned from: "
                f"{lacking}{', ...' if len(missing) > 5 else ''}. A cell that is not known is written ?."
            )
        given = [given[name] for name in names]
    if len(given) != len(names):
        raise DataError(f"expected {len(names)} cells, received {len(given)}. {_all(names)}")
    return Unseen("typed row", np.array([[_cell(*pair) for pair in zip(described.columns, given, strict=True)]]))


def _cell(column: Column, value: Any) -> float:
    text = str(value).strip()
    if column.categories and text not in column.categories and text.lower() not in csv_cells.MISSING:
        kinds = ", ".join(clean(one, 20) for one in column.categories[:8])
        raise DataError(f"{clean(column.name, 40)} is one of {kinds}; received {clean(text, 40)!r}.")
    try:
        return float(csv_cells.encode(column, [text], [1], decimal_comma=False)[0])
    except ValueError:
        raise DataError(
            f"{clean(column.name, 40)}: expected a number up to {csv_cells.LARGEST:g}, received {clean(text, 40)!r}."
        ) from None


def _numbers(given: Mapping[str, Any] | Sequence[Any], described: Described) -> Unseen:
    """Return a typed row of plain numbers."""
    shape = described.shape
    if described.form != "features" or len(shape) != 1 or isinstance(given, Mapping):
        raise DataError(
            f"the rows of {clean(described.task)} are {described.form}; a row of cells cannot be read as one."
        )
    try:
        values = [float(value) for value in given]
    except (TypeError, ValueError):
        values = [math.nan]
    if len(values) != shape[0] or not all(map(math.isfinite, values)):
        told = ", ".join(clean(value, 20) for value in given)
        raise DataError(
            f"expected {shape[0]} number{'s' if shape[0] > 1 else ''}, received {clean(told, 60) or 'none'}."
        )
    return Unseen("typed row", np.array([values], np.float32))


def _all(names: Sequence[str]) -> str:
    return f"The columns are {', '.join(clean(name, 40) for name in names)}."


def _one(name: str, path: Path, described: Described, fields: DataFields, words: Sequence[str]) -> Unseen:
    if path.suffix.lower() in ARRAYS:
        return Unseen(name, _array(path, described), numbered=True)
    if described.form == "text":
        return Unseen(name, texts.encode([texts.read(path)], words, fields.words))
    if described.form == "table":
        return Unseen(name, csv_file.rows(path, described.columns), numbered=True)
    shape = ", ".join(map(str, described.shape))
    raise DataError(
        f"{clean(path)}: this network takes arrays (n, {shape}); expected a file that ends in .npy or .npz."
    )


def _pictures(
    files: Sequence[Path], described: Described, fields: DataFields
) -> tuple[npt.NDArray[np.uint8], dict[int, str]]:
    height, width, channels = described.shape
    if height != width:
        fault = f"the network takes pictures of {width} x {height} pixels; give them as an array (n, {height}, {width}, {channels}) in a .npy file"
        return np.zeros((len(files), 1, 1, 1), np.uint8), dict.fromkeys(range(len(files)), fault)
    resize = fields.resize if described.task.startswith("folder:") else "crop"
    color: decode.Color = "gray" if channels == 1 else "rgb"
    return decode.decode(files, height, lambda what: None, resize, color)


def _array(path: Path, described: Described) -> npt.NDArray[Any]:
    """Return the rows in a file of arrays: its only one, or that called x. Objects are never unpickled."""
    if described.form == "text":
        raise DataError(f"{clean(path)}: this network takes texts; expected text files.")
    try:
        found = np.load(path, allow_pickle=False, mmap_mode="r" if path.suffix.lower() == ".npy" else None)
        if not isinstance(found, np.ndarray):
            names = found.files
            if len(names) != 1 and "x" not in names:
                raise DataError(
                    f"{clean(path)} holds {', '.join(map(clean, names))}; expected one array, or one called x."
                )
            found = found["x" if "x" in names else names[0]]
    except DataError:
        raise
    except Exception as error:  # a stranger's file: NumPy raises what its content makes it raise
        raise DataError(f"{clean(path)} cannot be read: {clean(error, 200)}") from None
    return _fitting(np.asarray(found), path, described)


def _fitting(found: npt.NDArray[Any], path: Path, described: Described) -> npt.NDArray[Any]:
    shape = described.shape
    if found.shape == shape:
        found = found[np.newaxis]
    if found.shape[1:] == shape[:-1] and shape[-1:] == (1,):
        found = found[..., np.newaxis]
    if found.shape[1:] != shape or found.dtype.kind not in "biuf":
        wanted = ", ".join(map(str, shape))
        raise DataError(f"{clean(path)} holds {found.dtype} {found.shape}; expected numbers (n, {wanted}).")
    if described.form != "pictures":
        return found.astype(np.float64 if described.form == "table" else np.float32)
    if (
        found.dtype != np.uint8
        and found.size
        and not (np.isfinite(found).all() and 0 <= found.min() <= found.max() <= 255)
    ):
        raise DataError(f"{clean(path)} holds values outside of 0..255; expected pictures as bytes.")
    return found.astype(np.uint8)
