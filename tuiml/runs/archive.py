"""Archives of arrays and models are looked at before they are read: a file in a run folder may be damaged, or a stranger's."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tuiml.errors import StorageError

_FACTOR, _GRACE = 4, 64 * 2**20
"""What an archive may unpack to: weights hardly shrink, so that much more than the file itself is a trap."""
_CONFIG = 5 * 2**20
_MEMBERS = 100_000


def check(path: Path) -> None:
    """Raise StorageError when `path` is no whole zip archive, or would unpack to far more than it holds."""
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}.") from None
    except zipfile.BadZipFile:
        raise StorageError(f"{path} is damaged, or something else than its name says ({size:,} bytes).") from None
    unpacked = sum(member.file_size for member in members)
    texts = [member for member in members if member.filename.endswith(".json") and member.file_size > _CONFIG]
    if unpacked > _FACTOR * size + _GRACE or texts or len(members) > _MEMBERS:
        raise StorageError(
            f"{path} holds {size:,} bytes and would unpack to {unpacked:,} in {len(members):,} parts: it is not opened."
        )
