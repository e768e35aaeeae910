"""The lines that prepare rows for the network, with statistics of training rows alone."""

from __future__ import annotations

from tuiml.errors import UsageError
from tuiml.export.keras_script import plain
from tuiml.export.keras_script.facts import Facts
from tuiml.export.keras_script.section import Section


def preparing(facts: Facts) -> Section | None:
    """Return the function `prepared(rows)`, which gives x by the statistics of these training rows; None where x stays as it is.

    Raises UsageError for what a plain program does not repeat.
    """
    steady = facts.pipeline.evaluation()
    if steady:
        raise UsageError(
            f"a script cannot repeat the step {steady.ops[0]}, which all pictures go through. --format keras exports the network."
        )
    if facts.recipe.data.label_noise:
        raise UsageError("a script does not repeat labels that were made wrong on purpose (data.label_noise).")
    if facts.recipe.data.mask:
        raise UsageError("a script does not repeat cells that are blanked at random (data.mask).")
    if facts.preparation.table is not None:
        return _table(facts)
    if facts.preparation.steps is not None:
        return Section("preparation", _STEPS)
    return None


_STEPS = (
    "def prepared(rows):",
    '    """Return x with each feature at mean 0 and standard deviation 1 over all steps of the training rows; missing is 0."""',
    "    seen = x[rows].reshape(-1, x.shape[-1]).astype(float)",
    "    mean, std = np.nanmean(seen, axis=0), np.nanstd(seen, axis=0)",
    "    std[std == 0] = 1",
    '    return np.nan_to_num((x - mean) / std).astype("float32")',
)


def _table(facts: Facts) -> Section:
    table, data = facts.preparation.table, facts.recipe.data
    assert table is not None  # noqa: S101  the caller has looked
    columns = facts.data.columns
    lines = [f"COLUMNS = {[column.name for column in columns]!r}", "cells = x"]
    derived = []
    for made in table.derived:
        parts = [f"cells[:, COLUMNS.index({columns[number].name!r})]" for number in made.columns]
        derived.append(_DERIVED[made.operation].format(*parts))
    if derived:
        lines += [
            'with np.errstate(all="ignore"):  # what has no result is missing',
            f"    cells = np.column_stack([cells, {', '.join(derived)}])",
            "cells = np.where(np.isfinite(cells), cells, np.nan)",
            f"COLUMNS += {[made.name for made in table.derived]!r}",
        ]
    kept = sorted({feature.column for feature in table.features})
    if len(kept) < len(columns) + len(table.derived):
        lines.append(f"KEPT = {kept!r}  # columns that the network sees")
        lines.append("cells, COLUMNS = cells[:, KEPT], [COLUMNS[number] for number in KEPT]")
    every = [bool(column.categories) for column in columns] + [False] * len(table.derived)
    categories = {place for place, number in enumerate(kept) if every[number]}
    arguments = f"categories={categories or '()'}, indicators={bool(data.indicators)}"
    lines += ["", "", "def prepared(rows):", '    """Return x by the statistics of these training rows."""']
    lines += [f"    return prepare(cells, rows, {arguments})"]
    return Section("preparation", tuple(lines), (plain.prepare,))


_DERIVED = {
    "log": "np.log(np.where({0} > 0, {0}, np.nan))",
    "ratio": "{0} / np.where({1} != 0, {1}, np.nan)",
    "product": "{0} * {1}",
}
