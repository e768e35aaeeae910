"""The cache of published files, against a real server on a real socket."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from tuiml.errors import DataError, StorageError
from tuiml.tasks import catalog
from tuiml.tasks.sets import download
from tuiml.tasks.sets.download import File, obtain

CONTENT = np.random.default_rng(0).bytes(500_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves CONTENT at any path; `cuts` are numbers of bytes after which the next answers break off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.cuts, self.ranges = CONTENT, list[int](), list[str | None]()
        self.knows_ranges, self.status = True, 200

    def file(self, sha256: str = SHA256) -> File:
        return File("some/set.npz", f"http://127.0.0.1:{self.server_port}/set.npz", sha256, len(CONTENT))


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.knows_ranges else 0
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cuts.pop(0)] if self.server.cuts else body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    running.server_close()
    thread.join()


def stored(home: Path) -> set[str]:
    """What lies in the cache: no lock is left."""
    return {path.name for path in (home / "datasets").rglob("*") if path.is_file()}


def test_a_missing_file_is_fetched_once_and_progress_is_told_in_megabytes(server: Server, empty_home: Path) -> None:
    """The first call fetches, the second finds."""
    told: list[str] = []
    [path] = obtain([server.file()], told.append)
    assert path == empty_home / "datasets" / "some" / "set.npz"
    assert path.read_bytes() == CONTENT
    assert told[-1] == "downloading set.npz 0.5 of 0.5 MB"
    assert obtain([server.file()], told.append) == [path]
    assert server.ranges == [None]
    assert stored(empty_home) == {"set.npz"}


def test_a_broken_connection_is_continued(server: Server, empty_home: Path) -> None:
    """What arrived before the break is not fetched again."""
    server.cuts = [200_000]
    [path] = obtain([server.file()], lambda text: None)
    assert path.read_bytes() == CONTENT
    assert len(server.ranges) == 2
    assert server.ranges[1] is not None


def test_a_download_that_was_stopped_is_continued_at_the_next_start(server: Server, empty_home: Path) -> None:
    """Ctrl-C in the middle keeps what arrived; nothing that looks like the whole file is left."""

    def stop(text: str) -> None:
        if text.startswith("downloading"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        obtain([server.file()], stop)
    assert stored(empty_home) == {"set.npz.part"}
    [path] = obtain([server.file()], lambda text: None)
    assert path.read_bytes() == CONTENT
    assert server.ranges[1] is not None


def test_a_server_without_ranges_sends_all_again(server: Server, empty_home: Path) -> None:
    """An answer 200 to a range is the whole file, not its rest."""
    server.knows_ranges, server.cuts = False, [200_000]
    [path] = obtain([server.file()], lambda text: None)
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("kept", [b"x" * 1000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)])
def test_a_wrong_beginning_does_not_spoil_the_file(server: Server, empty_home: Path, kept: bytes) -> None:
    """When the whole does not match the hash, it is fetched anew from its beginning."""
    partial = empty_home / "datasets" / "some" / "set.npz.part"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(kept)
    [path] = obtain([server.file()], lambda text: None)
    assert path.read_bytes() == CONTENT


def test_what_is_not_the_published_file_is_refused(server: Server, empty_home: Path) -> None:
    """A server that sends something else leaves nothing in the cache."""
    server.content = b"<html>log in to the hotel network</html>"
    with pytest.raises(DataError, match="not the published file"):
        obtain([server.file()], lambda text: None)
    assert stored(empty_home) == set()


def test_a_cached_file_with_another_hash_is_named_and_left_alone(server: Server, empty_home: Path) -> None:
    """The user's file is the user's: the error names it, nobody deletes it, nothing is fetched."""
    path = empty_home / "datasets" / "some" / "set.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    with pytest.raises(DataError, match="Move or delete it") as caught:
        obtain([server.file()], lambda text: None)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"mine"
    assert server.ranges == []


def test_a_server_that_refuses_is_quoted(server: Server, empty_home: Path) -> None:
    """An HTTP error is told by its number, and asked for once."""
    server.status = 503
    with pytest.raises(DataError, match="HTTP 503"):
        obtain([server.file()], lambda text: None)
    assert len(server.ranges) == 1
    assert stored(empty_home) == set()


def test_two_at_once_fetch_once(server: Server) -> None:
    """A second run waits for the first one's download and uses it."""
    paths: list[Path] = []
    threads = [
        threading.Thread(target=lambda: paths.extend(obtain([server.file()], lambda text: None))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]
    assert server.ranges == [None]
    assert stored(paths[0].parents[2]) == {"set.npz"}


def test_without_network_one_error_says_all(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing, where from, where to, and which task works without network."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    files = [File(name, f"http://127.0.0.1:{port}/{name}", SHA256, 10) for name in ("a.gz", "b.gz")]
    with pytest.raises(DataError) as caught:
        obtain(files, lambda text: None)
    for file in files:
        assert file.url in str(caught.value)
        assert str(empty_home / "datasets" / file.name) in str(caught.value)
    assert "--task digits" in str(caught.value)
    assert "object at 0x" not in str(caught.value)


def test_a_cache_that_cannot_be_written_is_a_storage_error(empty_home: Path) -> None:
    """A file where the cache folder should be is the disk's fault, not the network's."""
    empty_home.write_text("in the way")
    with pytest.raises(StorageError, match="KERAS_HOME"):
        catalog.find("mnist").load({}, lambda text: None)


def test_the_cache_is_keras_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without KERAS_HOME, files are looked for where Keras puts them."""
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert download.cache_folder() == Path.home() / ".keras" / "datasets"
