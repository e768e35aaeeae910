"""What the darkroom is asked to show, the pictures that this means, and the words above them."""

from __future__ import annotations

from typing import NamedTuple

import augment
from augment.pipeline import Pipeline
from tuiml.errors import TuimlError
from tuiml.tasks.offline import copies_of
from tuiml.text import clean
from tuiml.tui.darkroom import dials, preview
from tuiml.tui.darkroom.bench import Bench
from tuiml.tui.darkroom.editor import Draft
from tuiml.tui.darkroom.preview import Pairs, Pictures, Told

NOTHING = "No augmentation yet: left and right are equal. "
NEVER = "Validation and test pictures are never augmented."


class Wanted(NamedTuple):
    """What is to be shown: a bench, of it one step `solo`, the two `ends` of the chosen dial, an epoch, `most` pictures from the `first`-th on."""

    bench: Bench
    solo: bool
    ends: bool
    epoch: int
    first: int
    most: int


class Shown(NamedTuple):
    """Pictures, what they are in words, and the pipeline that made them; or what is wrong."""

    pairs: Pairs | None
    words: str
    pipeline: Pipeline | None = None
    problem: str = ""


def show(pictures: Pictures, wanted: Wanted, progress: Told = lambda what: None) -> Shown:
    """Return the pictures that are wanted, or the problem that stands in their way.

    Takes milliseconds; `progress` is told what takes seconds.
    """
    recipe = wanted.bench.edited
    seed, place = recipe.train.seed, (wanted.epoch, wanted.first, wanted.most)
    try:
        if wanted.ends and (ends := _ends(wanted)):
            (least, left), (most, right) = ends
            made = preview.extremes(
                pictures, (pictures.ready(least, progress), pictures.ready(most, progress)), seed, *place
            )
            return Shown(made, f"{_who(wanted)}: left {left}, right {right}, the ends of its range. {NEVER}", most)
        pipeline = _alone(wanted) if wanted.solo else augment.parse(wanted.bench.draft.text)
        pipeline = pictures.ready(pipeline, progress)
        made = preview.pairs(pictures, pipeline, seed, *place)
    except (augment.AugmentError, TuimlError) as error:
        return Shown(None, "", None, str(error))
    return Shown(made, words(wanted), pipeline)


def words(wanted: Wanted) -> str:
    """Return what is shown: epoch or offline copy, all steps or one alone."""
    recipe = wanted.bench.edited
    copies, seed, epoch = copies_of(recipe), recipe.train.seed, wanted.epoch
    said = NOTHING if not recipe.augment.ops and not wanted.solo else ""
    if wanted.solo and wanted.bench.draft.steps:
        said = f"{_who(wanted)} alone (o: all steps), as it draws in the run. "
    if copies:
        said += (
            f"Copy {epoch} of {copies}, seed {seed}: left the original, right its copy, both the same in every epoch."
        )
    else:
        said += f"Epoch {epoch}, seed {seed}{'.' if said == NOTHING else ': left as read, right as trained on.'}"
    return f"{said} {NEVER}"


def _who(wanted: Wanted) -> str:
    return clean(str(wanted.bench.draft.steps[wanted.bench.step].op), 60)


def _alone(wanted: Wanted) -> Pipeline:
    draft = wanted.bench.draft
    return draft.alone(wanted.bench.step) if draft.steps else Pipeline()


def _ends(wanted: Wanted) -> tuple[tuple[Pipeline, str], tuple[Pipeline, str]] | None:
    """Return the pipelines in which the chosen parameter stands at the least and at the most of its range, with their values."""
    bench = wanted.bench
    dial, step = bench.dial, bench.line.step
    if dial is None or step < 0:
        return None
    found = dials.extremes(bench.draft.steps[step].op, dial)
    if found is None:
        return None

    def pipeline(op: augment.Op) -> Pipeline:
        draft: Draft = bench.draft.tuned(step, op)
        if wanted.solo:
            return draft.alone(step)
        return augment.parse((draft.muted(step) if draft.steps[step].muted else draft).text)

    (least, left), (most, right) = found
    return (pipeline(least), left), (pipeline(most), right)
