"""`tuiml serve`: the app in a browser of this machine."""

from __future__ import annotations

import asyncio
import importlib.util
from typing import Annotated
from urllib.parse import urlsplit

from cyclopts import Parameter

from tuiml.cli import console
from tuiml.errors import UsageError
from tuiml.text import clean


def serve(
    *,
    port: Annotated[int, Parameter(help="port of this machine, 0 for any that is free")] = 8000,
    sessions: Annotated[int, Parameter(help="how many tabs may have the app open at once")] = 3,
    address: Annotated[
        str | None,
        Parameter(help="the address in the browser where it differs, as with ssh -L 9000:localhost:8000"),
    ] = None,
) -> int:
    """Show the app in a browser, on this machine alone; the printed address holds a token that lets one in.

    From elsewhere: `ssh -L 8000:localhost:8000 HOST`, then open the printed address there. Ctrl-C ends it; runs go on.
    """
    if not 0 <= port < 65536 or sessions < 1:
        raise UsageError("--port takes 0 to 65535, --sessions at least 1.")
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError("the app in a browser needs textual-serve: pip install 'tuiml[serve]'.")
    from tuiml.serve.guard import Guard, local
    from tuiml.serve.server import GuardedServer

    outer = frozenset({_origin(address)}) if address else frozenset[str]()
    guard = Guard(outer, sessions)

    def ready(opened: int) -> None:
        guard.addresses |= local(opened)
        console.data(f"{next(iter(outer), f'http://localhost:{opened}')}/?token={guard.token}")
        console.say("Open this address in a browser of this machine; whoever has it can use the app. Ctrl-C ends it.")

    asyncio.run(GuardedServer(guard, port).run(ready))
    return 0


def _origin(address: str) -> str:
    """Return scheme, host and port of an address. Raises UsageError."""
    try:
        parts = urlsplit(address)
        sound = parts.scheme == "http" and parts.hostname and parts.path in ("", "/") and (parts.port or True)
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(f"--address {clean(address, 100)}: expected an address such as http://localhost:9000.")
    return f"{parts.scheme}://{parts.netloc}"
