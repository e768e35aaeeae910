"""Commands about one run on disk: show, watch, and the wishes stop, pause, step and resume."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Parameter

from tuiml import settings
from tuiml.cli import console
from tuiml.cli.shared import Json, RunsDir, RunWord, as_json, find
from tuiml.draw.folds import ended, epochs_asked
from tuiml.errors import StorageError, UsageError
from tuiml.records import Record
from tuiml.runs import launch, store
from tuiml.runs.folder import RunFolder
from tuiml.runs.store import Follower
from tuiml.runs.wishes import Kind
from tuiml.state import RunState

_POLL = 0.1
_PATIENCE = 30.0  # seconds to wait for a runner to obey: a batch of a large network can take that long


def show(run: RunWord = None, /, *, json: Json = False, runs_dir: RunsDir = None) -> int:
    """Show a run: its result card and its epochs."""
    folder = find(run, runs_dir)
    state = store.read(folder).state
    if json:
        history = [
            {"epoch": epoch.number, **epoch.metrics, "seconds": epoch.seconds, "learning_rate": epoch.learning_rate}
            for epoch in state.history
        ]
        console.data_json(as_json(folder, state) | {"history": history, "recipe": _recipe_fields(folder)})
        return 0
    from rich.text import Text

    from tuiml.coach import diagnosis
    from tuiml.draw.card import result_card
    from tuiml.draw.tables import epoch_table
    from tuiml.tasks import recipes

    if state.history:
        console.render_data(epoch_table(state, ascii=not console.utf8_data()))
    console.render_data(
        result_card(
            state,
            recipes.repeat(folder.recipe, epochs_asked(state)),
            str(folder.path),
            verdict=diagnosis.said_of(state),
        ),
        soft_wrap=True,
    )
    for notice in state.notices:
        console.render_data(Text(f"{notice.level}: {notice.text}"))
    return 0


def watch(
    run: RunWord = None,
    /,
    *,
    json: Annotated[bool, Parameter(help="wait for the end, then print one JSON object", negative=())] = False,
    jsonl: Annotated[bool, Parameter(help="print every event as a line of JSON", negative=())] = False,
    plain: Annotated[bool, Parameter(help="lines instead of the app", negative=())] = False,
    runs_dir: RunsDir = None,
) -> int:
    """Follow a run: in the app on a terminal, as lines elsewhere. Leaving does not stop it; the exit code is the run's."""
    import sys

    folder = find(run, runs_dir)
    if sys.stdout.isatty() and sys.stdin.isatty() and not (json or jsonl or plain):
        from tuiml.tui.app import run_app

        return run_app(settings.load({"runs_dir": runs_dir}), watch=folder)
    return _follow(folder, json, jsonl)


def stop(run: RunWord = None, /, *, json: Json = False, runs_dir: RunsDir = None) -> int:
    """Stop a run at its next batch; it saves, reports and can be resumed."""
    return _wish(find(run, runs_dir), "stop", json, lambda state: not state.live)


def pause(run: RunWord = None, /, *, json: Json = False, runs_dir: RunsDir = None) -> int:
    """Let a run stand still between two batches until it is resumed."""
    return _wish(find(run, runs_dir), "pause", json, lambda state: state.status == "paused")


def step(run: RunWord = None, /, *, json: Json = False, runs_dir: RunsDir = None) -> int:
    """Train to the end of the present epoch, of a paused run the next one, then stand still."""
    folder = find(run, runs_dir)
    before = len(store.read(folder).state.history)
    return _wish(folder, "step", json, lambda state: state.status == "paused" and len(state.history) > before)


def resume(
    run: RunWord = None,
    /,
    *,
    epochs: Annotated[str | None, Parameter(help="+10 for ten more epochs, 10 for ten in all")] = None,
    detach: Annotated[bool, Parameter(help="go on in the background", negative=())] = False,
    json: Json = False,
    runs_dir: RunsDir = None,
) -> int:
    """Go on: a paused run continues, an ended one starts again where its last checkpoint stands."""
    from tuiml import recipe

    folder = find(run, runs_dir)
    state = store.read(folder).state
    added = _added(epochs, state)
    if state.live and state.status != "paused" and added:
        return _wish(folder, "add_epochs", json, lambda now: True, added)
    recipe.read(folder.recipe)  # one of another version is refused before anything is promised
    if state.status == "finished" and not added:
        raise UsageError(
            f"{folder.id} has finished ({state.reason}). Add epochs to go on: tuiml resume {folder.id} --epochs +10"
        )
    if added:
        launch.wish(folder, "add_epochs", "cli", added)
    if state.live:
        return _wish(folder, "resume", json, lambda now: now.status != "paused")
    if detach:
        return _go_on(folder, json)
    from tuiml.cli.headless import run_here
    from tuiml.cli.progress import Lines, Narrator

    return run_here(folder, Narrator() if console.is_terminal() else Lines(), json)


def _go_on(folder: RunFolder, json: bool) -> int:
    """Start a runner in the background and return once it has taken the run up, or has refused to."""
    follower = Follower(folder)
    follower.read()
    told: list[Record] = []
    follower.on_record = told.append
    process = launch.start(folder)
    while not told and process.poll() is None:
        time.sleep(_POLL)
        follower.read()
    if process.poll():
        raise StorageError(f"the runner ended at once: {follower.state.error or f'{folder.log} says why'}.")
    if json:
        console.data_json(as_json(folder, follower.state))
    console.say(f"going on in the background; tuiml watch {folder.id}")
    return 0


def _recipe_fields(folder: RunFolder) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(folder.recipe.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StorageError(f"{folder.recipe} cannot be read: {error}.") from None


def _follow(folder: RunFolder, json: bool, jsonl: bool) -> int:
    from tuiml.cli.progress import Lines, Quiet
    from tuiml.records import encode
    from tuiml.tasks import recipes

    narrator = Quiet() if json or jsonl else Lines()
    follower = Follower(folder)
    follower.on_record = lambda record: (
        console.data(encode(record.event, record.seq, record.t))
        if jsonl and record.event
        else narrator.hear(record, follower.state)
    )
    while follower.read() or follower.state.live:
        time.sleep(_POLL)
    narrator.card(follower.state, recipes.repeat(folder.recipe, epochs_asked(follower.state)), str(folder.path))
    if json:
        console.data_json(as_json(folder, follower.state))
    return int(follower.state.exit_code if follower.state.exit_code is not None else 1)


def _wish(
    folder: RunFolder, kind: Kind, json: bool, granted: Callable[[RunState], bool], value: int | None = None
) -> int:
    """Leave a wish and wait until it shows; a runner busy with a long batch is told of, not waited for for ever."""
    state = store.read(folder).state
    if not state.live:
        hint = "" if kind == "resume" else " `tuiml resume` goes on with it."
        raise UsageError(f"{folder.id} is not running: it is {state.status}.{hint}")
    follower = Follower(folder)
    made = launch.wish(folder, kind, "cli", value)
    until = time.monotonic() + _PATIENCE
    follower.read()
    while follower.state.live and not (made.id in follower.state.obeyed and granted(follower.state)):
        if time.monotonic() > until:
            console.say(f"{folder.id}: {kind} asked for; the runner obeys after the batch it is in")
            break
        time.sleep(_POLL)
        follower.read()
    else:
        state = follower.state
        done = ended(state) if state.folding else f"{len(state.history)}/{state.epochs} epochs"
        console.say(f"{folder.id}: {state.status}, {done}")
    if json:
        console.data_json(as_json(folder, follower.state))
    return 0


def _added(text: str | None, state: RunState) -> int:
    if text is None:
        return 0
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise UsageError(f"--epochs {text!r}: expected +10 for ten more epochs, or 10 for ten in all.")
    planned = len(state.history) if state.status == "finished" else max(len(state.history), state.epochs)
    added = number if text.startswith("+") else number - planned
    if added <= 0:
        raise UsageError(f"--epochs {text}: the run already has {planned} epochs. +{number} adds {number} more.")
    return added
