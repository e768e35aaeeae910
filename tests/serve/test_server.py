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
async def test_a_foreign_page_is_refused(untouched: Served, origin: str | None) -> None:
    """Whatever it calls itself, also when it knows the token, also when it does not say where it comes from."""
    headers = {"Host": untouched.host} | ({"Origin": origin.format(host=untouched.host)} if origin else {})

    assert await knock(untouched, **headers) == 403
    assert not psutil.Process(untouched.process.pid).children()


@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:80", "127.0.0.1.evil.example:{port}"])
async def test_a_foreign_name_is_refused(untouched: Served, host: str) -> None:
    """A name made to point to this machine gives itself away."""
    name = host.format(port=untouched.port)

    assert await knock(untouched, Host=name, Origin=f"http://{name}") == 403
    assert (await answer(untouched, f"/?token={untouched.token}", Host=name))[0] == 403


@pytest.mark.parametrize("token", ["", "x", "ü", "%00", "x" * 5000])
async def test_without_the_token_nobody_is_let_in(untouched: Served, token: str) -> None:
    """Neither to the page nor to a session; the page says what to do."""
    status, _, page = await answer(untouched, f"/?token={token}", Host=untouched.host)

    assert status == 403
    assert "tuiml serve" in page
    assert untouched.token not in page
    assert await knock(untouched, token or "none", Host=untouched.host, Origin=untouched.origin) in (403, 404)


async def test_nothing_else_is_served(untouched: Served) -> None:
    """No list of files, nothing outside of the pages' own folder, nothing to fetch by key."""
    paths = [
        "/static/",
        "/static/../app_service.py",
        "/static/%2e%2e/server.py",
        "/download/x",
        "/ws",
        "/../../etc/passwd",
    ]
    found = [(await answer(untouched, path, Host=untouched.host))[0] for path in paths]

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
    """The server closes each such session, and goes on; what is of an unknown kind is passed over."""
    import aiohttp

    messages = ("{", "[]", "{}", '["stdin"]', '["resize", {"width": "x"}]', '["stdin", 7]')
    served = serve("--sessions", str(len(messages) + 1))  # never full
    url = f"ws://127.0.0.1:{served.port}/ws/{served.token}?width=x&height=99999999999"

    async def send(client: aiohttp.ClientSession, message: str) -> aiohttp.WSMsgType:
        async with client.ws_connect(url, headers={"Host": served.host, "Origin": served.origin}) as socket:
            assert b"\x1b[?1049h" in (await socket.receive()).data
            await socket.send_str("[[]]")
            await socket.send_str(message)
            kind = aiohttp.WSMsgType.BINARY
            while kind == aiohttp.WSMsgType.BINARY:  # what the app had drawn before
                kind = (await socket.receive()).type
            return kind

    async with aiohttp.ClientSession() as client, asyncio.timeout(60):
        ends = await asyncio.gather(*(send(client, message) for message in messages))

    assert set(ends) == {aiohttp.WSMsgType.CLOSE}
    assert (await answer(served, f"/?token={served.token}", Host=served.host))[0] == 200
    assert served.process.poll() is None


def test_it_ends_with_its_apps(serve: Serve) -> None:
    """Ctrl-C: exit code 0; what it prints names the token once, as data."""
    served = serve()

    assert served.stop() == 0
    assert served.process.stderr is not None
    assert served.token not in served.process.stderr.read()


def test_a_port_that_is_taken_is_told(untouched: Served) -> None:
    """With what to do."""
    import subprocess
    import sys

    found = subprocess.run(
        [sys.executable, "-m", "tuiml", "serve", "--port", str(untouched.port)], capture_output=True, text=True
    )

    assert found.returncode == 5
    assert "--port 0" in found.stderr
