"""The figures of an evaluation, as JSON and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tuiml.cli import console
from tuiml.draw import confusion, residuals, samples
from tuiml.draw.numbers import figure
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.tasks import readable, scores
from tuiml.tasks.judged import Judged, told
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
    judged = found.judged
    places = judged.worst()[:most]
    facts = [judged.fact(int(place)) for place in places]
    captions = [f"row {fact['row']:,}: {_words(fact, found.described.targets)}" for fact in facts]
    if not (shown and most):
        return Worst(places, captions, facts)
    try:
        data = readable.load(recipe, lambda what: None)
        return Worst(places, captions, facts, data, readable.rows(data, judged.of, judged.rows[places]))
    except TuimlError as error:
        return Worst(places, captions, facts, missing=str(error))


def _words(fact: dict[str, Any], targets: Sequence[str]) -> str:
    """Return what was true and what was said."""
    sure = f" ({100 * fact['probability']:.0f} %)" if "probability" in fact else ""
    said = "taken for" if sure else "predicted"
    return (
        f"{told(fact['true'], targets)}, {said} {told(fact['predicted'], targets)}{sure}, loss {figure(fact['loss'])}"
    )


def as_json(found: Found, bad: Worst) -> dict[str, Any]:
    """Return everything that `render` shows."""
    kept, described, judged = found.predictions, found.described, found.judged
    result: dict[str, Any] = {
        "task": described.task,
        "kind": described.kind,
        "weights": found.weights,
        "split": kept.about.split,
        "rows": len(kept.rows),
        "of_rows": kept.about.total,
        "loss": kept.loss,
        scores.METRIC[described.kind]: judged.metric,
        "metrics": found.metrics,
    }
    if judged.of_classes:
        result["confusion"] = {"classes": described.classes, "matrix": judged.matrix.tolist()}
        result["per_class"] = [asdict(one) for one in judged.by_class()]
        result["most_confused"] = [
            {
                "true": described.classes[pair.truth],
                "predicted": described.classes[pair.predicted],
                "count": pair.count,
                "share": pair.share,
            }
            for pair in judged.most_confused(_PAIRS)
        ]
    elif described.kind == "many_of_n":
        result["per_label"] = [asdict(one) for one in judged.by_class()]
    else:
        result["residuals"] = [asdict(one) | {"at": QUANTILES} for one in judged.residuals()]
    result["highest_loss"] = bad.facts
    if found.importance:
        result["importance"] = [asdict(one) for one in found.importance]
    return result


def render(run: str, found: Found, bad: Worst) -> None:
    """Print the figures as tables, readable at 80 columns."""
    kept, described, judged = found.predictions, found.described, found.judged
    ascii = not console.utf8_data()  # noqa: A001 - as the rooms that draw call it
    part = "" if kept.complete else f" ({len(kept.rows):,} of them below)"
    console.data(f"{clean(run)}: {kept.about.total:,} {kept.about.split} rows{part}")
    console.data(f"  with the weights {found.weights}")
    wide = max((len(clean(name)) for name in found.metrics), default=0)
    for name, value in found.metrics.items():
        console.data(f"  {clean(name):<{wide}}  {figure(value)}")
    console.data("")
    if judged.of_classes:
        _render_classes(judged, ascii)
    elif described.kind == "many_of_n":
        console.render_data(confusion.scores_table(judged.by_class(), "label", ascii))
    else:
        console.render_data(residuals.residuals_table(judged.residuals(), QUANTILES))
        if len(described.names) == 1:
            console.render_data(residuals.histogram(kept.outputs[:, 0] - kept.y.reshape(-1), ascii=ascii))
    if len(bad.facts):
        console.data(
            "\nrows of the highest loss" if bad.data is not None else f"\nrows of the highest loss: {bad.missing}"
        )
        _render_rows(bad, described, ascii)
    if found.importance:
        _render_importance(found, scores.METRIC[described.kind])


def _render_classes(judged: Judged, ascii: bool) -> None:  # noqa: A002
    names = judged.described.classes
    if len(names) <= confusion.MOST_CLASSES:
        console.render_data(confusion.matrix_table(judged.matrix, names, ascii=ascii))
        console.data("")
    console.render_data(confusion.scores_table(judged.by_class(), ascii=ascii))
    pairs = judged.most_confused(_PAIRS)
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
    else:
        lines = readable.words(bad.x, bad.data.vocabulary, described.columns)
        console.render_data(samples.text_rows(list(zip(lines, bad.captions, strict=True))))


def _render_importance(found: Found, metric: str) -> None:
    console.data(f"\nhow much {metric} loses when a column is shuffled (mean and spread over the repeats)")
    wide = max(len(clean(one.column)) for one in found.importance)
    for one in found.importance:
        console.data(f"  {clean(one.column):<{wide}}  {one.mean:+.4f}  +- {one.std:.4f}")
