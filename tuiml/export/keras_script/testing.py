"""The lines that train the networks of a run, with folds or without, and print how the last one does on the test rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tuiml.export.keras_script import plain
from tuiml.export.keras_script.facts import Facts, Numbers
from tuiml.export.keras_script.rows import packed
from tuiml.export.keras_script.section import Section
from tuiml.folds import judged, skipped

_TEST = (
    "results = model.evaluate(ready[test], y[test], batch_size=256, verbose=0, return_dict=True)",
    "for name, value in results.items():",
    '    print(f"test {name}: {value:.4f}")',
)


def testing(facts: Facts) -> Section:
    """Return the program's last lines."""
    if facts.folds:
        return _with_folds(facts)
    lines = ["model, ready, history = fit(train, validation, EPOCHS, SEED)"]
    if len(facts.test):
        lines += _TEST
    else:
        lines += ["for name, values in history.items():", '    print(f"{name}: {values[-1]:.4f}")']
    return Section("the run", tuple(lines))


def _with_folds(facts: Facts) -> Section:
    fields, k = facts.recipe.folds, facts.recipe.folds.k
    metric = judged(facts.head.metrics)
    lines, uses = _dealing(facts)
    lines += [
        "histories = []",
        f"for repeat in range({fields.repeats}):",
        f"    for number, part in enumerate(folds[repeat * {k} : (repeat + 1) * {k}]):",
        f'        print(f"fold {{number + 1}} of {k}, repeat {{repeat + 1}} of {fields.repeats}")',
        "        seed = int(np.random.default_rng([SEED, 6, repeat + 1, number + 1]).integers(2**31))",
        "        _, _, history = fit(np.setdiff1d(train, part), part, EPOCHS, seed)",
        f'        histories.append(history["{metric}"])',
        "",
        "curve = [np.mean(values) for values in zip(*histories)]  # the mean over the folds, epoch by epoch",
        f'print(f"{metric} at the last epoch, mean of {{len(histories)}} folds: {{curve[-1]:.4f}}")',
        "",
        "# The first epochs left out, an exponential moving average shows where the curve is lowest.",
        f"skip = {skipped(fields.skip, facts.epochs)}",
        "smoothed = [curve[skip]]",
        "for value in curve[skip + 1 :]:",
        f"    smoothed.append({fields.smoothing:g} * smoothed[-1] + {1 - fields.smoothing:g} * value)",
        "best = skip + 1 + int(np.argmin(smoothed))",
        f'print(f"{metric} is lowest at epoch {{best}}: {{min(smoothed):.4f}} smoothed, {{curve[best - 1]:.4f}} as it is")',
    ]
    if fields.refit:
        lines += [
            "",
            "# All training rows, for as many epochs, tested once.",
            "model, ready, _ = fit(train, [], best, SEED)",
        ]
        lines += _TEST
    return Section("the run", tuple(lines), tuple(uses))


def _dealing(facts: Facts) -> tuple[list[str], list[Any]]:
    """Return the lines of `folds`, the validation rows of each, and the functions they use."""
    k, train = facts.recipe.folds.k, facts.train
    parts = [part for _, _, part in facts.folds]
    size = len(train) // k
    consecutive = [train[number * size : (number + 1) * size] for number in range(k)] * facts.recipe.folds.repeats
    if _same(parts, consecutive):
        times = f" * {facts.recipe.folds.repeats}" if facts.recipe.folds.repeats > 1 else ""
        return [
            f"size = len(train) // {k}",
            f"folds = [train[n * size : (n + 1) * size] for n in range({k})]{times}",
        ], []
    labels = facts.data.train_y
    whole = labels.ndim == 1 and np.issubdtype(labels.dtype, np.integer)
    kinds = labels[train] if whole else np.zeros(len(train))
    seed, repeats = facts.recipe.train.seed, facts.recipe.folds.repeats
    dealt = [rows for repeat in range(1, repeats + 1) for rows in plain.deal(train, kinds, k, [seed, 5, repeat])]
    if _same(parts, dealt):
        each = f"deal(train, labels[train], {k}, [SEED, 5, repeat])"
        return [f"folds = [part for repeat in range(1, {repeats + 1}) for part in {each}]"], [plain.deal]
    return ["folds = [", *(f"{packed(part, facts.total)}," for part in parts), "]"], [plain.unpacked]


def _same(some: Sequence[Numbers], others: Sequence[Numbers]) -> bool:
    return len(some) == len(others) and all(np.array_equal(a, b) for a, b in zip(some, others, strict=True))
