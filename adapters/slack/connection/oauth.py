"""How a workspace lets us in by itself: somebody opens /slack/install, allows it at Slack, and Slack sends him back to us.

What he begins with is a secret that his browser alone holds, that counts once, and for ten minutes. No page holds a token.
"""

import hmac
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode, urljoin

from aiohttp import web

from adapters.slack.connection.installations import MakeClient, access, tokens
from adapters.slack.connection.refusals import refusal
from bot.errors import NotAllowed, PlatformError, StoreError
from bot.language import phrases
from bot.platforms import Installation, Installations

_log = logging.getLogger(__name__)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
COOKIE = "polydesk_install"
MINUTES = 10
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_STYLE = "body{font:1.2rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}"


class Installing:
    """`client`: makes a client of the Web API for a token. `done` hears of each workspace that let us in."""

    def __init__(
        self,
        installations: Installations,
        client: MakeClient,
        client_id: str,
        client_secret: str,
        api_url: str,
        scopes: Sequence[str],
        done: Callable[[Installation], Awaitable[None]],
    ) -> None:
        self._installations, self._client, self._id, self._secret = installations, client, client_id, client_secret
        self._authorize = urljoin(api_url, "../oauth/v2/authorize")
        self._scopes, self._done = scopes, done

    def routes(self) -> Sequence[web.RouteDef]:
        """Where it begins, and where Slack sends people back to."""
        return [web.get(INSTALL, self._begin), web.get(REDIRECT, self._end)]

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        state = secrets.token_urlsafe(32)
        try:
            await self._installations.begin(state, MINUTES * 60)
        except StoreError:
            return _page(request, 503, phrases.INSTALL_FAILED, again=True)
        asked = {"client_id": self._id, "scope": ",".join(self._scopes), "state": state}
        answer = web.Response(status=302, headers={**_HEADERS, "Location": f"{self._authorize}?{urlencode(asked)}"})
        answer.set_cookie(COOKIE, state, max_age=MINUTES * 60, path="/slack", httponly=True, samesite="Lax", secure=_is_https(request))
        return answer

    async def _end(self, request: web.Request) -> web.StreamResponse:
        answer = await self._ended(request)
        answer.del_cookie(COOKIE, path="/slack")
        return answer

    async def _ended(self, request: web.Request) -> web.Response:
        state, ours = request.query.get("state", ""), request.cookies.get(COOKIE, "")
        try:
            if not state or not hmac.compare_digest(_bytes(state), _bytes(ours)) or not await self._installations.end(state):
                return _page(request, 400, phrases.INSTALL_EXPIRED, again=True)
            if not request.query.get("code"):
                return _page(request, 200, phrases.INSTALL_DECLINED, again=True)
            installation = await self._installed(request.query["code"])
            await self._installations.keep(installation)
            await self._done(installation)
        except (PlatformError, StoreError) as exc:
            _log.warning("slack: an installation failed: %s", exc)
            return _page(request, 502, phrases.INSTALL_FAILED, again=True)
        _log.info("slack: workspace %s has installed us", installation.workspace)
        return _page(request, 200, phrases.INSTALL_DONE, workspace=installation.name)

    async def _installed(self, code: str) -> Installation:
        """What Slack gives for the code, and what it says of us in that workspace. Raises PlatformError."""
        said = await access(self._client(""), client_id=self._id, client_secret=self._secret, code=code)
        if not (said.get("team") or {}).get("id") or said.get("is_enterprise_install"):
            raise NotAllowed("Slack gave no token of one workspace")
        try:
            us = await self._client(str(said["access_token"])).auth_test()
        except Exception as exc:
            raise refusal(exc, "auth_test") from exc
        return _read(said, us.data if isinstance(us.data, dict) else {})


def _read(said: Mapping[str, Any], us: Mapping[str, Any]) -> Installation:
    """oauth.v2.access's answer and auth.test's, as an installation."""
    team = said["team"]
    return Installation(
        workspace=str(team["id"]),
        enterprise=str((said.get("enterprise") or {}).get("id") or ""),
        name=str(team.get("name") or us.get("team") or team["id"]),
        url=str(us.get("url") or ""),
        bot_id=str(us.get("bot_id") or ""),
        bot_user=str(said.get("bot_user_id") or us.get("user_id") or ""),
        scopes=tuple(scope for scope in str(said.get("scope") or "").split(",") if scope),
        installed_by=str((said.get("authed_user") or {}).get("id") or ""),
        installed_at=time.time(),
        **tokens(said),
    )


def _page(request: web.Request, status: int, phrase: str, *, again: bool = False, **values: str) -> web.Response:
    """One sentence in the reader's language, and the way to try again."""
    language = _language(request.headers.get("Accept-Language", ""))
    said = escape(phrases.say(phrase, language, **values))
    link = f'<p><a href="{INSTALL}">{escape(phrases.say(phrases.INSTALL_AGAIN, language))}</a></p>' if again else ""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Polydesk</title><style>{_STYLE}</style>'
    start = f'<!doctype html><html lang="{language}" dir="{phrases.direction(language)}">'
    page = f"{start}<head>{head}</head><body><p>{said}</p>{link}</body></html>"
    return web.Response(status=status, text=page, content_type="text/html", headers=_HEADERS)


def _language(accepted: str) -> str:
    """The first of the browser's languages that we speak; English where it names none."""
    wanted = (part.partition(";")[0].strip().lower().partition("-")[0] for part in accepted[:200].split(","))
    return next((language for language in wanted if language in phrases.TRANSLATED), "en")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _is_https(request: web.Request) -> bool:
    """As people see us, also behind a proxy."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https"
