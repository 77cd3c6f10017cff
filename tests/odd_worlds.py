"""Where odd payloads are sent: a loopback platform, the real adapter, and behind it the whole way to an answer.

A world counts what becomes of them. It does not know how the desk is run: tests run one in their own process (`desk_behind`),
`benchmarks/fuzz.py` runs `serve` as it is shipped.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import yarl
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from adapters.discord import DiscordPlatform
from adapters.slack import SlackPlatform
from adapters.web import WebPlatform
from bot.platforms import Platform
from bot.server import Server
from bot.store.database import Database
from bot.tables import events, outbox
from tests.contract.web_page import LANGUAGES, Browser
from tests.core.desk import desk
from tests.discord_server import DiscordServer
from tests.discord_world import DIRECT, TOKEN
from tests.odd_payloads import Request, fresh
from tests.slack_server import SlackServer

SECRET = "s3cret"
PATIENCE = 60.0
"""Seconds for an ordinary answer, behind whatever odd payloads are still being taken in."""
NOBODY_THERE = ("channel_not_found", "404 (code 10003)", "not a channel of Discord", "no session of the page")
"""In the log: a reply to a place that only an odd payload knew."""


class World(Protocol):
    """One platform and its people. `refused` counts payloads that were turned away or never acknowledged."""

    name: str
    refused: int

    async def open(self, address: str) -> None:
        """The desk runs, and listens here."""
        ...

    async def close(self) -> None:
        """Go home."""
        ...

    async def send(self, wire: Any, number: int) -> None:
        """One odd payload, with ids of its own. AssertionError where its sender is told of a fault of ours."""
        ...

    async def ask(self) -> None:
        """An ordinary question; TimeoutError when it is not answered."""
        ...

    def answered(self) -> int:
        """How many messages we posted."""
        ...

    def forget(self) -> None:
        """Let go of what was kept to be looked at."""
        ...

    def settings(self) -> Mapping[str, str]:
        """The desk's environment."""
        ...

    def platform(self) -> Platform:
        """The real adapter, for a desk in this process."""
        ...


class _Slack(SlackServer):
    """Keeps count of acknowledgements."""

    acknowledged = 0

    async def _take(self, socket: Any, frame: Any) -> None:
        self.acknowledged += frame.type is aiohttp.WSMsgType.TEXT
        with suppress(TypeError):  # an odd envelope's id comes back as it was
            await super()._take(socket, frame)


@dataclass
class SlackSockets:
    """Slack by Socket Mode."""

    server: _Slack
    name: str = "Slack, Socket Mode"
    sent: int = 0
    posts: int = 0

    @property
    def refused(self) -> int:
        """Frames without an acknowledgement; echoes and ordinary questions have theirs."""
        return max(0, self.sent - self.server.acknowledged)

    async def open(self, address: str) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.server._opened.wait()

    async def close(self) -> None:
        """The server is closed by whoever opened it."""

    async def send(self, wire: str, number: int) -> None:
        await SlackSockets.open(self, "")
        self.sent += 1
        with suppress(ConnectionError, RuntimeError):
            await next(iter(self.server.sockets)).send_str(fresh(wire, number))

    async def ask(self) -> None:
        asked = await self.server.say("C1", "U2", "An ordinary question?")
        self.sent += 2  # a mention is told twice
        await until(lambda: any(post.get("thread_ts") == asked for post in self.server.posts))

    def answered(self) -> int:
        return self.posts + len(self.server.posts)

    def forget(self) -> None:
        self.posts += len(self.server.posts)
        for kept in (self.server.posts, self.server.calls, self.server.statuses, self.server.messages):
            kept.clear()  # type: ignore[attr-defined]

    def settings(self) -> Mapping[str, str]:
        return {"SLACK_API_URL": self.server.url, "SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test"}

    def platform(self) -> Platform:
        return SlackPlatform("xoxb-test", "xapp-test", api_url=self.server.url)


@dataclass
class SlackRequests(SlackSockets):
    """Slack by HTTP, signed as Slack does it."""

    name: str = "Slack, HTTP"
    turned_away: int = 0

    @property
    def refused(self) -> int:
        return self.turned_away

    async def open(self, address: str) -> None:
        self.server.request_url, self.server.signing_secret = f"{address}/slack/events", SECRET

    async def send(self, wire: bytes, number: int) -> None:
        status = await self.server.deliver_http(self.server.request_url, fresh(wire, number), SECRET)
        assert status in (200, 400, 413), status
        self.turned_away += status != 200

    def settings(self) -> Mapping[str, str]:
        return {"SLACK_API_URL": self.server.url, "SLACK_BOT_TOKEN": "xoxb-test", "SLACK_SIGNING_SECRET": SECRET}

    def platform(self) -> Platform:
        return SlackPlatform("xoxb-test", signing_secret=SECRET, api_url=self.server.url)


@dataclass
class DiscordGateway:
    """Discord's gateway, which never hears whether something was taken."""

    server: DiscordServer
    name: str = "Discord"
    refused: int = 0
    posts: int = 0

    async def open(self, address: str = "") -> None:
        await until(lambda: any(session.ws for session in self.server.sessions.values()))

    async def close(self) -> None:
        """The server is closed by whoever opened it."""

    async def send(self, wire: str, number: int) -> None:
        await self.open()
        for session in self.server.sessions.values():
            if session.ws is not None:
                with suppress(ConnectionError):
                    await session.ws.send_str(fresh(wire, number))

    async def ask(self) -> None:
        before = self._to_ben()
        await self.server.say(DIRECT["ben"], "ben", "An ordinary question?")
        await until(lambda: self._to_ben() > before)

    def _to_ben(self) -> int:
        return sum(post["channel"] == DIRECT["ben"] for post in self.server.posts)

    def answered(self) -> int:
        return self.posts + len(self.server.posts)

    def forget(self) -> None:
        self.posts += len(self.server.posts)
        self.server.posts.clear()
        self.server.requests.clear()
        self.server.typings.clear()
        self.server.forget_nonces()
        for kept in self.server.messages.values():
            kept.clear()
        for session in self.server.sessions.values():
            session.told[:] = session.told[-1:]

    def settings(self) -> Mapping[str, str]:
        return {"DISCORD_API_URL": self.server.api_url, "DISCORD_GATEWAY_URL": self.server.gateway_url, "DISCORD_TOKEN": TOKEN}

    def platform(self) -> Platform:
        return DiscordPlatform(TOKEN, self.server.api_url, self.server.gateway_url, pace=0.1)


@dataclass
class Page:
    """The page: one browser that sends odd things, and one that asks."""

    name: str = "the page"
    address: str = ""
    refused: int = 0
    posts: int = 0
    odd: Browser | None = None
    asking: Browser | None = None

    @property
    def url(self) -> str:
        """What a Browser wants to know of a server."""
        return self.address

    async def open(self, address: str) -> None:
        self.address = address
        self.odd, self.asking = await Browser(self).open(), await Browser(self).open()  # type: ignore[arg-type]

    async def send(self, wire: Request, number: int) -> None:
        odd, request = self.odd, fresh(wire, number)
        assert odd
        headers = {"Origin": self.address, **request.headers}
        url = yarl.URL(self.address + request.path, encoded=True)
        try:
            async with odd.http.request(request.method, url, headers=headers, data=request.body or None) as answer:
                await answer.read()
        except aiohttp.ClientConnectionError:
            status = 400  # the server hangs up on what is no HTTP
        else:
            status = answer.status
        assert status < 500, status
        self.refused += status >= 400

    async def ask(self) -> None:
        asking = self.asking
        assert asking
        status, asked = await asking.say("An ordinary question?")
        assert status == 202
        await until(lambda: any(answer["answers"] == asked for answer in asking.of("answer")))

    def answered(self) -> int:
        assert self.odd
        assert self.asking
        return self.posts + len(self.odd.of("answer")) + len(self.asking.of("answer"))

    def forget(self) -> None:
        self.posts = self.answered()
        for browser in (self.odd, self.asking):
            assert browser
            browser.told.clear()

    def settings(self) -> Mapping[str, str]:
        return {}

    def platform(self) -> Platform:
        return WebPlatform("Lindenhof", LANGUAGES, "en")

    async def close(self) -> None:
        for browser in (self.odd, self.asking):
            if browser:
                await browser.close()


async def until(true: Callable[[], Any]) -> None:
    """Returns when something holds; it may be a coroutine. TimeoutError after PATIENCE seconds."""
    async with asyncio.timeout(PATIENCE):
        while not (await found if asyncio.iscoroutine(found := true()) else found):
            await asyncio.sleep(0.005)


@asynccontextmanager
async def world(name: str) -> AsyncIterator[World]:
    """A world by its name: "slack sockets", "slack requests", "discord", "page"."""
    if name == "page":
        yield Page()
    elif name == "discord":
        async with DiscordServer() as discord:
            yield DiscordGateway(discord)
    else:
        async with _Slack(echo=False) as slack:
            yield SlackSockets(slack) if name == "slack sockets" else SlackRequests(slack)


@asynccontextmanager
async def desk_behind(world: World, database: Database) -> AsyncIterator[None]:
    """A desk in this process that answers each question with its own words."""
    platform = world.platform()
    async with desk(database, platform):  # type: ignore[arg-type]
        server = Server("127.0.0.1", 0, platform.routes(), _ready, _figures)
        await server.start()
        try:
            await world.open(server.address)
            yield
            await until(lambda: nothing_waits(database))
        finally:
            await world.close()
            await platform.stop()
            await server.stop()


async def nothing_waits(database: Database) -> bool:
    """Whether every message that was written down has its answer, and every letter is sent or given up."""
    unanswered = select(events.c.id).where(events.c.state.in_(("new", "working", "delivering"))).limit(1)
    unsent = select(outbox.c.id).where(outbox.c.state == "sending").limit(1)
    async with database.reading() as connection:
        return all([(await connection.execute(waiting)).first() is None for waiting in (unanswered, unsent)])


async def _figures() -> bytes:
    return b""


async def _ready() -> tuple[bool, Mapping[str, Any]]:
    return True, {}


@dataclass
class Watch:
    """What went wrong in this process: SQL errors, and everything that was logged as a fault."""

    sql: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)


@contextmanager
def watched() -> Iterator[Watch]:
    """Listen to every database and every logger; what the event loop finds unheard is logged as well."""
    seen = Watch()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = record.getMessage()
            # Of aiohttp's servers one is ours, and its statuses are looked at; the others are the platforms'.
            if not record.name.startswith("aiohttp") and not any(expected in line for expected in NOBODY_THERE):
                seen.crashes.append(f"{record.name}: {line}"[:300])

    def failed(context: Any) -> None:
        seen.sql.append(f"{type(context.original_exception).__name__}: {context.original_exception}"[:300])

    listener = Listener(logging.ERROR)
    logging.getLogger().addHandler(listener)
    event.listen(Engine, "handle_error", failed)
    try:
        yield seen
    finally:
        event.remove(Engine, "handle_error", failed)
        logging.getLogger().removeHandler(listener)
