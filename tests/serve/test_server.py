"""The server lets in whom it should, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import psutil
import pytest

from tests.serve.conftest import Served

Serve = Callable[..., Served]


async def answer(served: Served, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of a request."""
    import aiohttp

    async with (
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{served.port}{path}", headers=headers) as found,
    ):
        return found.status, dict(found.headers), await found.text()


async def knock(served: Served, token: str | None = None, **headers: str) -> Any:
    """Return the status of a refused socket, or the first bytes of a session."""
    import aiohttp

    url = f"ws://127.0.0.1:{served.port}/ws/{served.token if token is None else token}?width=80&height=24"
    async with aiohttp.ClientSession() as client:
        try:
            async with client.ws_connect(url, headers=headers) as socket:
                return (await socket.receive(timeout=30)).data
        except aiohttp.WSServerHandshakeError as refused:
            return refused.status


async def test_the_printed_address_opens_a_session(serve: Serve) -> None:
    """From the page itself, with its token; the page holds no other address than its own."""
    served = serve()
    status, headers, page = await answer(served, f"/?token={served.token}", Host=served.host)

    assert status == 200
    assert f"ws://{served.host}/ws/{served.token}" in page
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert b"\x1b[?1049h" in await knock(served, Host=served.host, Origin=served.origin)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://{host}", "http://{host}.evil.example", "http://localhost:1", None],
)
async def test_a_foreign_page_is_refused(serve: Serve, origin: str | None) -> None:
    """Whatever it calls itself, also when it knows the token, also when it does not say where it comes from."""
    served = serve()
    headers = {"Host": served.host} | ({"Origin": origin.format(host=served.host)} if origin else {})

    assert await knock(served, **headers) == 403
    assert not psutil.Process(served.process.pid).children()


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:80", "127.0.0.1.evil.example:{port}"])
async def test_a_foreign_name_is_refused(serve: Serve, host: str) -> None:
    """A name made to point to this machine gives itself away."""
    served = serve()
    name = host.format(port=served.port)

    assert await knock(served, Host=name, Origin=f"http://{name}") == 403
    assert (await answer(served, f"/?token={served.token}", Host=name))[0] == 403


@pytest.mark.parametrize("token", ["", "x", "ü", "%00", "x" * 5000])
async def test_without_the_token_nobody_is_let_in(serve: Serve, token: str) -> None:
    """Neither to the page nor to a session; the page says what to do."""
    served = serve()
    status, _, page = await answer(served, f"/?token={token}", Host=served.host)

    assert status == 403
    assert "tuiml serve" in page
    assert served.token not in page
    assert await knock(served, token or "none", Host=served.host, Origin=served.origin) in (403, 404)


async def test_nothing_else_is_served(serve: Serve) -> None:
    """No list of files, nothing outside of the pages' own folder, nothing to fetch by key."""
    served = serve()
    paths = [
        "/static/",
        "/static/../app_service.py",
        "/static/%2e%2e/server.py",
        "/download/x",
        "/ws",
        "/../../etc/passwd",
    ]
    found = [(await answer(served, path, Host=served.host))[0] for path in paths]

    assert all(status in (403, 404, 405) for status in found), dict(zip(paths, found, strict=True))


async def test_sessions_are_counted(serve: Serve) -> None:
    """One more than the most is told so; when one closes, its app ends and there is room again."""
    import aiohttp

    served = serve("--sessions", "1")
    server = psutil.Process(served.process.pid)
    url = f"ws://127.0.0.1:{served.port}/ws/{served.token}"
    async with aiohttp.ClientSession() as client:
        async with client.ws_connect(url, headers={"Host": served.host, "Origin": served.origin}) as socket:
            await socket.receive(timeout=30)
            assert await knock(served, Host=served.host, Origin=served.origin) == 503
            status, _, page = await answer(served, f"/?token={served.token}", Host=served.host)
            assert status == 503
            assert "Close one" in page
            apps = server.children(recursive=True)
            assert apps
        await asyncio.to_thread(psutil.wait_procs, apps[:1], 20)
        assert not apps[0].is_running()
        assert b"\x1b[?1049h" in await knock(served, Host=served.host, Origin=served.origin)


async def test_what_is_no_message_ends_the_session(serve: Serve) -> None:
    """The server goes on."""
    import aiohttp

    served = serve()
    url = f"ws://127.0.0.1:{served.port}/ws/{served.token}?width=x&height=99999999999"
    for message in ("{", "[]", "{}", '["stdin"]', '["resize", {"width": "x"}]', '["stdin", 7]', "[[]]"):
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(url, headers={"Host": served.host, "Origin": served.origin}) as socket,
        ):
            await socket.receive(timeout=30)
            await socket.send_str(message)

    assert (await answer(served, f"/?token={served.token}", Host=served.host))[0] == 200
    assert served.process.poll() is None


def test_it_ends_with_its_apps(serve: Serve) -> None:
    """Ctrl-C: exit code 0; what it prints names the token once, as data."""
    served = serve()

    assert served.stop() == 0
    assert served.process.stderr is not None
    assert served.token not in served.process.stderr.read()


def test_a_port_that_is_taken_is_told(serve: Serve) -> None:
    """With what to do."""
    import subprocess
    import sys

    served = serve()
    found = subprocess.run(
        [sys.executable, "-m", "tuiml", "serve", "--port", str(served.port)], capture_output=True, text=True
    )

    assert found.returncode == 5
    assert "--port 0" in found.stderr
