"""
What stands between the pages and the rest of the world.

* only the host names of this machine are answered (unless another is named), so that a web site
  cannot reach the pages by a name of its own that points here
* a strict content security policy: nothing but our own files, no inline script or style
* a form is accepted only with the token of the browser it was given to, and from our own pages
* a body larger than allowed is thrown away as it comes
"""

import hmac
import secrets
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from omvei.errors import OmveiError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

COOKIE = "omvei_form"
SMALL = 1 << 20  # a form without a file: 1 MiB


class TooLargeError(OmveiError):
    """More was sent than is taken in at a time."""


class StaleFormError(OmveiError):
    """A form came without the token it was given, or from elsewhere."""


class Guard:
    """The outermost layer of the application."""

    def __init__(self, inner: ASGIApp, hosts: Iterable[str], limit: int, refusal: str) -> None:
        self.inner = inner
        self.hosts = LOOPBACK | set(hosts)
        self.limit = limit
        self.refusal = refusal
        """What a host that is not ours is told."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request that is in order."""
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        if host_name(headers.get("host", "")) not in self.hosts:
            await PlainTextResponse(self.refusal, 421)(scope, receive, guarded)
            return
        upload = scope["path"] == "/data/upload"
        limited = limit_body(receive, self.limit if upload else SMALL, headers)
        await self.inner(scope, limited, guarded)


def host_name(host: str) -> str:
    """Return the name in a Host header, without the port.

    >>> host_name("localhost:8321"), host_name("[::1]:8321"), host_name("127.0.0.1")
    ('localhost', '::1', '127.0.0.1')
    """
    return (urlsplit(f"//{host}").hostname or "") if host else ""


def limit_body(receive: Receive, most: int, headers: Headers) -> Receive:
    """Return a `receive` that raises `TooLargeError` once more than `most` bytes came."""
    length = headers.get("content-length", "0")
    told = int(length) if length.isdigit() else 0
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if max(told, seen) > most:
            # A browser shows the answer only once it has sent everything.
            while message.get("more_body"):
                message = await receive()
            raise TooLargeError(f"{max(told, seen)} bytes were sent; at most {most} are taken.")
        return message

    return counted


def form_token(request: Request) -> str:
    """Return the token for the forms of a page; made from the browser's cookie and our secret."""
    seed: str = getattr(request.state, "seed", "") or request.cookies.get(COOKIE, "")
    if not seed:
        seed = secrets.token_urlsafe(24)
    request.state.seed = seed
    return _token(request, seed)


def keep_token(request: Request, response: Response) -> None:
    """Give the browser the cookie its forms' token is made from, if it has none yet."""
    seed = getattr(request.state, "seed", "")
    if seed and request.cookies.get(COOKIE) != seed:
        response.set_cookie(COOKIE, seed, httponly=True, samesite="strict", path="/")


def check_form(request: Request, token: object) -> None:
    """Raise `StaleFormError` unless a form came from our own page in the same browser."""
    seed = request.cookies.get(COOKIE, "")
    origin = request.headers.get("origin")
    ours = origin in (None, f"{request.url.scheme}://{request.headers.get('host', '')}")
    known = seed and isinstance(token, str) and hmac.compare_digest(token, _token(request, seed))
    if not ours or not known:
        raise StaleFormError("The form does not carry the token of this browser.")


def _token(request: Request, seed: str) -> str:
    secret: bytes = request.app.state.secret
    return hmac.new(secret, seed.encode(), "sha256").hexdigest()
