"""`tuiml runs`: the list of runs with filter and order, and what one does with its rows: name, note, delete, prune."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from tuiml import settings
from tuiml.cli import console
from tuiml.cli.shared import RunsDir, as_json
from tuiml.entry import Entry
from tuiml.errors import UsageError, did_you_mean
from tuiml.runs import bin as removed_runs
from tuiml.runs import pruning, store
from tuiml.runs.filter import HELP, Filter, FilterError, parse
from tuiml.runs.index import Index

_WORDS = ("rename", "note", "delete", "restore", "prune", "bin", "empty-bin")


def runs(
    word: Annotated[
        str | None,
        Parameter(
            help="rename RUN NAME, note RUN TEXT, delete RUN..., restore RUN..., prune, bin, empty-bin; else the list"
        ),
    ] = None,
    /,
    *words: Annotated[str, Parameter(help="what the word is about")],
    filter: Annotated[  # noqa: A002
        str,
        Parameter(help=f"only some: {HELP}", allow_leading_hyphen=True, show_default=False),
    ] = "",
    sort: Annotated[
        str,
        Parameter(
            help="age, status, name, task, epochs, best, val, test, time, note, a metric or a field of the recipe; -KEY the other way round",
            allow_leading_hyphen=True,
        ),
    ] = "age",
    limit: Annotated[int, Parameter(help="how many; 0 for all")] = 30,
    status: Annotated[str, Parameter(help="prune: those of a status, such as failed,crashed", show_default=False)] = "",
    keep: Annotated[str, Parameter(help="prune: the newest so many stay", show_default=False)] = "",
    older: Annotated[str, Parameter(help="prune: those older than 30d, 12h", show_default=False)] = "",
    yes: Annotated[
        bool, Parameter(help="prune, empty-bin: do it without asking", negative=(), show_default=False)
    ] = False,
    dry_run: Annotated[bool, Parameter(help="prune: only say what would go", negative=(), show_default=False)] = False,
    every: Annotated[
        bool,
        Parameter(name="--all", help="empty-bin: also what was removed this week", negative=(), show_default=False),
    ] = False,
    json: Annotated[bool, Parameter(help="print JSON", negative=(), show_default=False)] = False,
    runs_dir: RunsDir = None,
) -> int:
    """List runs, newest first, with a filter and an order; `tuiml runs prune --status failed,crashed` cleans up."""
    index = Index(settings.load({"runs_dir": runs_dir}).runs_dir)
    if word not in ("prune", None) and (filter or status or keep or older or dry_run):
        raise UsageError("--filter, --status, --keep, --older and --dry-run are about the list and `tuiml runs prune`.")
    if word is None:
        if status or keep or older or dry_run or yes:
            raise UsageError("--status, --keep, --older, --yes and --dry-run are about `tuiml runs prune`.")
        return _list(index, filter, sort, limit, json)
    if word == "prune" and not words:
        return _prune(index, pruning.read(status, keep, older, _filter(filter, index)), yes, dry_run, json)
    if word == "empty-bin" and not words:
        return _empty(index, yes, every)
    if word == "bin" and not words:
        return _bin(index, json)
    return _edit(index, word, words)


def _edit(index: Index, word: str, words: Sequence[str]) -> int:
    verbs: dict[str, Callable[[Index, Sequence[str]], int]] = {
        "rename": _rename,
        "note": _note,
        "delete": _delete,
        "restore": _restore,
    }
    if word not in verbs:
        hint = f" One run: tuiml show {word}." if word not in _WORDS else ""
        raise UsageError(
            f"`tuiml runs` knows {', '.join(_WORDS)}; received {word!r}.{did_you_mean(word, _WORDS) or hint}"
        )
    return verbs[word](index, words)


def _list(index: Index, text: str, sort: str, limit: int, json: bool) -> int:
    from tuiml.draw.numbers import rises
    from tuiml.runs.order import ordered

    wanted = _filter(text, index)
    found = [entry for entry in index.entries.values() if wanted.matches(entry)]
    found = ordered(found, sort.removeprefix("-"), sort.startswith("-"), rises)
    shown = found[:limit] if limit > 0 else found
    if json:
        console.data_json([_summary(index, entry) for entry in shown])
    elif not index.entries:
        console.say(f"no runs in {index.runs_dir} yet. Start one: tuiml --task digits")
    elif not shown:
        console.say(f"none of the {len(index.entries)} runs in {index.runs_dir} fits {text!r}")
    else:
        table(shown)
        if len(found) > len(shown):
            console.say(f"{len(found) - len(shown)} more not shown; --limit 0 shows all")
    return 0


def table(entries: Sequence[Entry]) -> None:
    """Print runs as the lines of a table that is as wide as the terminal."""
    from rich.text import Text

    from tuiml.draw import runs as lines
    from tuiml.draw.tables import STATUS_STYLES

    plain, now, wide = not console.utf8_data(), time.time(), console.width()
    rows = [lines.cells(entry, now, plain) for entry in entries]
    widths = lines.fit(rows, wide)
    between = " " * lines.gap(widths, wide)
    console.render_data(Text(between.join(lines.heading(widths).values()).rstrip(), "bold"), soft_wrap=True)
    for entry, row in zip(entries, rows, strict=True):
        parts = lines.padded(row, widths)
        line = Text(between.join(parts.values()).rstrip())
        line.stylize(STATUS_STYLES.get(entry.status, ""), 0, len(parts.get("status", "")))
        console.render_data(line, soft_wrap=True)


def _filter(text: str, index: Index) -> Filter:
    index.look()
    try:
        return parse(text, {name for entry in index.entries.values() for name in entry.metrics})
    except FilterError as error:
        first, last = error.place
        raise UsageError(f"{error}\n  {error.text}\n  {' ' * first}{'^' * (last - first)}") from None


def _summary(index: Index, entry: Entry) -> dict[str, Any]:
    folder = index.folder(entry.id)
    state = store.read(folder).state
    return as_json(folder, state) | {"note": entry.note, "origin": entry.origin or None}


def _rename(index: Index, words: Sequence[str]) -> int:
    if len(words) != 2:
        raise UsageError(
            "expected `tuiml runs rename RUN NAME`; a name of several words needs quotes, '' takes it away."
        )
    folder = store.find(index.runs_dir, words[0])
    folder.rename(words[1])
    console.say(f"{folder.id} is called {folder.name()!r}" if folder.name() else f"{folder.id} has no name any more")
    return 0


def _note(index: Index, words: Sequence[str]) -> int:
    if len(words) < 2:
        raise UsageError("expected `tuiml runs note RUN TEXT`; '' takes the note away.")
    folder = store.find(index.runs_dir, words[0])
    folder.set_note(" ".join(words[1:]))
    console.say(f"{folder.id}: {folder.note() or 'no note any more'}")
    return 0


def _delete(index: Index, words: Sequence[str]) -> int:
    if not words:
        raise UsageError("expected `tuiml runs delete RUN...`.")
    for folder in [store.find(index.runs_dir, word) for word in words]:  # all are found before the first one goes
        removed_runs.remove(folder)
        console.say(f"{folder.id} is in the bin; back: tuiml runs restore {folder.id}")
    return 0


def _restore(index: Index, words: Sequence[str]) -> int:
    if not words:
        raise UsageError("expected `tuiml runs restore RUN...`; `tuiml runs bin` lists what can be brought back.")
    for word in words:
        console.say(f"{removed_runs.restore(index.runs_dir, word).id} is back")
    return 0


def _prune(index: Index, wanted: pruning.Pruning, yes: bool, dry_run: bool, json: bool) -> int:
    from tuiml.draw import runs as lines

    removed_runs.empty(index.runs_dir)
    gone = wanted.goes(index.entries.values())
    sizes = {entry.id: removed_runs.size(index.folder(entry.id).path) for entry in gone}
    if not json and gone:
        table(gone)
    told = (
        f"{len(gone)} run{'' if len(gone) == 1 else 's'}, {lines.size(sum(sizes.values()))}"
        if gone
        else "nothing to prune"
    )
    if gone and not dry_run:
        if not yes and not console.asked(f"{told} to the bin?"):
            raise UsageError("nothing was pruned: say yes, or give --yes. --dry-run only looks.")
        for entry in gone:
            removed_runs.remove(index.folder(entry.id))
        told += f" in the bin for {removed_runs.DAYS} days; back: tuiml runs restore RUN"
    elif gone:
        told += " would go"
    console.say(told)
    if json:
        console.data_json({"runs": [{"run": run, "bytes": size} for run, size in sizes.items()], "done": not dry_run})
    return 0


def _bin(index: Index, json: bool) -> int:
    held = removed_runs.content(index.runs_dir)
    if json:
        console.data_json([{"run": removed.id, "removed": removed.t} for removed in held])
        return 0
    from tuiml.draw.runs import span
    from tuiml.text import clean

    for removed in held:
        console.data(f"{clean(removed.id)}  removed {span(time.time() - removed.t, coarse=True)} ago")
    console.say("back: tuiml runs restore RUN" if held else "the bin is empty")
    return 0


def _empty(index: Index, yes: bool, every: bool) -> int:
    if every and not yes and not console.asked("delete all runs in the bin for ever?"):
        raise UsageError("nothing was deleted: say yes, or give --yes.")
    gone = removed_runs.empty(index.runs_dir, 0 if every else removed_runs.DAYS)
    left = len(removed_runs.content(index.runs_dir))
    what = f"; {left} removed within {removed_runs.DAYS} days stay, --all deletes them too" if left else ""
    console.say(f"{len(gone)} run{'' if len(gone) == 1 else 's'} deleted for ever{what}")
    return 0
