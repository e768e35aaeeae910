"""The words and cells of Results: who was taken for whom, class by class and row by row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.text import Text
from textual.content import Content

from tuiml.draw.numbers import figure
from tuiml.runs.predictions import Split
from tuiml.tasks.judged import CASES, Judged, told
from tuiml.tasks.scores import ClassScore
from tuiml.text import clean, clean_lines
from tuiml.tui.results.findings import Findings
from tuiml.tui.widgets.crosstab import Counts

SORTS = ("rows", "F1", "precision", "recall", "name")
_BAR = 16


def panes(judged: Judged | None) -> tuple[str, ...]:
    """Return the names of the panes: they follow from what is predicted."""
    if judged is None or judged.of_classes:
        return "Summary", "Confusion", "Classes", "Worst rows", "Try one"
    if judged.of_values:
        return "Summary", "Residuals", "Errors", "Worst rows", "Try one"
    return "Summary", "Hits and misses", "Labels", "Worst rows", "Try one"


def nothing(findings: Findings, split: Split) -> str:
    """Return why there is nothing to show of a split, and what to do; "" where there is."""
    return clean_lines(findings.missing.get(split, ""), 800)


def counts(judged: Judged) -> Counts | None:
    """Return the table of the second pane: the confusion matrix, or what became of each label."""
    if judged.of_classes:
        names = judged.described.classes
        return Counts(judged.matrix, names, names, np.eye(len(names), dtype=bool), "true \\ predicted")
    if judged.of_values:
        return None
    right = np.tile(np.array([True, False, False, True]), (len(judged.labelled), 1))
    return Counts(judged.labelled, judged.described.names, CASES, right, "label")


def cell(judged: Judged, row: int, column: int) -> str:
    """Return what the cell under the cursor counts."""
    names = judged.described.names
    if judged.of_classes:
        count, support = int(judged.matrix[row, column]), int(judged.matrix[row].sum())
        share = f" ({100 * count / support:.1f} %)" if support else ""
        told_as = "found" if row == column else f"taken for {clean(names[column], 30)}"
        words = f"true {clean(names[row], 30)}, {told_as}: {count:,} of {support:,} rows{share}"
    else:
        count = int(judged.labelled[row, column])
        words = f"{clean(names[row], 30)}, {CASES[column]}: {count:,} of {len(judged.rows):,} rows"
    return words + (" · enter shows them" if count else "")


def cell_name(judged: Judged, row: int, column: int) -> str:
    """Return which rows a cell counts."""
    names = judged.described.names
    if not judged.of_classes:
        return f"rows whose label {clean(names[row], 30)} was {CASES[column]}"
    if row == column:
        return f"rows of {clean(names[row], 30)} that were found"
    return f"rows of {clean(names[row], 30)} taken for {clean(names[column], 30)}"


def about_class(judged: Judged, number: int) -> tuple[str, Any]:
    """Return the rows that are mistaken about a class or label, or all of its rows where none is: in words, and which (n,)."""
    name = clean(judged.described.names[number], 30)
    if judged.of_classes:
        wrong, own = (judged.y == number) ^ (judged.taken_for == number), judged.y == number
    else:
        wrong, own = (judged.among(number, 1) | judged.among(number, 2)), judged.among(number, 0)
    return (f"mistakes about {name}", wrong) if wrong.any() else (f"rows of {name}, all of them found", own)


def scattered(judged: Judged, target: int) -> str:
    """Return what the scatter shows."""
    names = judged.described.names
    more = f" · target {target + 1} of {len(names)}, n: next" if len(names) > 1 else ""
    return f"{clean(names[target], 40)}: true across, predicted upwards; above the dotted line it is predicted too high{more}"


def headings(judged: Judged, by: str) -> list[str]:
    """Return the columns of the table of classes, the one that it is sorted by marked."""
    named = {"name": "class" if judged.of_classes else "label"}
    return [f"{named.get(name, name)}{' ▾' if name == by else ''}" for name in ("name", *SORTS[1:-1], SORTS[0])] + [""]


def sorted_by(judged: Judged, by: str) -> str:
    """Return what the table of classes shows, and in which order."""
    order = {"rows": "the most rows first", "name": "in the order of the task"}.get(by, f"the worst {by} first")
    return f"{len(judged.described.names)} {'classes' if judged.of_classes else 'labels'}, {order} · enter shows the mistakes"


def score_cells(score: ClassScore, most: int) -> list[Text]:
    """Return the cells of a class in the order of `headings`, with a bar of its rows."""
    figures = [figure(one) if one == one else "–" for one in (score.f1, score.precision, score.recall)]
    bar = "▪" * math.ceil(_BAR * score.support / most) if most else ""
    return [
        Text(clean(score.name, 30)),
        *(Text(f"{one:>7}") for one in figures),
        Text(f"{score.support:>7,}"),
        Text(bar, "dim"),
    ]


def pairs(judged: Judged, most: int, at: tuple[int, int]) -> Content:
    """Return the most confused pairs, the one under the cursor marked."""
    names, lines = judged.described.classes, [Content.styled("most confused (n: next)", "bold")]
    for pair in judged.most_confused(most):
        mark = "›" if (pair.truth, pair.predicted) == at else " "
        words = f"{mark} {clean(names[pair.truth], 12)} for {clean(names[pair.predicted], 12)}"
        lines.append(Content.assemble(f"{words:<29}", (f"{pair.count:>4} {100 * pair.share:5.1f} %", "$text-warning")))
    return Content("\n").join(lines if len(lines) > 1 else [*lines, Content("  none: every row is right")])


def ordered(scores: Sequence[ClassScore], by: str) -> list[int]:
    """Return the numbers of classes in the order of `by`: of the figures the worst first, what has none last; of rows the most."""
    values = {"F1": "f1", "precision": "precision", "recall": "recall"}
    if by == "name":
        return list(range(len(scores)))
    if by == "rows":
        return sorted(range(len(scores)), key=lambda number: -scores[number].support)
    return sorted(range(len(scores)), key=lambda number: _last_nan(getattr(scores[number], values[by])))


def _last_nan(value: float) -> tuple[bool, float]:
    return (math.isnan(value), 0.0 if math.isnan(value) else value)


def caption(judged: Judged, place: int) -> list[str]:
    """Return what is to be said of a row: what is true and what was said, with their probabilities; its number and loss."""
    fact, targets = judged.fact(place), judged.described.targets
    shares = [f" ({100 * fact[one]:.0f} %)" if one in fact else "" for one in ("probability_of_true", "probability")]
    return [
        f"true {told(fact['true'], targets)}{shares[0]}",
        f"said {told(fact['predicted'], targets)}{shares[1]}",
        f"#{fact['row']} loss {figure(fact['loss'])}",
    ]
