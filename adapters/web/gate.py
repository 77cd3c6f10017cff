"""Who may come in: checks that every request passes, and the headers that every answer carries.

The Host must be a name of ours (a strange name that leads here is DNS rebinding), a change must come from our own
page (anything else is a forged request), and nothing that goes wrong inside is ever told outside.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import web

from adapters.web.incoming import LARGEST_BODY, SESSION, Refused, channel_of

COOKIE = "polydesk_session"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
BODY_SECONDS = 10.0
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Wraps the page's handlers; `hosts` are names under which the page may be opened, beside the loopback's."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = LOOPBACK | {host.lower().strip("[]") for host in hosts}

    def __call__(self, handler: Handler) -> Handler:
        """The same handler behind the gate."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                self._check(request)
                response = await handler(request)
            except Refused as refused:
                response = refusal(refused)
            if not response.prepared:
                response.headers.update(HEADERS)
            return response

        return guarded

    def _check(self, request: web.Request) -> None:
        if hostname(request.host) not in self._hosts:
            raise Refused(421, "host")
        if request.method not in ("GET", "HEAD") and not same_origin(request):
            raise Refused(403, "origin")


def refusal(refused: Refused) -> web.Response:
    """The reason in one word: `{"error": "too-long"}`."""
    response = web.json_response({"error": refused.why}, status=refused.status, headers={"Cache-Control": "no-store"})
    if refused.status in (429, 503):
        response.headers["Retry-After"] = "2"
    return response


def hostname(host: str) -> str:
    """The name in a Host header, without its port; "" if there is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def same_origin(request: web.Request) -> bool:
    """Whether our own page sent this: the browser says so itself, or names the page's origin."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    try:
        return urlsplit(request.headers.get("Origin", "")).netloc.lower() == request.host.lower()
    except ValueError:
        return False


def known_session(request: web.Request) -> str | None:
    """The session in the cookie, if it is one that we could have made."""
    session = request.cookies.get(COOKIE, "")
    return session if SESSION.fullmatch(session) else None


def channel(request: web.Request) -> str:
    """The channel of the browser that asks; without a session it stays outside."""
    if session := known_session(request):
        return channel_of(session)
    raise Refused(401, "session")


def give_session(request: web.Request, response: web.StreamResponse) -> None:
    """Put a new session into the browser unless it has one. It ends with the browser."""
    if known_session(request):
        return
    secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
    response.set_cookie(COOKIE, secrets.token_urlsafe(32), httponly=True, samesite="Strict", path="/", secure=secure)


async def body(request: web.Request) -> bytes:
    """The whole body: JSON, of a bearable size, in a bearable time."""
    if request.content_type != "application/json":
        raise Refused(415, "json")
    if (request.content_length or 0) > LARGEST_BODY:
        raise Refused(413, "too-long")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await request.content.readexactly(LARGEST_BODY + 1)
    except asyncio.IncompleteReadError as whole:
        return whole.partial
    except TimeoutError as exc:
        raise Refused(408, "slow") from exc
    except web.RequestPayloadError as exc:
        raise Refused(400, "body") from exc
    raise Refused(413, "too-long")
