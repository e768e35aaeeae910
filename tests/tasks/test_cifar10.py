"""CIFAR-10 as Keras keeps it: found in either layout, checked before it is read, and read without running anything."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import pickle
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from tuiml.errors import DataError
from tuiml.tasks.sets import cifar, download
from tuiml.tasks.sets.cifar import Published
from tuiml.tasks.sets.download import File

NAMES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
ROWS = 7


class Python2Pickler(pickle._Pickler):  # type: ignore[name-defined]
    """Writes texts as Python 2 did, which wrote the published files: as bytes, by an opcode of its own."""

    dispatch: ClassVar[dict[type, Any]] = dict(pickle._Pickler.dispatch)  # type: ignore[attr-defined]

    def save_text(self, text: str | bytes) -> None:
        content = text.encode("latin-1") if isinstance(text, str) else text
        self.write(b"T" + struct.pack("<i", len(content)) + content)

    dispatch[str] = dispatch[bytes] = save_text


def pickled(value: Any) -> bytes:
    """What Python 2 with the NumPy of its time would have written."""
    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    return stream.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


@pytest.fixture(scope="module")
def batches() -> dict[str, dict[str, Any]]:
    """Six small files of rows: pixels as they lie in the file, and class numbers."""
    random = np.random.default_rng(3)
    return {
        name: {
            "batch_label": f"{name} of 6",
            "labels": random.integers(0, 10, ROWS).tolist(),
            "data": random.integers(0, 256, (ROWS, 3072), np.uint8),
            "filenames": [f"{number}.png" for number in range(ROWS)],
        }
        for name in NAMES
    }


def packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def published(files: dict[str, bytes]) -> tuple[bytes, Published]:
    """An archive of the files, and the record that publishes it; nothing listens at its address."""
    archive = packed(files)
    record = File(
        cifar.CIFAR10.archive.name, "http://127.0.0.1:9/c.tar.gz", hashlib.sha256(archive).hexdigest(), len(archive)
    )
    return archive, Published(record, {name: hashlib.md5(files[name]).hexdigest() for name in NAMES})


@pytest.fixture
def files(batches: dict[str, dict[str, Any]]) -> dict[str, bytes]:
    return {name: pickled(batch) for name, batch in batches.items()}


def quiet(text: str) -> None:
    pass


def unpack(files: dict[str, bytes], folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def as_new_archive(home: Path, files: dict[str, bytes], archive: bytes) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "cifar-10-batches-py-target_archive").write_bytes(archive)


def as_old_archive(home: Path, files: dict[str, bytes], archive: bytes) -> None:
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "cifar-10-batches-py.tar.gz").write_bytes(archive)


def as_new_folder(home: Path, files: dict[str, bytes], archive: bytes) -> None:
    unpack(files, home / "datasets" / "cifar-10-batches-py-target" / "cifar-10-batches-py")


def as_old_folder(home: Path, files: dict[str, bytes], archive: bytes) -> None:
    unpack(files, home / "datasets" / "cifar-10-batches-py")


@pytest.mark.parametrize("store", [as_new_archive, as_old_archive, as_new_folder, as_old_folder])
def test_rows_are_read_from_wherever_keras_keeps_them(
    empty_home: Path,
    files: dict[str, bytes],
    batches: dict[str, dict[str, Any]],
    store: Callable[[Path, dict[str, bytes], bytes], None],
) -> None:
    """The archive or the unpacked folder, of this Keras or an older one: five files to train, one to test, colors last."""
    archive, record = published(files)
    store(empty_home, files, archive)
    data = cifar.read(record, quiet)

    pixels = np.concatenate([batches[name]["data"] for name in NAMES]).reshape(-1, 3, 32, 32)
    labels = np.concatenate([batches[name]["labels"] for name in NAMES])
    np.testing.assert_array_equal(np.concatenate([data.train_x, data.test_x]), np.moveaxis(pixels, 1, -1))
    np.testing.assert_array_equal(np.concatenate([data.train_y, data.test_y]), labels)
    assert (len(data.train_x), len(data.test_x)) == (5 * ROWS, ROWS)
    assert (data.train_x.dtype, data.train_y.dtype) == (np.uint8, np.int64)


class Evil:
    """A pickle that runs code when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("store", [as_new_archive, as_new_folder])
def test_what_is_not_published_is_refused_unread(
    empty_home: Path,
    tmp_path: Path,
    files: dict[str, bytes],
    store: Callable[[Path, dict[str, bytes], bytes], None],
) -> None:
    """A file whose hash differs is named with both hashes and left as it is; nothing of it is run."""
    _, record = published(files)
    changed = files | {"data_batch_3": pickle.dumps(Evil(tmp_path / "run"))}
    store(empty_home, changed, packed(changed))

    with pytest.raises(
        DataError, match=r"is not the published file: its (SHA-256|MD5) is [0-9a-f]+, expected [0-9a-f]+"
    ):
        cifar.read(record, quiet)
    assert not (tmp_path / "run").exists()


def test_pickles_run_nothing_even_with_the_right_hash(
    empty_home: Path, tmp_path: Path, files: dict[str, bytes]
) -> None:
    """The reader admits arrays and plain values; whatever else a pickle names is told, and not called."""
    changed = files | {"data_batch_1": pickle.dumps(Evil(tmp_path / "run"))}
    archive, record = published(changed)
    as_new_archive(empty_home, changed, archive)

    with pytest.raises(DataError, match="which is no array"):
        cifar.read(record, quiet)
    assert not (tmp_path / "run").exists()


def test_arrays_are_read_whichever_numpy_wrote_them() -> None:
    """The names that NumPy 1 and NumPy 2 give to the maker of arrays are both known."""
    value = {"data": np.arange(12, dtype=np.uint8).reshape(3, 4)}
    old, new = pickled(value), pickle.dumps(value, protocol=4)
    assert b"numpy.core.multiarray" in old
    assert b"numpy._core.multiarray" in new
    np.testing.assert_array_equal(cifar.Arrays(io.BytesIO(old), encoding="bytes").load()[b"data"], value["data"])
    np.testing.assert_array_equal(cifar.Arrays(io.BytesIO(new)).load()["data"], value["data"])


def test_a_folder_with_a_missing_file_is_told(empty_home: Path, files: dict[str, bytes]) -> None:
    """Interrupted unpacking: the file is named, and what to do."""
    _, record = published(files)
    del files["test_batch"]
    as_new_folder(empty_home, files, b"")

    with pytest.raises(DataError, match=r"test_batch cannot be read.*Move or delete the folder"):
        cifar.read(record, quiet)


def test_name_address_and_hash_are_those_of_the_installed_keras() -> None:
    """What we fetch is what `keras.datasets.cifar10` would, under the name it would look for."""
    spec = importlib.util.find_spec("keras")
    assert spec is not None
    assert spec.origin is not None
    source = (Path(spec.origin).parent / "src" / "datasets" / "cifar10.py").read_text()
    archive = cifar.CIFAR10.archive
    assert archive.name.removesuffix("_archive") in source
    assert archive.url in source
    assert archive.sha256 in source


def test_nothing_is_fetched_where_only_the_cache_was_asked_for(empty_home: Path) -> None:
    """Looking at a task costs no download: what is absent is named with its size, and no folder is made."""
    with (
        download.cache_only(),
        pytest.raises(download.AbsentError, match=r"cifar-10-batches-py-target_archive.*170\.5 MB"),
    ):
        cifar.cifar10({}, quiet)
    assert not empty_home.exists()
