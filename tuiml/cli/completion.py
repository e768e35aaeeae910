"""Completion of words and options for bash, zsh and fish: a script made from the table of commands."""

from __future__ import annotations

import importlib
from typing import Annotated, Any, Literal, get_args

from cyclopts import Parameter

from tuiml.cli import console
from tuiml.errors import StorageError, UsageError, did_you_mean

Shell = Literal["bash", "zsh", "fish"]


def completion(
    shell: Annotated[str | None, Parameter(help="bash, zsh or fish; left out: the one that this is run from")] = None,
    /,
    *,
    install: Annotated[
        bool, Parameter(help="write it where the shell looks for it, and say where", negative=(), show_default=False)
    ] = False,
) -> int:
    """Print the completion script of a shell: source <(tuiml completion bash); or let `--install` put it in place."""
    name = _shell(shell)
    app = _app()
    if not install:
        console.data(app.generate_completion(shell=name).rstrip("\n"))
        return 0
    try:
        file = app.install_completion(shell=name)
    except OSError as error:
        raise StorageError(f"the completion of {name} cannot be written: {error}.") from None
    console.say(f"{file} written; it works in the next {name}")
    return 0


def _shell(word: str | None) -> Shell:
    from cyclopts.completion import ShellDetectionError, detect_shell

    known: tuple[Shell, ...] = get_args(Shell)
    if word is None:
        try:
            word = detect_shell()
        except ShellDetectionError:
            raise UsageError(f"name the shell: tuiml completion {', '.join(known[:-1])} or {known[-1]}.") from None
    for shell in known:
        if word == shell:
            return shell
    raise UsageError(f"expected {', '.join(known[:-1])} or {known[-1]}; received {word!r}.{did_you_mean(word, known)}")


def _app() -> Any:
    """Return all commands as one app, which the command line itself never builds: it imports them one by one."""
    import cyclopts

    from tuiml.cli.app import COMMANDS
    from tuiml.cli.train import train

    app = cyclopts.App(name="tuiml", help="", help_format="plaintext", version_flags=())
    app.default(train)
    for word, command in COMMANDS.items():
        function = getattr(importlib.import_module(command.module), word)
        app.command(cyclopts.App(name=word, help=command.summary, default_command=function))
    return app
