"""The figures of an evaluation, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tuiml.cli import console
from tuiml.draw import confusion, residuals, samples
from tuiml.draw.numbers import figure
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.tasks import catalog, scores, texts
from tuiml.tasks.scores import QUANTILES
from tuiml.text import clean

if TYPE_CHECKING:
    from tuiml.cli.evaluate import Found

_PAIRS = 5


@dataclass(frozen=True)
class Worst:
    """The rows of highest loss: what was true and what was said of each; `data` and `x` are the rows, where they can be read."""

    places: Any
    captions: list[str]
    facts: list[dict[str, Any]]
    data: Any = None
    x: Any = None
    missing: str = ""


def worst(found: Found, recipe: Recipe, most: int, shown: bool) -> Worst:
    """Return the `most` rows of highest loss, `shown` or as numbers; data that cannot be read any more leaves the numbers."""
    kept = found.predictions
    places = np.argsort(-kept.losses, kind="stable")[:most]
    facts = [_fact(found, int(place)) for place in places]
    captions = [f"row {fact['row']:,}: {_words(fact, found.described.targets)}" for fact in facts]
    if not (shown and most):
        return Worst(places, captions, facts)
    try:
        data = catalog.of(recipe).load(recipe.data.model_dump(), lambda what: None)
        whole = data.test_x if kept.about.of == "test" else data.train_x
        return Worst(places, captions, facts, data, whole[kept.rows[places]])
    except (TuimlError, IndexError) as error:
        return Worst(places, captions, facts, missing=str(error))


def _fact(found: Found, place: int) -> dict[str, Any]:
    kept, described = found.predictions, found.described
    fact: dict[str, Any] = {"row": int(kept.rows[place]), "of": kept.about.of, "loss": float(kept.losses[place])}
    if described.kind in ("binary", "one_of_n"):
        shares = scores.probabilities(kept.outputs[place : place + 1])[0]
        guess = int(scores.predicted(kept.outputs[place : place + 1])[0])
        return fact | {
            "true": described.classes[int(kept.y[place])],
            "predicted": described.classes[guess],
            "probability": float(shares[guess]),
        }
    truth, said = np.atleast_1d(kept.y[place]), kept.outputs[place]
    if described.kind == "many_of_n":
        return fact | {
            "true": [name for name, value in zip(described.names, truth, strict=True) if value > 0.5],
            "predicted": [name for name, value in zip(described.names, said, strict=True) if value > 0.5],
        }
    return fact | {"true": [float(value) for value in truth], "predicted": [float(value) for value in said]}


def _words(fact: dict[str, Any], names: Sequence[str]) -> str:
    """Return what was true and what was said; values by the `names` of their targets, where they have some."""

    def told(value: Any) -> str:
        if not isinstance(value, list):
            return str(value)
        if value and isinstance(value[0], float):
            return ", ".join(f"{name} {one:.6g}".lstrip() for name, one in zip(names or ("",), value, strict=True))
        return ", ".join(value) or "nothing"

    sure = f" ({100 * fact['probability']:.0f} %)" if "probability" in fact else ""
    said = "taken for" if sure else "predicted"
    return f"{told(fact['true'])}, {said} {told(fact['predicted'])}{sure}, loss {figure(fact['loss'])}"


def as_json(found: Found, bad: Worst) -> dict[str, Any]:
    """Return everything that `render` shows."""
    kept, described = found.predictions, found.described
    result: dict[str, Any] = {
        "task": described.task,
        "kind": described.kind,
        "weights": found.weights,
        "split": kept.about.split,
        "rows": len(kept.rows),
        "of_rows": kept.about.total,
        "loss": kept.loss,
        scores.METRIC[described.kind]: scores.metric(described.kind, kept.y, kept.outputs),
        "metrics": found.metrics,
    }
    if described.kind in ("binary", "one_of_n"):
        matrix = _matrix(found)
        result["confusion"] = {"classes": described.classes, "matrix": matrix.tolist()}
        result["per_class"] = [asdict(one) for one in scores.class_scores(matrix, described.classes)]
        result["most_confused"] = [
            {
                "true": described.classes[pair.truth],
                "predicted": described.classes[pair.predicted],
                "count": pair.count,
                "share": pair.share,
            }
            for pair in scores.most_confused(matrix, _PAIRS)
        ]
    elif described.kind == "many_of_n":
        result["per_label"] = [asdict(one) for one in scores.label_scores(kept.y, kept.outputs, described.names)]
    else:
        found_errors = scores.residuals(kept.y, kept.outputs, described.names)
        result["residuals"] = [asdict(one) | {"at": QUANTILES} for one in found_errors]
    result["highest_loss"] = bad.facts
    if found.importance:
        result["importance"] = [asdict(one) for one in found.importance]
    return result


def render(run: str, found: Found, bad: Worst) -> None:
    """Print the figures as tables, readable at 80 columns."""
    kept, described = found.predictions, found.described
    ascii = not console.utf8_data()  # noqa: A001 - as the rooms that draw call it
    part = "" if kept.complete else f" ({len(kept.rows):,} of them below)"
    console.data(f"{clean(run)}: {kept.about.total:,} {kept.about.split} rows{part}")
    console.data(f"  with the weights {found.weights}")
    wide = max((len(clean(name)) for name in found.metrics), default=0)
    for name, value in found.metrics.items():
        console.data(f"  {clean(name):<{wide}}  {figure(value)}")
    console.data("")
    if described.kind in ("binary", "one_of_n"):
        _render_classes(_matrix(found), described.classes, ascii)
    elif described.kind == "many_of_n":
        rows = scores.label_scores(kept.y, kept.outputs, described.names)
        console.render_data(confusion.scores_table(rows, "label", ascii))
    else:
        found_errors = scores.residuals(kept.y, kept.outputs, described.names)
        console.render_data(residuals.residuals_table(found_errors, QUANTILES))
        if len(described.names) == 1:
            console.render_data(residuals.histogram(kept.outputs[:, 0] - kept.y.reshape(-1), ascii=ascii))
    if len(bad.facts):
        console.data(
            "\nrows of the highest loss" if bad.data is not None else f"\nrows of the highest loss: {bad.missing}"
        )
        _render_rows(bad, described, ascii)
    if found.importance:
        _render_importance(found, scores.METRIC[described.kind])


def _matrix(found: Found) -> Any:
    kept = found.predictions
    return scores.confusion(kept.y, scores.predicted(kept.outputs), len(found.described.classes))


def _render_classes(matrix: Any, names: tuple[str, ...], ascii: bool) -> None:  # noqa: A002
    if len(names) <= confusion.MOST_CLASSES:
        console.render_data(confusion.matrix_table(matrix, names, ascii=ascii))
        console.data("")
    console.render_data(confusion.scores_table(scores.class_scores(matrix, names), ascii=ascii))
    pairs = scores.most_confused(matrix, _PAIRS)
    if pairs:
        console.data("\nmost confused")
        console.render_data(confusion.pairs_table(pairs, names))


def _render_rows(bad: Worst, described: Any, ascii: bool) -> None:  # noqa: A002
    if bad.data is None or described.form == "features":
        for caption in bad.captions:
            console.data(f"  {clean(caption)}")
    elif described.form == "pictures":
        pairs = list(zip(bad.x, bad.captions, strict=True))
        console.render_data(samples.picture_grid(pairs, 80, plain=ascii or not console.colors_data()))
    elif described.form == "text":
        words = [texts.decode(bad.x.text(number), bad.data.vocabulary) for number in range(len(bad.x))]
        console.render_data(samples.text_rows(list(zip(words, bad.captions, strict=True))))
    else:
        cells = [_cells(row, described.columns) for row in bad.x]
        console.render_data(samples.text_rows(list(zip(cells, bad.captions, strict=True))))


def _cells(row: Any, columns: Any) -> str:
    def told(value: float, column: Any) -> str:
        if np.isnan(value):
            return "?"
        return column.categories[int(value)] if column.categories else f"{value:.6g}"

    return ", ".join(f"{column.name}={told(value, column)}" for value, column in zip(row, columns, strict=True))


def _render_importance(found: Found, metric: str) -> None:
    console.data(f"\nhow much {metric} loses when a column is shuffled (mean and spread over the repeats)")
    wide = max(len(clean(one.column)) for one in found.importance)
    for one in found.importance:
        console.data(f"  {clean(one.column):<{wide}}  {one.mean:+.4f}  +- {one.std:.4f}")
