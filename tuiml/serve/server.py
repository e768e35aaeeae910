"""The server: textual-serve's pages and terminal, behind the guard; each browser tab has an app of its own."""

from __future__ import annotations

import asyncio
import html
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from tuiml.errors import StorageError
from tuiml.serve.guard import HEADERS, Guard

_GRACE = 5.0  # seconds for an app to leave by itself
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class GuardedServer(Server):
    """Serves the app at 127.0.0.1 to those whom `guard` lets in; a closed tab ends its app, not the runs.

    textual-serve lets everybody in and has no public place for a door: `_make_app`, `_process_messages` and the process
    of an `AppService` are its own.
    """

    def __init__(self, guard: Guard, port: int) -> None:
        command = "exec " + shlex.join([sys.executable, "-P", "-m", "tuiml"])  # textual-serve hands it to a shell
        super().__init__(command, host="127.0.0.1", port=port, title="tuiml")
        self.guard = guard

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[_with_headers])
        app.add_routes(
            [
                web.get("/", self.handle_index),
                web.get("/ws/{token}", self.handle_websocket),
                web.get("/page.js", self._script),
                web.static("/static", self.statics_path, show_index=False),
            ]
        )
        return app

    async def handle_index(self, request: web.Request) -> web.Response:
        """Answer with the page of the terminal, or with why not."""
        token = request.query.get("token", "")
        if refused := self.guard.refusal(request.headers.get("Host"), token, request.headers.get("Origin")):
            return _told(403, "Not let in", f"{refused}.")
        if self.guard.full:
            most = self.guard.most
            words = f"{most} session{'s are' if most > 1 else ' is'} open, and that is the most. Close one, then load this page again."
            return _told(503, "Full", words)
        page = _page("page.html").replace("SOCKET", f"ws://{request.headers['Host']}/ws/{self.guard.token}")
        return web.Response(text=page, content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.StreamResponse:  # type: ignore[override]  # or a refusal
        """Connect a tab with an app, unless it is not let in."""
        host, origin = request.headers.get("Host"), request.headers.get("Origin")
        if refused := self.guard.refusal(host, request.match_info["token"], origin, socket=True):
            return web.Response(status=403, text=refused)
        if self.guard.full:
            return web.Response(status=503, text="too many sessions")
        with self.guard.session():
            return await self._session(request)

    async def _session(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=15)
        await socket.prepare(request)

        async def close() -> None:
            await socket.close()

        service = AppService(
            self.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=close,
            download_manager=self.download_manager,
        )
        await service.start(_cells(request, "width", 80), _cells(request, "height", 24))
        try:
            await self._process_messages(socket, service)
        except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError):
            await socket.close(message=b"not a message of this page")
        finally:
            await _end(service)
        return socket

    async def _script(self, request: web.Request) -> web.Response:
        return web.Response(text=_page("page.js"), content_type="text/javascript")

    async def run(self, ready: Callable[[int], None]) -> None:
        """Serve until a signal asks to stop; `ready` hears the port once it is open. Raises StorageError when it is taken."""
        runner = web.AppRunner(await self._make_app(), access_log=None)  # addresses hold the token
        await runner.setup()
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        for number in _STOPPING:
            loop.add_signal_handler(number, stopped.set)
        try:
            await web.TCPSite(runner, self.host, self.port, shutdown_timeout=_GRACE).start()
            ready(int(runner.addresses[0][1]))
            await stopped.wait()
        except OSError as error:
            raise StorageError(
                f"port {self.port} of this machine cannot be opened: {error.strerror or error}. Another: --port 0 takes a free one."
            ) from None
        finally:
            await runner.cleanup()


async def _end(service: AppService) -> None:
    """Ask an app to leave, and make it leave when it does not."""
    try:
        await asyncio.wait_for(service.stop(), _GRACE)
    except (TimeoutError, ConnectionError):
        if service._process is not None and service._process.returncode is None:
            service._process.kill()


@web.middleware
async def _with_headers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = web.Response(status=error.status, text=error.reason)
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def _cells(request: web.Request, name: str, otherwise: int) -> int:
    word = request.query.get(name, "")
    return min(max(int(word), 20), 1000) if word.isdecimal() and len(word) < 6 else otherwise


def _told(status: int, title: str, words: str) -> web.Response:
    page = _page("told.html").replace("TITLE", html.escape(title)).replace("WORDS", html.escape(words))
    return web.Response(status=status, text=page, content_type="text/html")


def _page(name: str) -> str:
    return Path(str(files("tuiml.serve") / name)).read_text(encoding="utf-8")
