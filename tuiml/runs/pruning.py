"""Which runs a clean-up takes away: those of some statuses, old enough, beyond the newest few; never a live one."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from tuiml.entry import Entry
from tuiml.errors import UsageError
from tuiml.runs import terms
from tuiml.runs.filter import Filter
from tuiml.state import LIVE


@dataclass(frozen=True)
class Pruning:
    """What goes: runs that fit every one of these; `statuses` empty means any, `older` in seconds, None means any age.

    The newest `keep` runs of the folder, whatever they are, stay.
    """

    statuses: tuple[str, ...] = ()
    keep: int = 0
    older: float | None = None
    filter: Filter | None = None

    def goes(self, entries: Iterable[Entry], now: float | None = None) -> list[Entry]:
        """Return the runs that go, newest first."""
        now = time.time() if now is None else now
        known = sorted(entries, key=lambda entry: (entry.started, entry.id), reverse=True)
        return [entry for entry in known[self.keep :] if not entry.live and self._fits(entry, now)]

    def _fits(self, entry: Entry, now: float) -> bool:
        return (
            (not self.statuses or entry.status in self.statuses)
            and (self.older is None or now - entry.started > self.older)
            and (self.filter is None or self.filter.matches(entry, now))
        )


def read(statuses: str = "", keep: str = "", older: str = "", filter: Filter | None = None) -> Pruning:  # noqa: A002
    """Return what the words typed mean: "failed,crashed", "20", "30d". Raises UsageError, also when nothing was asked for."""
    wanted = tuple(part.strip() for part in statuses.split(",") if part.strip())
    terms.compared("status", ":", ",".join(wanted) or "failed")
    if set(wanted) & {*LIVE, "live"}:
        raise UsageError(f"live runs are never pruned; received {statuses!r}. Stop them first.")
    if keep.strip() and not keep.strip().isdecimal():
        raise UsageError(f"expected how many of the newest runs stay, such as 20; received {keep!r}.")
    if not (wanted or keep.strip() or older.strip() or (filter and filter.groups)):
        raise UsageError("say what goes: a status such as failed,crashed, how many to keep, or an age such as 30d.")
    return Pruning(wanted, int(keep or 0), terms.seconds(older) if older.strip() else None, filter)
