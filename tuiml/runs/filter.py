"""The filter of runs: `status:finished val_loss<0.3 regularize.dropout>0 -note:debug | name:*big*` as a test of a run."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tuiml.entry import Entry
from tuiml.errors import UsageError
from tuiml.runs import terms
from tuiml.text import clean

HELP = (
    "words, status:failed,crashed task:mnist name: id: note: val_loss<0.3 test_accuracy>=0.97 epochs>10 age<2d "
    "regularize.dropout>0 augment.ops:*flip*; space is and, | is or, - is not, quotes hold spaces"
)
"""The grammar in a line."""

_TERM = re.compile(
    r"""(?P<minus>-?)
        (?:(?P<key>[A-Za-z][\w.]*)(?P<operation><=|>=|<|>|=|:))?
        (?P<value>(?:"[^"]*"|'[^']*'|[^\s|"'])*)""",
    re.VERBOSE,
)


class FilterError(UsageError):
    """A filter that cannot be read: `place` is where, as (first, behind the last) character of `text`."""

    def __init__(self, message: str, text: str, place: tuple[int, int]) -> None:
        self.text, self.place = text, place
        super().__init__(f"at character {place[0] + 1} of the filter: {message}")


@dataclass(frozen=True)
class Term:
    """One thing asked of a run, or with `negated` the contrary."""

    negated: bool
    test: terms.Test


@dataclass(frozen=True)
class Filter:
    """What `parse` made of `text`: a run matches when all terms of one of the groups hold; no group at all matches every run."""

    text: str
    groups: tuple[tuple[Term, ...], ...]

    def matches(self, entry: Entry, now: float | None = None) -> bool:
        """Return whether a run is among those asked for; `now`, in seconds since 1970, is what ages count from."""
        now = time.time() if now is None else now
        return not self.groups or any(
            all(term.test(entry, now) is not term.negated for term in group) for group in self.groups
        )


def parse(text: str, metrics: Iterable[str] = ()) -> Filter:
    """Return the filter that a text means; `metrics` are names of metrics that the runs have. Raises FilterError.

    `alternative ("|" alternative)*`, each of them terms with spaces between: `[-]word`, or `[-]key OP value` with `:` (contains,
    or is like it with * and ?), `=`, `<`, `<=`, `>`, `>=`. Keys are status, task, name, id, note, reason, error, origin, age, time,
    epochs, best_epoch, parameters, seconds, metrics and recipe fields. `val_*` is at the best epoch, other metrics are of the final
    weights. Of a field that has several values, one of them must fit. A run without the value does not match.
    """
    groups: list[list[Term]] = [[]]
    bar, at = -1, 0
    known = tuple(metrics)
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif text[at] == "|":
            if not groups[-1]:
                raise FilterError("expected something to look for before |.", text, (at, at + 1))
            groups.append([])
            bar, at = at, at + 1
        else:
            term, at = _term(text, at, known)
            groups[-1].append(term)
    if bar >= 0 and not groups[-1]:
        raise FilterError("expected something to look for after |.", text, (bar, bar + 1))
    return Filter(text, tuple(tuple(group) for group in groups if group))


def _term(text: str, at: int, metrics: tuple[str, ...]) -> tuple[Term, int]:
    found = _TERM.match(text, at)
    assert found is not None  # all its parts may be empty  # noqa: S101
    end = found.end()
    if end < len(text) and text[end] in "\"'":
        raise FilterError(f"this {text[end]} has no partner.", text, (end, end + 1))
    negated, key, operation = bool(found["minus"]), found["key"], found["operation"]
    value = re.sub(r"\"([^\"]*)\"|'([^']*)'", lambda quoted: quoted[1] or quoted[2] or "", found["value"])
    place = (at, max(end, at + 1))
    if key is None and found["value"][:1] in ("<", ">", "=", ":"):
        raise FilterError(f"write {found['value'][0]} without spaces around it, as val_loss<0.3.", text, place)
    if not value:
        what = (
            f"expected a value after {clean(key)}{operation}{_values(key)}." if key else "expected a word to look for."
        )
        raise FilterError(what, text, place)
    try:
        test = terms.compared(key, operation, value, metrics) if key else terms.word(value)
    except UsageError as error:
        raise FilterError(str(error), text, place) from None
    return Term(negated, test), end


def _values(key: str) -> str:
    examples = {"status": ", ".join(terms.STATUSES), "age": "2d, 12h", "time": "90s, 10min", "task": "digits"}
    return f" ({examples[key]})" if key in examples else ""
