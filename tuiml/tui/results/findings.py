"""What Results shows of a run, read from its folder without what it was trained with: the log, and what it said of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tuiml import recipe as recipes
from tuiml.errors import TuimlError
from tuiml.fields import Recipe
from tuiml.runs import predictions, store
from tuiml.runs.folder import RunFolder
from tuiml.runs.predictions import SPLITS, About, Split
from tuiml.state import RunState
from tuiml.tasks import catalog
from tuiml.tasks.described import Described
from tuiml.tasks.judged import Judged

__all__ = ["SPLITS", "Findings", "Split", "load"]


@dataclass(frozen=True, eq=False)
class Findings:
    """`judged` and `about` by split, where there are predictions; `missing` says why a split has none.

    `described` is None where the run has left nothing, `published` a figure to compare with and its source, or "".
    """

    folder: RunFolder
    state: RunState
    recipe: Recipe
    published: str = ""
    described: Described | None = None
    judged: Mapping[Split, Judged] = field(default_factory=dict)
    about: Mapping[Split, About] = field(default_factory=dict)
    missing: Mapping[Split, str] = field(default_factory=dict)

    @property
    def first(self) -> Split:
        """The split to show first: the test rows, where something is known of them."""
        return next((split for split in SPLITS if split in self.judged), "test")

    @property
    def computable(self) -> bool:
        """Whether there are rows that could be judged and were not."""
        return not self.state.live and any(self.state.rows.get(split, 1) for split in self.missing)


def load(folder: RunFolder) -> Findings:
    """Read a run. Raises TuimlError when its recipe cannot be read; damaged predictions are `missing`, with the reason."""
    run, recipe = store.read(folder), recipes.read(folder.recipe)
    judged: dict[Split, Judged] = {}
    about: dict[Split, About] = {}
    missing: dict[Split, str] = {}
    described = None
    for split in SPLITS:
        try:
            stored = predictions.read_preparation(folder)
            described = Described.read(stored, str(folder.path / "preparation.json")) if stored else None
            kept = predictions.at_the_end(folder, split, run.state)
            kept = kept or predictions.since_the_end(folder, split, run.state)
            if kept is None or described is None:
                missing[split] = _why(run.state, split)
                continue
            found = Judged(described, kept.about.of, kept.rows, kept.y, kept.outputs, kept.losses)
            judged[split] = found.checked(str(predictions.file(folder, split)))
            about[split] = kept.about
        except TuimlError as error:
            missing[split] = f"{error} Press c: they are computed anew."
    return Findings(folder, run.state, recipe, _published(recipe), described, judged, about, missing)


def _published(recipe: Recipe) -> str:
    try:
        return catalog.of(recipe).published
    except TuimlError:  # the user's own files have moved, or a plug-in is gone: there is no figure to compare with
        return ""


def _why(state: RunState, split: Split) -> str:
    """Return why a run has no predictions of a split, and what to do."""
    other = "validation" if split == "test" else "test"
    if state.live:
        return f"The run is {state.status}: its rows are judged when it ends, and shown here then. s in Live stops it and keeps what it has."
    if state.rows and not state.rows.get(split):
        return f"This run has no {split} rows; s shows its {other} rows."
    if state.status in ("failed", "crashed"):
        return f"The run {state.status} before its rows were judged. Press c to judge them by its last checkpoint, which takes some seconds."
    return "The run left no predictions by its last weights. Press c to compute them, which takes some seconds."
