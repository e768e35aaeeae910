"""The lines that say which rows are trained on, validated on and tested on: exactly those of the run."""

from __future__ import annotations

import base64
import textwrap
import zlib
from typing import Any

import numpy as np

from tuiml.export.keras_script import plain
from tuiml.export.keras_script.facts import Facts, Numbers
from tuiml.export.keras_script.section import Section

_SEEDS = {"test": "(2020,)", "validation": "(SEED, 1)", "train": "(SEED, 2)"}
"""How rows of each split are drawn where nothing else decides; the test rows are the same for every seed."""


def rows(facts: Facts) -> Section:
    """Return the lines of `train`, `validation` and `test`; a choice that follows no simple rule is written out bit by bit."""
    count, labels = facts.learned_from, facts.data.train_y
    classes = labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer)
    labels = labels if classes else np.zeros(count)
    told = "y" if classes else "np.zeros(len(y))  # no classes: all rows alike"
    uses: list[Any] = []
    rest = np.arange(count)
    lines = [f"SEED = {facts.recipe.train.seed}", f"labels = {told}", f"rest = np.arange({count})"]
    for name, seed in _SEEDS.items():
        wanted: Numbers = getattr(facts, name)
        drawn = tuple(
            facts.recipe.train.seed if word == "SEED" else int(word) for word in seed.strip("(,)").split(", ")
        )
        inside = bool(len(wanted)) and wanted[-1] < count
        if not inside and len(wanted):
            lines.append(f"{name} = np.arange({wanted[0]}, {wanted[-1] + 1})  # the data's own test set")
        elif np.array_equal(wanted, rest):
            lines.append(f"{name} = rest")
        elif simple := _range(wanted):
            lines.append(f"{name} = {simple}")
        elif np.array_equal(wanted, rest[plain.stratified(labels[rest], len(wanted), drawn)]):
            lines.append(f"{name} = rest[stratified(labels[rest], {len(wanted)}, {seed})]")
            uses.append(plain.stratified)
        else:
            lines.append(f"{name} = {packed(wanted, facts.total)}")
            uses.append(plain.unpacked)
        if inside and name != "train":
            rest = np.setdiff1d(rest, wanted)
            lines.append(f"rest = np.setdiff1d(rest, {name})")
    weighed = facts.recipe.data.class_weights == "balanced"
    if plain.stratified not in uses and not facts.folds and not weighed:
        del lines[1]
    if facts.head.one_hot:
        lines.append(f"y = keras.utils.to_categorical(y, {facts.head.units})")
    return Section("which rows", tuple(lines), tuple(uses))


def _range(wanted: Numbers) -> str:
    if not len(wanted):
        return "np.arange(0)"
    return f"np.arange({wanted[0]}, {wanted[-1] + 1})" if (np.diff(wanted) == 1).all() else ""


def packed(wanted: Numbers, total: int) -> str:
    """Return row numbers as the call of `unpacked` that gives them back."""
    bits = np.zeros(total, np.uint8)
    bits[wanted] = 1
    text = base64.b85encode(zlib.compress(np.packbits(bits).tobytes(), 9)).decode()
    lines = "\n".join(f"    {part!r}" for part in textwrap.wrap(text, 100))
    return f"unpacked(\n{lines},\n    {total},\n)"
