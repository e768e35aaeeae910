"""Published files in Keras' cache: found there and checked, or fetched into it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tuiml.errors import DataError, StorageError
from tuiml.tasks.base import Progress

_ATTEMPTS = 3
_TIMEOUT = 20.0
"""Seconds without a byte after which a connection counts as lost."""
_CHUNK = 1 << 16

_fetching: ContextVar[bool] = ContextVar("fetching", default=True)


class AbsentError(DataError):
    """Files that are not in the cache, where nothing was to be fetched."""


@contextmanager
def cache_only() -> Iterator[None]:
    """Let `obtain` fetch nothing while this is entered: it raises AbsentError instead."""
    before = _fetching.set(False)
    try:
        yield
    finally:
        _fetching.reset(before)


@dataclass(frozen=True)
class File:
    """A published file: `name` below the cache folder, its address, its SHA-256 and its size in bytes."""

    name: str
    url: str
    sha256: str
    size: int


def cache_folder() -> Path:
    """Return the folder Keras keeps data sets in: `datasets` in $KERAS_HOME, else in ~/.keras."""
    return Path(os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras")).absolute() / "datasets"


def obtain(files: Sequence[File], progress: Progress) -> list[Path]:
    """Return the paths of `files` in the cache, each checked against its hash; what is missing is fetched.

    Raises DataError when a file cannot be fetched (AbsentError inside `cache_only`), or when a cached one is not the
    published one (it is left as it is); StorageError when the cache cannot be written.
    """
    absent = [file for file in files if not (cache_folder() / file.name).is_file()]
    if absent and not _fetching.get():
        raise AbsentError(
            f"Not in Keras' cache, {cache_folder()}: {', '.join(file.name for file in absent)} "
            f"({sum(file.size for file in absent) / 1e6:,.1f} MB)."
        )
    for file in files:
        path = cache_folder() / file.name
        if file in absent:
            _fetch(file, path, absent, progress)
        elif (found := _sha256(path)) != file.sha256:
            raise DataError(
                f"{path} is not the published file: its SHA-256 is {found}, expected {file.sha256}. "
                f"It may be an interrupted download or another version. Move or delete it, and it is fetched again from {file.url}."
            )
    return [cache_folder() / file.name for file in files]


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from None


def _fetch(file: File, path: Path, absent: Sequence[File], progress: Progress) -> None:
    import pooch
    import requests

    pooch.get_logger().setLevel("ERROR")  # its own messages would tear the screen; progress tells
    partial = path.with_name(path.name + ".part")
    progress(f"fetching {path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.with_name(path.name + ".lock")):  # two runs started at once fetch it once
            for attempt in range(_ATTEMPTS):
                began = partial.stat().st_size if partial.exists() else 0
                try:
                    pooch.retrieve(
                        file.url,
                        f"sha256:{file.sha256}",
                        path.name,
                        path.parent,
                        downloader=_downloader(file, partial, progress),
                    )
                    return
                except ValueError:  # the hash differs; what was continued may have been another version's beginning
                    if not began or attempt == _ATTEMPTS - 1:
                        raise DataError(
                            f"What {file.url} sends is not the published file (its SHA-256 is not {file.sha256}). "
                            f"Nothing was kept. Put the published file at {path}, or use `--task digits`, which needs no network."
                        ) from None
                except requests.RequestException as error:
                    advanced = partial.exists() and partial.stat().st_size > began
                    if not advanced or attempt == _ATTEMPTS - 1:  # a host that cannot be reached is not asked thrice
                        raise _unreachable(absent, file, partial, error) from None
    except OSError as error:
        raise StorageError(
            f"{file.name} cannot be stored in {path.parent}: {error.strerror or error}. "
            "Make room or give permission there, or set KERAS_HOME to another folder."
        ) from None


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold `lock`, and leave none behind: who waits for a removed file's lock gets it, sees that, and takes a new one."""
    from filelock import FileLock

    with FileLock(lock):
        try:
            yield
        finally:
            with suppress(OSError):  # Windows removes no file that is open
                lock.unlink(missing_ok=True)


def _downloader(file: File, partial: Path, progress: Progress) -> Callable[[str, str | IO[Any], Any], None]:
    """Return a pooch downloader that keeps what arrived in `partial`, continues from there, and tells progress in MB."""
    import requests

    def download(url: str, output_file: str | IO[Any], _: Any) -> None:
        """Fetch what is missing of `partial`, then put it where pooch wants it."""
        have = partial.stat().st_size if partial.exists() else 0
        if have >= file.size:  # whole, or longer than it can be: the hash decides
            os.replace(partial, str(output_file))
            return
        # identity: a gzip file must arrive as it is stored, or lengths and ranges would not fit
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
            answer.raise_for_status()
            continued = answer.status_code == requests.codes.partial_content
            have = have if continued else 0
            with partial.open("ab" if continued else "wb") as stream:
                for chunk in answer.iter_content(_CHUNK):
                    stream.write(chunk)
                    have += len(chunk)
                    progress(f"downloading {partial.stem} {have / 1e6:.1f} of {file.size / 1e6:.1f} MB")
        os.replace(partial, str(output_file))

    return download


def _unreachable(absent: Sequence[File], file: File, partial: Path, error: Exception) -> DataError:
    places = "\n".join(f"  {other.url}\n    -> {cache_folder() / other.name}" for other in absent)
    kept = (
        f" {partial.stat().st_size / 1e6:.1f} MB arrived and are kept; the next start goes on from there."
        if partial.exists()
        else ""
    )
    return DataError(
        f"Missing in Keras' cache: {', '.join(other.name for other in absent)}, and {file.url} cannot be reached ({_reason(error)}).{kept} "
        f"Connect to the network, or put there by hand:\n{places}\nWithout network, `--task digits` works."
    )


def _reason(error: Exception) -> str:
    """Return what went wrong in a few words: requests' own texts hold whole object representations."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off"
    return "no connection" if isinstance(error, requests.ConnectionError) else type(error).__name__
