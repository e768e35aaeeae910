"""Who may drive the app in a browser: those who know the token, from the very address it is served at, a few at a time."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HEADERS: Mapping[str, str] = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the page's address holds the token
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
}
"""Of every answer: no other page may frame, read or script this one."""


@dataclass
class Guard:
    """Knows the addresses that the browser may use, such as "http://localhost:8000", the token, and the sessions there are.

    Any web page that a user has open, and any program on the same machine, can reach a port of localhost: a page gives
    itself away by its Origin, a name that was made to point here by its Host, a program by not knowing the token.
    """

    addresses: frozenset[str]
    most: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    sessions: int = 0

    def refusal(self, host: str | None, token: str, origin: str | None = None, socket: bool = False) -> str:
        """Return why a request is refused, or nothing; a `socket` has to say from which page it comes, others may."""
        asked = {address for address in self.addresses if urlsplit(address).netloc == host}
        if not asked:
            return "this is not the address at which the app is served"
        if (socket or origin is not None) and origin not in asked:
            return "the request comes from another page"
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return "the address lacks the right token: open the one that `tuiml serve` printed"
        return ""

    @property
    def full(self) -> bool:
        """Whether there are as many sessions as may be."""
        return self.sessions >= self.most

    @contextmanager
    def session(self) -> Iterator[None]:
        """Count a session for as long as it lasts."""
        self.sessions += 1
        try:
            yield
        finally:
            self.sessions -= 1


def local(port: int) -> frozenset[str]:
    """Return the addresses of a port of this machine as its own browser names it."""
    return frozenset(f"http://{name}:{port}" for name in ("localhost", "127.0.0.1"))
