"""A child that answers: questions come as lines of JSON on stdin, what the run's network says goes as lines of JSON to stdout.

A question is {"file": path}, {"text": words} or {"row": {column: cell} or [numbers]}, with "weights" final or best.
Its answer is {"answers": facts of each row as `tuiml predict --jsonl` has them, "weights": in words, "warning": or "",
"seen": the first row as it was read} or {"error": a sentence}. Before an answer may come {"stage": what is being done}.
{"judge": true} asks for the predictions of the validation and test rows: they are written into the run folder, {"judged": splits}.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from tuiml import recipe as recipes
from tuiml.errors import DataError, TuimlError, UsageError
from tuiml.fields import Recipe
from tuiml.records import outward
from tuiml.runs import predictions, store
from tuiml.runs.folder import RunFolder
from tuiml.tasks import answers, readable, unseen
from tuiml.tasks.unseen import Unseen
from tuiml.text import clean
from tuiml.train import reload
from tuiml.train.reload import Trained

_MOST_ROWS = 1000
"""Of a file, that many rows are answered: more belong in `tuiml predict`."""
_MOST_PIXELS = 512 * 512 * 3

Tell = Callable[[str], None]


def serve(folder: RunFolder) -> int:
    """Answer until stdin closes; return the exit code. Whatever else prints, prints to stderr."""
    speech = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what libraries and model files print is no answer
    networks = Networks(folder, lambda what: _say(speech, {"stage": what}))
    for line in sys.stdin.buffer:
        try:
            question = _question(line)
            _say(speech, networks.judge() if "judge" in question else networks.answer(question))
        except TuimlError as error:
            _say(speech, {"error": str(error)})
        except BrokenPipeError:  # whoever asked is gone
            return 0
        except Exception as error:  # a stranger's file or model file: the next question may do better
            _say(speech, {"error": f"{type(error).__name__}: {clean(error, 400)}"})
    return 0


class Networks:
    """A run's network with its final weights and with its best: each loaded when first asked for; `tell` hears the stages."""

    def __init__(self, folder: RunFolder, tell: Tell) -> None:
        self.folder, self.tell = folder, tell
        self._loaded: dict[str, Trained] = {}

    @cached_property
    def recipe(self) -> Recipe:
        """The run's recipe. Raises TuimlError when it cannot be read."""
        return recipes.read(self.folder.recipe)

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said of the rows asked about. Raises TuimlError for a mistake in them, or a run without weights."""
        trained = self._trained(str(question.get("weights", "final")))
        described = trained.described
        one = self._read(question, trained)
        if one.rows is None:
            raise DataError(one.fault if clean(one.name) in one.fault else f"{clean(one.name)}: {one.fault}")
        rows = one.rows[:_MOST_ROWS]
        if not len(rows):
            raise DataError(f"{clean(one.name)} has no rows.")
        notes = [described.preparation.gap_warning(rows)]
        notes += [f"the first {_MOST_ROWS:,} of {len(one.rows):,} rows"] if len(one.rows) > _MOST_ROWS else []
        return {
            "answers": answers.facts(one, trained.outputs(rows), described),
            "weights": trained.weights,
            "warning": " ".join(filter(None, notes)),
            "seen": seen(rows, trained),
        }

    def judge(self) -> dict[str, Any]:
        """Leave in the run folder what the final weights say of validation and test rows. Raises TuimlError, also for a live run."""
        from tuiml.train import evaluation, rows

        with self.folder.hold():
            trained, source = self._trained("final"), rows.read(self.recipe, self.tell)
            predictions.write_preparation(self.folder, reload.prepared(self.folder, self.recipe, self.tell))
            judged = []
            for split in predictions.SPLITS:
                self.tell(f"judging the {split} rows")
                found = evaluation.evaluate(trained, source, split)
                if found is not None:
                    predictions.write(self.folder, found[0])
                    judged.append(split)
        return {"judged": judged}

    def _trained(self, weights: str) -> Trained:
        if weights not in ("final", "best"):
            raise UsageError(f"weights {clean(weights, 40)!r}: expected final or best.")
        if weights not in self._loaded:
            state = store.read(self.folder).state
            self._loaded[weights] = reload.load(self.folder, self.recipe, state, weights, self.tell)
        return self._loaded[weights]

    def _read(self, question: Mapping[str, Any], trained: Trained) -> Unseen:
        if "row" in question:
            return unseen.row(question["row"], trained.described)
        files, texts = [], []
        if "file" in question:
            name = str(question["file"])
            files = [(name, Path(os.path.expanduser(name)))]
        elif "text" in question:
            texts = [str(question["text"])]
        else:
            raise UsageError("a question has one of file, text and row.")
        return answers.read(files, texts, trained.described, self.recipe, self.tell)[0]


def seen(rows: Any, trained: Trained) -> dict[str, Any]:
    """Return the first row as the network was given it to prepare: {"picture": bytes as nested lists} or {"words": a line}."""
    described = trained.described
    if described.form == "pictures":
        return {"picture": rows[0].tolist()} if rows[0].size <= _MOST_PIXELS else {}
    size = trained.recipe.data.words
    vocabulary = described.vocabulary[:size]
    return {"words": readable.words(rows[:1], vocabulary, described.columns)[0]}


def _question(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"a question is one line of JSON; {clean(error, 200)}.") from None
    if not isinstance(found, dict):
        raise UsageError('a question is one JSON object, such as {"file": "seven.png"}.')
    return found


def _say(speech: IO[str], answer: Mapping[str, Any]) -> None:
    speech.write(json.dumps(outward(answer), allow_nan=False) + "\n")
    speech.flush()
