"""Try one: what is typed becomes a question to the run's network, and its answer becomes words and bars."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.content import Content

from tuiml.draw.numbers import figure
from tuiml.errors import UsageError
from tuiml.tasks.base import Form
from tuiml.text import clean, clean_lines

_ENDINGS: dict[Form, tuple[str, ...]] = {
    "pictures": (".npy", ".npz"),
    "text": (".txt",),
    "table": (".csv", ".npy", ".npz"),
    "features": (".npy", ".npz"),
}
"""What the names of files end with that are told from typed rows by it; of pictures, everything typed is a file."""


def prompt(form: Form, columns: Sequence[str]) -> str:
    """Return what can be typed."""
    if form == "pictures":
        return "path of a picture, or of a .npy file"
    if form == "text":
        return "type a text, or the path of a .txt file"
    if form == "table":
        return f"name=value, … or {len(columns)} values in order, or the path of a .csv file; ? where nothing is known"
    return "numbers with commas between them, or the path of a .npy file"


def question(line: str, form: Form, weights: str) -> dict[str, Any]:
    """Return the question that a typed line asks. Raises UsageError for an empty one."""
    words = line.strip()
    if not words:
        raise UsageError("there is nothing to ask about yet: type something first.")
    path = os.path.expanduser(words.strip("'\""))
    if form == "pictures" or (path.lower().endswith(_ENDINGS[form]) and "\n" not in path):
        return {"file": str(Path(path)), "weights": weights}
    if form == "text":
        return {"text": words, "weights": weights}
    return {"row": _cells(words), "weights": weights}


def _cells(words: str) -> dict[str, str] | list[str]:
    parts = [part.strip() for part in words.split(",")]
    if all("=" in part for part in parts):
        named = [part.rpartition("=") for part in parts]
        return {name.strip(): value.strip() for name, _, value in named}
    return parts


def shares(answer: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return classes, labels or targets of the first row with their probabilities, the most likely first."""
    first = _first(answer)
    named = first.get("probabilities")
    if not isinstance(named, dict):
        return []
    return sorted(((str(name), float(share)) for name, share in named.items()), key=lambda pair: -pair[1])


def words(answer: Mapping[str, Any]) -> Content:
    """Return an answer in words: what is said of the first row, of how many more, and what was read."""
    if "error" in answer:
        return Content.styled(f"✗ {clean_lines(answer['error'], 600)}", "$text-error")
    first, count = _first(answer), len(answer.get("answers", ()))
    lines = [Content.assemble((_said(first), "bold"), (f"   weights {clean(answer.get('weights', ''), 80)}", "dim"))]
    if warning := clean(answer.get("warning", ""), 300):
        lines.append(Content.styled(f"! {warning}", "$text-warning"))
    if count > 1:
        others = ", ".join(_said(one) for one in answer["answers"][1:6])
        lines.append(Content(f"{count - 1:,} more rows: {others}{', …' if count > 6 else ''}"))
    if seen := clean(dict(answer.get("seen", {})).get("words", ""), 600):
        lines.append(Content.styled(f"as the network reads it: {seen}", "$text-muted"))
    return Content("\n").join(lines)


def _first(answer: Mapping[str, Any]) -> dict[str, Any]:
    found = answer.get("answers") or [{}]
    return dict(found[0])


def _said(fact: Mapping[str, Any]) -> str:
    if "class" in fact:
        return f"{clean(fact['class'], 40)} {100 * float(fact['probability']):.1f} %"
    if "labels" in fact:
        return ", ".join(clean(label, 30) for label in fact["labels"]) or "no label"
    values = dict(fact.get("values", {}))
    return ", ".join(f"{clean(name, 30)} {figure(float(value))}" for name, value in values.items())
