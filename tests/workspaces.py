"""Four workspaces that share one desk: two of Slack and two of Discord, each with its own name, tone, contact, host, staff and documents.

Whatever belongs to one of them carries its mark (`CODE-T1`, `Shop-T1` ...), and the model says every mark that it was shown: so an
answer with another's mark, or a call with another's token, is something that crossed.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import discord
import pytest

from bot.app import App
from bot.privacy.sealing import new_key
from bot.store.report import ReportStore
from tests.discord_server import DiscordServer, Payload
from tests.discord_world import GENERAL, GUILD, THREAD, TOKEN, guild
from tests.journeys.whole import running
from tests.model_server import Json, ModelServer
from tests.slack_teams import CLIENT_ID, CLIENT_SECRET, SlackTeams

SECRET = "a-signing-secret"
OTHER_GUILD, OTHER_GENERAL, OTHER_THREAD, OTHER_ROLE = "2002", "3101", "3102", "4002"
TEAMS = ("T1", "T2")
GUILDS = {GUILD: GENERAL, OTHER_GUILD: OTHER_GENERAL}
MARK = re.compile(r"(?:CODE|Shop|tone|host|mail)-([A-Z]?\d+)")

SECTION = """
[workspaces."{name}"]
name = "Shop-{mark}"
tone = "tone-{mark}"
contact = "mail-{mark}@shop.example"
hosts = ["host-{mark}.example"]
documents = ["pages-{mark}"]
{staff}
"""
PAGE = "# Returns\n\nYou can return a lamp within 30 days. The code of this shop is CODE-{mark}. Write to https://host-{mark}.example/a\n"


class TwoServers(DiscordServer):
    """The server "Shop", and another one."""

    def __init__(self) -> None:
        super().__init__()
        self.messages |= {OTHER_GENERAL: [], OTHER_THREAD: []}

    async def open_other(self) -> None:
        """We are in the other server too."""
        told = json.dumps(guild())
        for ours, theirs in ((GUILD, OTHER_GUILD), (GENERAL, OTHER_GENERAL), (THREAD, OTHER_THREAD), ("4001", OTHER_ROLE)):
            told = told.replace(f'"{ours}"', f'"{theirs}"')
        await self.tell("GUILD_CREATE", json.loads(told))

    def _message(self, channel: str, author: str, content: str) -> Payload:
        made = super()._message(channel, author, content)
        return made | {"guild_id": OTHER_GUILD} if channel in (OTHER_GENERAL, OTHER_THREAD) else made


@dataclass
class World:
    """All of it."""

    slack: SlackTeams
    discord: TwoServers
    model: ModelServer
    desk: App
    secrets: list[str]
    asked: Counter[str] = field(default_factory=Counter)

    async def ask(self, number: int) -> None:
        """One of many questions, each in another place than the one before."""
        workspaces = (*TEAMS, *GUILDS)
        where, text = workspaces[number % 4], f"How long can I return a lamp, number {number}?"
        if number % 20 >= 16:
            text = "I would like to talk to a person, please"
        self.asked[where] += 1
        if where in GUILDS:
            await self.discord.say(GUILDS[where], ("ana", "ben")[number // 4 % 2], text, mention=True)
        else:
            channel = f"{'CD'[number // 4 % 2]}{where}{'ABC'[number // 8 % 3]}"
            await self.slack.ask(where, channel, f"U{number % 50}", text)

    async def answered(self, patience: float = 60.0) -> None:
        """Nothing waits, and nothing is on its way."""
        report = ReportStore(self.desk._ground.database)
        async with asyncio.timeout(patience):
            while (standing := await report.standing()).waiting + standing.answering + standing.sending:
                await asyncio.sleep(0.05)

    def said(self) -> Counter[str]:
        """How many posts each workspace got."""
        guild_of = {channel: name for name, channel in GUILDS.items()}
        places = [str(post["team"]) for post in self.slack.posts] + [guild_of[str(post["channel"])] for post in self.discord.posts]
        return Counter(places)

    def crossed(self) -> list[str]:
        """Whatever was seen where it does not belong: marks in posts and in what the model was shown, and calls with another's token."""
        found = [f"{team}'s token at {channel}" for team, channel in self.slack.crossed]
        for post, text in zip(self.slack.posts, self.slack.texts(), strict=True):
            found += [f"{mark} in {post['channel']}" for mark in MARK.findall(text) if mark != post["team"]]
            found += [f"{post['team']} in {post['channel']}"] if not str(post["channel"])[1:].startswith(str(post["team"])) else []
        guild_of = {channel: name for name, channel in GUILDS.items()}
        for said in self.discord.posts:
            place = guild_of[str(said["channel"])]
            found += [f"{mark} in {place}" for mark in MARK.findall(str(said["content"])) if mark != place]
        for request in self.model.requests:
            marks = set(MARK.findall(json.dumps(request["messages"][0])))
            found += [f"the model was shown {sorted(marks)}"] if len(marks) != 1 else []
        return found

    def in_clear(self, folder: Path, log: str) -> list[str]:
        """Tokens and keys that stand in the database's files or in the log."""
        stored = b"".join(file.read_bytes() for file in sorted(folder.glob("desk.db*")))
        secrets = [*self.secrets, *self.slack.tokens, *self.slack.refreshing]
        return [secret for secret in secrets if secret.encode() in stored or secret in log]


@asynccontextmanager
async def workspaces(patch: pytest.MonkeyPatch, folder: Path, **settings: str) -> AsyncIterator[World]:
    """The desk runs, both teams have installed it, and it is in both servers."""
    patch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    names = {mark: f"slack:{mark}" for mark in TEAMS} | {mark: f"discord:{mark}" for mark in GUILDS}
    more = ""
    for mark, name in names.items():
        (folder / f"pages-{mark}").mkdir()
        (folder / f"pages-{mark}" / "returns.md").write_text(PAGE.format(mark=mark))
        place = f"slack:C{mark}STAFF" if mark in TEAMS else f"discord:{mark}:{GUILDS[mark]}"
        more += SECTION.format(name=name, mark=mark, staff=f'handoff = "{place}"')
    key = new_key()
    async with SlackTeams(expires_in=43_200) as slack, TwoServers() as server, ModelServer() as model:
        settings |= {"SLACK_API_URL": slack.url, "SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET}
        settings |= {"SLACK_SIGNING_SECRET": SECRET, "POLYDESK_KEY": key, "MODEL_URL": model.url, "MODEL_NAME": "m"}
        settings |= {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": server.api_url, "DISCORD_GATEWAY_URL": server.gateway_url}
        async with running(patch, folder, more=more, **settings) as desk:
            slack.request_url, slack.signing_secret = f"{desk.address}/slack/events", SECRET
            await server.open_other()
            world = World(slack, server, model, desk, [CLIENT_SECRET, SECRET, TOKEN, key])
            for team in TEAMS:
                await install(desk.address, slack, team)
            for _ in range(5000):
                model.say(marks_shown)
            yield world


async def install(home: str, slack: SlackTeams, team: str) -> None:
    """Somebody of the workspace installs us there."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get(f"{home}/slack/install", allow_redirects=False) as begun:
            state = begun.headers["Location"].partition("state=")[2]
        params = {"state": state, "code": slack.code(team)}
        async with browser.get(f"{home}/slack/oauth_redirect", params=params) as ended:
            assert ended.status == 200


def marks_shown(request: Json) -> str:
    """Every mark in the orders and pages that the model is given."""
    orders = str(request["messages"][0]["content"])
    return "You have 30 days [1]. " + " ".join(sorted({found[0] for found in MARK.finditer(orders)}))
