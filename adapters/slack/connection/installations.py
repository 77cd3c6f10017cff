"""Whose token a call is made with: the one that is set, or that of the workspace that let us in.

An installed workspace's token may expire within hours. Then it is exchanged for a new one in time, by one process at once, since
Slack takes what it is exchanged with only once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.connection.refusals import refusal
from bot.errors import NotAllowed, PlatformError, StoreError, Unreachable
from bot.platforms import Installation, Installations

_log = logging.getLogger(__name__)

MakeClient = Callable[[str], AsyncWebClient]

SOON = 3600.0
"""Seconds before its end at which a token is exchanged; Slack's live for twelve hours."""
_EXCHANGE = 8.0
"""Seconds for an exchange: less than another process waits until it takes the lock of a silent one."""
_REST = 60.0
"""Seconds until the next try where an exchange failed, and the token still holds."""


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace in which we are: its name and address, our user and bot there, and what calls are made with."""

    workspace: str
    name: str
    url: str
    user: str
    bot: str
    client: AsyncWebClient = field(repr=False)


class Teams(Protocol):
    """The workspaces that we are in. All methods raise PlatformError, `open` and `find` also for a database that is away."""

    async def open(self) -> Mapping[str, str]:
        """All workspaces, with our user in each."""
        ...

    async def find(self, workspace: str) -> Team | None:
        """The workspace; None where we are not in it."""
        ...

    def known(self, workspace: str) -> Team | None:
        """The same without asking anybody."""
        ...

    def doubt(self, workspace: str) -> None:
        """What was known may not hold any more."""
        ...

    def forget(self, workspace: str) -> None:
        """We are there no more."""
        ...

    def __str__(self) -> str: ...


class OneTeam:
    """The workspace of one token, whatever an event says."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._team: Team | None = None

    async def open(self) -> Mapping[str, str]:
        """Slack says which one it is."""
        try:
            said = await self._client.auth_test()
        except Exception as exc:
            raise refusal(exc, "auth_test") from exc
        workspace, user = str(said["team_id"]), str(said["user_id"])
        self._team = Team(
            workspace, str(said.get("team") or workspace), str(said.get("url") or ""), user, str(said.get("bot_id") or ""), self._client
        )
        return {workspace: user}

    async def find(self, workspace: str) -> Team | None:  # noqa: ARG002 (there is only one)
        """The one, once it is known."""
        return self._team or Team("", "", "", "", "", self._client)

    def known(self, workspace: str) -> Team | None:  # noqa: ARG002
        """The one, once it is known."""
        return self._team

    def doubt(self, workspace: str) -> None:
        """There is nobody else to ask."""

    def forget(self, workspace: str) -> None:
        """It stays the one."""

    def __str__(self) -> str:
        return f"workspace {self._team.name}" if self._team else "no workspace"


class ManyTeams:
    """The workspaces that let us in, read from our own record when they are first needed."""

    def __init__(self, installations: Installations, client: MakeClient, client_id: str, client_secret: str) -> None:
        self._installations, self._client = installations, client
        self._id, self._secret = client_id, client_secret
        self._known: dict[str, tuple[Installation, Team]] = {}
        self._here: set[str] = set()
        self._rests_until: dict[str, float] = {}

    async def open(self) -> Mapping[str, str]:
        """All that let us in."""
        try:
            found = await self._installations.all()
        except StoreError as exc:
            raise Unreachable(f"the installations cannot be read: {exc}") from exc
        self._known = {one.workspace: (one, self._team(one)) for one in found}
        self._here = set(self._known)
        return {one.workspace: one.bot_user for one in found}

    async def find(self, workspace: str) -> Team | None:
        """With a token that holds."""
        try:
            installation = self._known[workspace][0] if workspace in self._known else await self._installations.read(workspace)
            if installation is not None and self._is_due(installation):
                installation = await self._exchanged(workspace)
        except StoreError as exc:
            raise Unreachable(f"the installation of {workspace} cannot be read: {exc}") from exc
        if installation is None:
            self.forget(workspace)
            return None
        return self.take(installation)

    def known(self, workspace: str) -> Team | None:
        """As it was last read."""
        return self._known[workspace][1] if workspace in self._known else None

    def take(self, installation: Installation) -> Team:
        """From now on it is known so."""
        self._here.add(installation.workspace)
        before = self._known.get(installation.workspace)
        if before is None or before[0] != installation:
            self._known[installation.workspace] = installation, self._team(installation)
        return self._known[installation.workspace][1]

    def doubt(self, workspace: str) -> None:
        """It is read again when it is needed."""
        self._known.pop(workspace, None)

    def forget(self, workspace: str) -> None:
        """We are there no more."""
        self._known.pop(workspace, None)
        self._here.discard(workspace)

    def __str__(self) -> str:
        return "1 workspace" if len(self._here) == 1 else f"{len(self._here)} workspaces"

    def _team(self, one: Installation) -> Team:
        return Team(one.workspace, one.name, one.url, one.bot_user, one.bot_id, self._client(one.token))

    def _is_due(self, installation: Installation) -> bool:
        ends, now = installation.expires_at, time.time()
        return ends is not None and ends - now < SOON and (ends < now or self._rests_until.get(installation.workspace, 0.0) < now)

    async def _exchanged(self, workspace: str) -> Installation | None:
        """With a new token; where that is impossible just now, and the old one still holds, with the old one."""
        async with self._installations.alone(workspace):
            installation = await self._installations.read(workspace)
            if installation is None or not self._is_due(installation):
                return installation
            try:
                said = await self._ask(installation.refresh_token)
            except (PlatformError, TimeoutError) as exc:
                _log.warning("slack: the token of workspace %s is not exchanged: %s", workspace, exc)
                self._rests_until[workspace] = time.time() + _REST
                if installation.expires_at is not None and installation.expires_at > time.time():
                    return installation
                raise refusal(exc, "an exchange of tokens") from exc
            new = replace(installation, **tokens(said))
            await self._installations.keep(new)
        _log.info("slack: the token of workspace %s is exchanged", workspace)
        return new

    async def _ask(self, refresh_token: str) -> Mapping[str, Any]:
        asked = {"client_id": self._id, "client_secret": self._secret, "grant_type": "refresh_token", "refresh_token": refresh_token}
        async with asyncio.timeout(_EXCHANGE):
            return await access(self._client(""), **asked)


async def access(client: AsyncWebClient, **asked: str) -> Mapping[str, Any]:
    """What Slack gives for a code or for a token that may be exchanged. The library's own method for it uses what aiohttp has given
    up. Raises PlatformError."""
    try:
        said = await client.api_call("oauth.v2.access", data=asked)
    except Exception as exc:
        raise refusal(exc, "oauth_v2_access") from exc
    if not isinstance(said.data, dict) or not str(said.data.get("access_token") or ""):
        raise NotAllowed("Slack gave no token")
    return said.data


def tokens(said: Mapping[str, Any]) -> dict[str, Any]:
    """The part of oauth.v2.access's answer that is secret, and until when it holds, as an Installation has it."""
    seconds = said.get("expires_in")
    ends = time.time() + float(seconds) if isinstance(seconds, int | float) and said.get("refresh_token") else None
    return {"token": str(said["access_token"]), "refresh_token": str(said.get("refresh_token") or ""), "expires_at": ends}
