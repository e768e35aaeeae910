"""Which command was meant, its parsing, and how errors leave: as one sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tuiml import __version__
from tuiml.cli import console
from tuiml.errors import ExitCode, TuimlError, UsageError, did_you_mean


@dataclass(frozen=True)
class Command:
    """A command word: the module that holds its function, and what it does."""

    module: str
    summary: str


COMMANDS: dict[str, Command] = {
    "tasks": Command("tuiml.cli.lists", "what there is to learn; `tasks show NAME`: one of them"),
    "ops": Command("tuiml.cli.lists", "augmentation operations and their parameters"),
    "runs": Command("tuiml.cli.listing", "list, filter, name and clean up the runs on disk"),
    "show": Command("tuiml.cli.runs", "one run: curves, epochs, results"),
    "watch": Command("tuiml.cli.runs", "follow a run, live or finished"),
    "stop": Command("tuiml.cli.runs", "stop a run and keep its results"),
    "pause": Command("tuiml.cli.runs", "let a run stand still between two batches"),
    "step": Command("tuiml.cli.runs", "train one epoch more, then stand still"),
    "resume": Command("tuiml.cli.runs", "go on with a paused, stopped or crashed run, or add epochs"),
    "diagnose": Command("tuiml.cli.diagnose", "what a run's curves say: overfitting since when, or a good fit"),
    "rerun": Command("tuiml.cli.rerun", "the recipe of a run again, with changes"),
    "compare": Command("tuiml.cli.compare", "runs side by side: curves, what differs, what came of it"),
    "evaluate": Command("tuiml.cli.evaluate", "metrics, confusion matrix, worst rows of a run"),
    "predict": Command("tuiml.cli.predict", "what a run says of pictures, texts, table rows"),
    "export": Command("tuiml.cli.export", "a run as a model file, a history table, a plain program"),
    "serve": Command("tuiml.cli.serve", "the app in a browser of this machine"),
    "config": Command("tuiml.cli.config", "settings, and where each comes from"),
    "completion": Command("tuiml.cli.completion", "completion of commands and options for bash, zsh or fish"),
    "doctor": Command("tuiml.cli.doctor", "what this machine has, and what is missing"),
}
"""The words after `tuiml`; each is a function of that name in its module, imported when it is needed."""

_USAGE = """\
tuiml                              the app: choose, train, watch, compare
tuiml --task mnist --augment flip  train without it
tuiml COMMAND [OPTIONS]            work with runs; `tuiml COMMAND --help` tells more"""


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; a user's mistake is one sentence, never a traceback."""
    console.soften()
    try:
        return _dispatch(list(arguments))
    except TuimlError as error:
        console.say(f"tuiml: {error}")
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        return 0


def _dispatch(arguments: list[str]) -> int:
    if not arguments:
        return _open_app()
    if arguments[0] == "--install-completion":
        arguments = ["completion", "--install", *arguments[1:]]
    word = arguments[0]
    if word in ("--version", "-V"):
        console.data(__version__)
        return 0
    if word in COMMANDS:
        function = getattr(importlib.import_module(COMMANDS[word].module), word)
        return _parse(function, arguments[1:], f"tuiml {word}", COMMANDS[word].summary)
    if not word.startswith("-"):
        raise UsageError(_no_such_command(word))
    from tuiml.cli.train import train

    if word in ("--help", "-h"):
        console.data(_help())
    return _parse(train, arguments, "tuiml", "", usage="Usage: tuiml [OPTIONS]")


def _no_such_command(word: str) -> str:
    from tuiml.tasks import catalog

    hint = (
        f" To train: `tuiml --task {word}`." if word in catalog.names() or word.startswith(tuple(catalog.FILES)) else ""
    )
    return f"there is no command {word!r}.{hint or did_you_mean(word, COMMANDS)} Commands: {', '.join(COMMANDS)}."


def _help() -> str:
    width = max(len(word) for word in COMMANDS)
    lines = [f"  {word:<{width}}  {command.summary}" for word, command in COMMANDS.items()]
    return "\n".join([_USAGE, "", "Commands:", *lines, ""])


def _parse(
    function: Callable[..., Any], arguments: list[str], name: str, summary: str, usage: str | None = None
) -> int:
    """Let cyclopts bind the arguments to the function's keyword-only parameters and call it.

    `usage` spares cyclopts a round over all parameters for the line that it would find itself.
    """
    import cyclopts

    app = cyclopts.App(
        name=name, help=summary, help_format="plaintext", version_flags=(), result_action="return_value", usage=usage
    )
    app.default(function)
    if arguments in (["--help"], ["-h"]):  # cyclopts would bind all parameters first
        app.help_print([])
        return 0
    try:
        result = app(arguments, exit_on_error=False, print_error=False)
    except cyclopts.CycloptsError as error:
        raise UsageError(f"{_first_line(error)} `{name} --help` lists the options.") from None
    return result if isinstance(result, int) else 0


def _first_line(error: Exception) -> str:
    return str(error).strip().replace("\n", " ")


def _open_app() -> int:
    served = "TEXTUAL_DRIVER" in os.environ  # in a browser: Textual talks to the server through pipes
    terminal = sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
    if not (terminal or served):
        raise UsageError(
            "the app needs a terminal, and this is none. Headless: tuiml --task digits; `tuiml --help` lists the flags."
        )
    from tuiml import settings
    from tuiml.tui.app import run_app

    return run_app(settings.load())
