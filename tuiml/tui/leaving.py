"""Leaving: what the app leaves in the terminal when its screen has closed: the last run's card, or one sentence on what went wrong."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from tuiml.runs.folder import RunFolder
from tuiml.tasks import recipes
from tuiml.text import clean, clean_lines


def sentence(error: BaseException, log: Path | None) -> str:
    """Append an error's traceback to the log, and return what a user is told of it."""
    what = clean(f"{type(error).__name__}: {error}", 200)
    told = f"tuiml stopped because of an error of its own ({what}). Runs go on: `tuiml runs` lists them."
    lines = "".join(traceback.format_exception(error))
    try:
        if log is not None:
            with log.open("a", encoding="utf-8") as stream:
                stream.write(lines)
            return f"{told} Where it happened stands in {clean(log, 400)}; please send that with a report."
    except OSError as problem:
        told += f" {clean(log, 400)} cannot be written: {problem.strerror}."
    return f"{told}\n{clean_lines(lines, 4000)}"


def say(words: str) -> None:
    """Write words to the terminal, on the stream of errors."""
    from rich.console import Console

    Console(stderr=True, highlight=False, markup=False).print(words, soft_wrap=True)


def leave_card(folder: RunFolder) -> None:
    """Write what a run came to, or how to find it again, under the app's screen that has just closed."""
    from rich.console import Console

    from tuiml.coach import diagnosis
    from tuiml.draw import card
    from tuiml.draw.folds import epochs_asked
    from tuiml.runs import store

    run = store.read(folder)
    console = Console(file=sys.stdout, highlight=False)
    if run.state.status == "paused":
        console.print(
            f"{run.folder.id} stands still. It goes on with: tuiml resume {run.folder.id}", markup=False, soft_wrap=True
        )
    elif run.state.live:
        console.print(f"{run.folder.id} goes on. Back to it: tuiml watch {run.folder.id}", markup=False, soft_wrap=True)
    else:
        console.print(
            card.result_card(
                run.state,
                recipes.repeat(folder.recipe, epochs_asked(run.state)),
                str(folder.path),
                verdict=diagnosis.said_of(run.state),
            ),
            soft_wrap=True,
        )
