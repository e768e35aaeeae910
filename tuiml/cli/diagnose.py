"""`tuiml diagnose`: what a run's curves say, with the numbers that it rests on."""

from __future__ import annotations

from tuiml.cli import console
from tuiml.cli.shared import Json, RunsDir, RunWord, find
from tuiml.coach import diagnosis
from tuiml.runs import store

_TOO_EARLY = "nothing to say yet: a verdict needs three epochs, and validation rows to speak of generalization"


def diagnose(run: RunWord = None, /, *, json: Json = False, runs_dir: RunsDir = None) -> int:
    """Say whether a run overfits, underfits, still improves or fits well, and since when, by its curves."""
    found = store.read(find(run, runs_dir))
    verdict = diagnosis.diagnose(found.state)
    if json:
        console.data_json({"run": found.folder.id, "verdict": diagnosis.as_fields(found.state)})
    elif verdict is None:
        console.data(f"{found.folder.id}: {_TOO_EARLY}")
    else:
        pieces = [f"  {piece}" for piece in verdict.evidence]
        console.data("\n".join([f"{verdict.title} (confidence {verdict.confidence:.0%})", *pieces]))
    return 0
