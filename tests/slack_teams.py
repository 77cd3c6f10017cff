"""A Slack of many workspaces: each lets our app in by OAuth, knows our bot under a user of its own, and its tokens may expire.

Channels say whose they are: `CT1A` is a channel of T1, `DT1A` a direct one. `crossed` lists calls that touched a channel with the
token of another workspace.
"""

from contextvars import ContextVar
from itertools import count
from typing import Any

from aiohttp import web

from tests.slack_server import APP, Json, SlackServer, escape, kind_of

CLIENT_ID, CLIENT_SECRET = "111.222", "a-client-secret"
_team: ContextVar[str] = ContextVar("team")


class _Watched(list[tuple[str, Json]]):
    """Calls, among which those are noted that touch a channel with the token of another workspace."""

    def __init__(self, crossed: list[tuple[str, str]]) -> None:
        super().__init__()
        self._crossed = crossed

    def append(self, call: tuple[str, Json], /) -> None:
        channel, team = str(call[1].get("channel") or call[1].get("channel_id") or ""), _team.get("")
        if channel and team and not channel[1:].startswith(team):
            self._crossed.append((team, channel))
        super().append(call)


class SlackTeams(SlackServer):
    """`expires_in`: seconds that a token lives, None for ever; `expired` holds tokens that are taken no more."""

    def __init__(self, expires_in: int | None = None) -> None:
        super().__init__(echo=False)
        self.expires_in = expires_in
        self.tokens: dict[str, str] = {}
        self.refreshing: dict[str, str] = {}
        self.expired: set[str] = set()
        self.codes: dict[str, str] = {}
        self.exchanges: list[str] = []
        self.crossed: list[tuple[str, str]] = []
        self.calls = _Watched(self.crossed)
        self._numbers = count(1)
        self._app.add_routes([web.get("/oauth/v2/authorize", self._serve_authorize)])

    @staticmethod
    def us(team: str) -> str:
        """Our user in a workspace."""
        return f"U{team}BOT"

    def code(self, team: str) -> str:
        """What Slack hands to a browser that has allowed us in."""
        code = f"code.{team}.{next(self._numbers)}"
        self.codes[code] = team
        return code

    async def ask(self, team: str, channel: str, user: str, text: str, home: str = "", **more: Any) -> str:
        """Somebody (of the workspace `home`, with Slack Connect) asks us in a workspace; the ts."""
        direct = channel.startswith("D")
        shown = escape(text) if direct else f"<@{self.us(team)}> {escape(text)}"
        message = self._keep(channel, {"type": "message", "user": user, "text": shown, "team": home or team, **more}, None)
        event = {**message, "channel": channel, "event_ts": message["ts"], "channel_type": kind_of(channel)}
        if not direct:
            event["type"] = "app_mention"
        if home:
            event["user_team"] = home
        await self.deliver(self.told_to(team, event, home or team))
        return str(message["ts"])

    def told_to(self, team: str, event: Json, of: str = "") -> Json:
        """The delivery of an event because of our installation in a workspace; `of`: whose event it is."""
        authorized = {"enterprise_id": None, "team_id": team, "user_id": self.us(team), "is_bot": True, "is_enterprise_install": False}
        return {**self._envelope(event), "team_id": of or team, "context_team_id": team, "authorizations": [authorized]}

    async def uninstall(self, team: str) -> None:
        """An admin takes the app out of the workspace."""
        self.expired |= {token for token, of in self.tokens.items() if of == team}
        await self.deliver(self.told_to(team, {"type": "app_uninstalled"}))

    async def revoke(self, team: str, **tokens: list[str]) -> None:
        """Tokens of our bot, or of a user, are taken back."""
        if tokens.get("bot"):
            self.expired |= {token for token, of in self.tokens.items() if of == team}
        await self.deliver(self.told_to(team, {"type": "tokens_revoked", "tokens": tokens}))

    def fault_of_token(self, method: str, token: str) -> str:
        if method == "apps.connections.open":
            return super().fault_of_token(method, token)
        if token in self.expired:
            return "token_expired" if self.expires_in else "account_inactive"
        return "" if token in self.tokens else "invalid_auth" if token else "not_authed"

    async def _serve_api(self, request: web.Request) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        _team.set(self.tokens.get(token, ""))
        if request.match_info["method"] == "oauth.v2.access":
            return await self._serve_access(request)
        return await super()._serve_api(request)

    async def _serve_access(self, request: web.Request) -> web.StreamResponse:
        asked = dict(await request.post())
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        if asked.get("grant_type") == "refresh_token":
            team = self.refreshing.pop(str(asked.get("refresh_token")), "")
            self.exchanges.append(team)
            return web.json_response(self._let_in(team) if team else {"ok": False, "error": "invalid_refresh_token"})
        team = self.codes.pop(str(asked.get("code")), "")
        return web.json_response(self._let_in(team) if team else {"ok": False, "error": "invalid_code"})

    def _let_in(self, team: str) -> Json:
        """A new token for a workspace."""
        token, refresh = f"xoxb-{team}-{next(self._numbers)}-secret", f"xoxe-1-{team}-{next(self._numbers)}-secret"
        self.tokens[token] = team
        about = {"ok": True, "app_id": APP, "token_type": "bot", "scope": self.scopes, "bot_user_id": self.us(team), "access_token": token}
        about |= {"team": {"id": team, "name": f"Work & {team}"}, "enterprise": None, "is_enterprise_install": False}
        about |= {"authed_user": {"id": f"U{team}ADMIN"}}
        if self.expires_in is not None:
            self.refreshing[refresh] = team
            about |= {"expires_in": self.expires_in, "refresh_token": refresh}
        return about

    async def _serve_authorize(self, request: web.Request) -> web.Response:
        """Slack asks the person; what it asked for is in the query."""
        return web.json_response(dict(request.query))

    def _auth_test(self, _: Json) -> Json:
        team = _team.get()
        about = {"url": f"https://{team.lower()}.slack.com/", "team": f"Work & {team}", "user": "polydesk"}
        return {**about, "team_id": team, "user_id": self.us(team), "bot_id": f"B{team}"}

    def _post(self, arguments: Json) -> Json:
        answer = super()._post(arguments)
        if "ts" in answer:
            self.posts[-1]["team"] = _team.get()
            self.message(str(arguments["channel"]), answer["ts"])["user"] = self.us(_team.get())
        return answer
