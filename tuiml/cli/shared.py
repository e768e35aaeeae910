"""What commands about runs share: the parameters by which one is meant, finding it, and a run as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from tuiml import settings
from tuiml.coach import diagnosis
from tuiml.runs import store
from tuiml.runs.folder import RunFolder
from tuiml.runs.summary import summary
from tuiml.state import RunState

RunWord = Annotated[str | None, Parameter(help="id, unique beginning of one, name or folder; left out: the latest")]
RunsDir = Annotated[str | None, Parameter(help="folder that holds the run folders")]
Json = Annotated[bool, Parameter(help="print JSON", negative=())]


def find(word: str | None, runs_dir: str | None) -> RunFolder:
    """Return the run that a word means, by default the latest."""
    return store.find(settings.load({"runs_dir": runs_dir}).runs_dir, word)


def as_json(folder: RunFolder, state: RunState) -> dict[str, Any]:
    """Return a run as every `--json` prints it: its result and the verdict on its curves, null where there is none."""
    return summary(folder, state) | {"verdict": diagnosis.as_fields(state)}
