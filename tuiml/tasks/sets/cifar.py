"""CIFAR-10, read from the archive or from the folder that Keras keeps in its cache: hash first, then a reader that runs no code."""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tuiml.errors import DataError
from tuiml.tasks.base import Data, Progress, Task
from tuiml.tasks.sets.download import File, cache_folder, obtain

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

_INNER = "cifar-10-batches-py"
"""The folder inside the archive."""
_OLD_ARCHIVE = "cifar-10-batches-py.tar.gz"
_FOLDERS = (f"cifar-10-batches-py-target/{_INNER}", _INNER)
"""Where Keras unpacks the archive: Keras 3.4 and later, and before."""


@dataclass(frozen=True)
class Published:
    """The archive as published, under the name that Keras gives it, and the MD5 of each file of rows in it, the test set's last."""

    archive: File
    batches: Mapping[str, str]


# SHA-256 as published in keras.datasets.cifar10; MD5 as in torchvision.datasets.CIFAR10, which reads the same archive.
CIFAR10 = Published(
    File(
        "cifar-10-batches-py-target_archive",
        "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
        170_498_071,
    ),
    {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    },
)


def cifar10(data_fields: Mapping[str, Any], progress: Progress) -> Data:
    """Return 50,000 pictures of ten kinds of things and 10,000 for testing, (n, 32, 32, 3) uint8. Raises as `obtain` does."""
    return read(CIFAR10, progress)


def read(published: Published, progress: Progress) -> Data:
    """Return the rows of an archive in the cache, else of the folder it was unpacked to, else of the archive fetched.

    Raises DataError when what is there is not what was published, and as `obtain` does.
    """
    folder = next((path for name in _FOLDERS if (path := cache_folder() / name).is_dir()), None)
    archive = next((name for name in (published.archive.name, _OLD_ARCHIVE) if (cache_folder() / name).is_file()), None)
    if archive is None and folder is not None:
        files = _unpacked(folder, published.batches)
    else:
        [path] = obtain([replace(published.archive, name=archive or published.archive.name)], progress)
        files = _packed(path, published.batches)
    parts = []
    for number, content in enumerate(files, start=1):
        progress(f"reading cifar10, file {number} of {len(published.batches)}")
        parts.append(_rows(content))
    (*training, test) = parts
    train_x, train_y = (np.concatenate(arrays) for arrays in zip(*training, strict=True))
    return Data(train_x, train_y, *test, classes=CLASSES)


def _packed(archive: Path, batches: Mapping[str, str]) -> Iterator[bytes]:
    with tarfile.open(archive, "r:gz") as members:
        for name in batches:
            member = members.extractfile(f"{_INNER}/{name}")
            if member is not None:
                yield member.read()


def _unpacked(folder: Path, batches: Mapping[str, str]) -> Iterator[bytes]:
    for name, md5 in batches.items():
        path = folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}. {_again(folder)}") from None
        found = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if found != md5:
            raise DataError(f"{path} is not the published file: its MD5 is {found}, expected {md5}. {_again(folder)}")
        yield content


def _again(folder: Path) -> str:
    return f"Move or delete the folder {folder}, and the archive is fetched again from {CIFAR10.archive.url}."


def _rows(content: bytes) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return (n, 32, 32, 3) pictures and (n,) class numbers of a batch file: rows of 1,024 red, then green, then blue values."""
    batch = Arrays(io.BytesIO(content), encoding="bytes").load()
    pictures = np.asarray(batch[b"data"], np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return pictures, np.asarray(batch[b"labels"], np.int64)


class Arrays(pickle.Unpickler):
    """Reads pickled dictionaries, lists, texts, numbers and NumPy arrays; a pickle that names anything else is refused.

    Raises DataError where a pickle asks for more: pickles can run any code, and pictures need none.
    """

    _ADMITTED: Mapping[tuple[str, str], Any] = {
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
        # an empty array to be filled; NumPy 1 and 2 name its maker differently
        ("numpy.core.multiarray", "_reconstruct"): np.zeros(0).__reduce__()[0],
        ("numpy._core.multiarray", "_reconstruct"): np.zeros(0).__reduce__()[0],
    }

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the few callables that arrays are made by."""
        if (module, name) not in self._ADMITTED:
            raise DataError(
                f"A data file asks for {module}.{name}, which is no array. It is not read; nothing of it was run."
            )
        return self._ADMITTED[module, name]


TASK = Task(
    "cifar10",
    "Photographs of ten kinds of things (CIFAR-10)",
    "one_of_n",
    cifar10,
    shape=(32, 32, 3),
    classes=CLASSES,
    rows=(50_000, 10_000),
    source="Keras' file, 170.5 MB, fetched once",
    defaults={
        "data": {"validation": 5000},
        "model": {"preset": "cnn", "layers": (32, 64, 128), "dense": (128,)},
        "optimizer": {"name": "adam", "learning_rate": 1e-3},
        "train": {"epochs": 15, "batch_size": 64},
    },
)
