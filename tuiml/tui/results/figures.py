"""The figures of a run in words: of both splits, by the final and the best weights, beside common sense and what is known of the task."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from textwrap import wrap
from typing import Any

import numpy as np
from textual.content import Content

from tuiml.draw.numbers import figure, rises
from tuiml.runs.predictions import Split
from tuiml.state import RunState
from tuiml.tasks.judged import Judged
from tuiml.text import clean
from tuiml.tui.results.findings import Findings

_COLUMN = 12
_PAIRS = 3


def summary(findings: Findings, width: int) -> Content:
    """Return the figures of both splits by the final and the best weights, beside common sense, and what they mean."""
    parts = [_status(findings.state), Content(""), *_table(findings.state, width), Content("")]
    for mark, words in sentences(findings):
        first, *others = wrap(words, max(width - 2, 10))
        parts += [Content(f"{mark} {first}"), *(Content(f"  {line}") for line in others)]
    return Content("\n").join(parts)


def _status(state: RunState) -> Content:
    best = f" · best epoch {state.best_epoch}" if state.best_epoch else ""
    other = state.final_epoch not in (None, len(state.history)) and not state.live
    final = f" · weights of epoch {state.final_epoch}" if other else ""
    now = " · r reads again" if state.live else ""
    words = f"{clean(state.task, 40)} · {state.status} after {len(state.history)} of {state.epochs} epochs{best}{final}{now}"
    return Content.styled(words, "$text-muted")


def _table(state: RunState, width: int) -> list[Content]:
    """Return a line per metric; columns that do not fit are named below."""
    columns = _columns(state)
    names = [name for name in [*state.metric_names[:1], "loss", *state.metric_names[1:]] if _has(name, columns)]
    if not names:
        return [Content("No figures yet: they come with the first epoch.")]
    wide = max(len(clean(name)) for name in names) + 2
    cells = [[*head, *(_value(values.get(name)) for name in names)] for head, values in columns]
    sizes = [max(_COLUMN, *(len(cell) + 2 for cell in column)) for column in cells]
    fit = max(sum(wide + used <= width for used in accumulate(sizes)), 1)
    hidden = columns[fit:]
    aligned = [[f"{cell:>{size}}" for cell in column] for column, size in zip(cells[:fit], sizes, strict=False)]
    first, second, *rows = ("".join(row) for row in zip(*aligned, strict=True))
    lines = [Content.styled(" " * wide + head, "$text-muted") for head in (first, second)]
    lines += [Content.assemble((f"{clean(name):<{wide}}", "bold"), row) for name, row in zip(names, rows, strict=True)]
    if hidden:
        lost = ", ".join(" ".join(head) for head, _ in hidden)
        lines.append(Content.styled(f"hidden at this width: {lost}", "$text-muted"))
    return lines


def _columns(state: RunState) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    """Return (two lines of heading, metrics by name) of each column that has figures."""
    results = state.results()
    best = next((epoch.metrics for epoch in state.history if epoch.number == state.best_epoch), {})

    def of(prefix: str, metrics: dict[str, Any]) -> dict[str, Any]:
        return {name.removeprefix(prefix): value for name, value in metrics.items() if name.startswith(prefix)}

    end = "so far" if state.live else "at the end"
    validation_best = of("best_val_", results) or of("val_", best)
    found = [
        (("test", "at the end"), dict(state.test)),
        (("test", "best epoch"), dict(state.best_test)),
        (("validation", end), of("val_", results)),
        (("validation", "best epoch"), validation_best),
        ((_sense_of(state), "common sense"), dict(state.baseline)),
        (("training", end), {n: v for n, v in results.items() if n in ("loss", *state.metric_names)}),
    ]
    return [(head, values) for head, values in found if values]


def _has(name: str, columns: Sequence[tuple[Any, dict[str, Any]]]) -> bool:
    return any(name in values for _, values in columns)


def _value(value: Any) -> str:
    """Return a figure; of folds their mean and deviation."""
    if isinstance(value, dict):
        return f"{figure(value.get('mean'))}±{figure(value.get('std'))}"
    return figure(value) if isinstance(value, int | float) else "–"


def headline(state: RunState) -> tuple[str, Split, float] | None:
    """Return the metric that says most, the split it is of and its value by the final weights; None before there is one."""
    for split, values in (("test", state.test), ("validation", _validation(state))):
        for name in (state.metric, "loss"):
            if isinstance(value := values.get(name), float):
                return name, "test" if split == "test" else "validation", value
    return None


def _validation(state: RunState) -> dict[str, Any]:
    results = state.results()
    return {name.removeprefix("val_"): value for name, value in results.items() if name.startswith("val_")}


def sentences(findings: Findings) -> list[tuple[str, str]]:
    """Return what the figures mean, each with a mark: › a fact, ! a warning."""
    state, found = findings.state, headline(findings.state)
    lines: list[tuple[str, str]] = []
    if found:
        name, split, value = found
        told = f"{figure(value)} {clean(name)} on the {split} rows"
        where = "" if _sense_of(state) == split else f" on the {_sense_of(state)} rows"
        mark, sense = _against(name, value, state.baseline.get(name), where)
        lines.append((mark, f"{told}{sense}."))
    if findings.published:
        lines.append(("›", f"To compare with: {clean(findings.published, 300)}."))
    for split, judged in findings.judged.items():
        lines += _judged(split, judged, findings.about[split].total)
    spoke = {about.epoch for about in findings.about.values()}
    if spoke - {state.final_epoch}:
        lines.append(
            (
                "!",
                f"The rows were judged by its checkpoint after epoch {max(filter(None, spoke))}: the run {state.status}.",
            )
        )
    reasons = dict.fromkeys(findings.missing.values())
    for why in reasons:
        splits = " and ".join(split for split, other in findings.missing.items() if other == why)
        lines.append(("!", f"{splits}: {clean(why, 400)}"))
    return lines


def _sense_of(state: RunState) -> Split:
    """Return the rows that common sense was measured on."""
    return "validation" if state.rows.get("validation") else "test"


def _against(name: str, value: float, sense: float | None, where: str) -> tuple[str, str]:
    """Return a mark, and how much better than common sense a value is: in mistakes, or in what it is off by.

    `where` names the rows that common sense was measured on, where they are others.
    """
    if sense is None:
        return "›", ""
    rising = rises(name)
    ours, theirs = (1 - value, 1 - sense) if rising and max(value, sense) <= 1 else (value, sense)
    told = f"; common sense, {'the most frequent answer' if rising else 'the mean or the shares'} of the training rows, {figure(sense)}{where}"
    if not math.isfinite(value) or ((value <= sense) if rising else (value >= sense)):
        return "!", f"{told}: the network has learned nothing that helps here"
    if ours <= 0:
        return "›", told
    return "›", f"{told}: {theirs / ours:.1f} times {'as many mistakes' if rising else 'as far off'}"


def _judged(split: Split, judged: Judged, total: int) -> list[tuple[str, str]]:
    rows = len(judged.rows)
    part = f" (of {total:,}, an even sample)" if rows != total else ""
    if judged.of_classes:
        right = int(np.trace(judged.matrix))
        pairs = [
            f"{clean(judged.described.classes[pair.truth], 24)} for {clean(judged.described.classes[pair.predicted], 24)} ({pair.count})"
            for pair in judged.most_confused(_PAIRS)
        ]
        taken = f"; most often {', '.join(pairs)}" if pairs else ""
        return [
            ("›", f"{rows:,} {split} rows{part}: {right:,} right, {rows - right:,} taken for another class{taken}.")
        ]
    if judged.of_values:
        first = judged.residuals()[0]
        half = f"half of them between {figure(first.quantiles[1])} and {figure(first.quantiles[3])}"
        return [("›", f"{rows:,} {split} rows{part}: errors (predicted minus true) {half}.")]
    exact = int(((judged.outputs > 0.5) == (judged.y.reshape(judged.outputs.shape) > 0.5)).all(axis=1).sum())
    return [("›", f"{rows:,} {split} rows{part}: {exact:,} with every label as it should be.")]


def comparison(state: RunState) -> tuple[str, list[tuple[str, float]]]:
    """Return the headline's metric and its bars: common sense, final weights, best epoch; no bars before there is one."""
    found = headline(state)
    if found is None:
        return "", []
    name, split, value = found
    best = state.best_test.get(name) if split == "test" else None
    pairs = [
        ("common sense", state.baseline.get(name)),
        (f"{split}, {'so far' if state.live else 'at the end'}", value),
        (f"{split}, best epoch", best),
    ]
    return clean(name, 40), [(label, one) for label, one in pairs if one is not None and math.isfinite(one)]
