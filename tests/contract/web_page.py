"""A browser in code: the real page platform on a loopback server, and somebody who reads its events."""

import asyncio
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp
from aiohttp import web
from yarl import URL

from adapters.web import WebPlatform
from adapters.web.gate import COOKIE
from adapters.web.incoming import channel_of, place_of
from bot.messages import Place, Reply
from bot.platforms import Receive
from bot.pressed import Interact
from tests.fakes import KeptCursors

LANGUAGES = ("en", "de", "es", "fr", "ja", "ar")


def make_platform(**more: object) -> WebPlatform:
    """A page for a shop."""
    return WebPlatform("Lindenhof <Outdoor>", LANGUAGES, "en", **more)  # type: ignore[arg-type]


@dataclass
class Told:
    """One server-sent event."""

    kind: str
    data: dict[str, object]
    number: str


@dataclass
class Server:
    """The page on 127.0.0.1."""

    platform: WebPlatform
    runner: web.AppRunner | None = None
    url: str = ""

    async def open(self, receive: Receive, port: int = 0, interact: Interact | None = None) -> None:
        """Start the platform and serve its routes."""
        await self.platform.start(receive, KeptCursors(), interact)
        app = web.Application()
        app.add_routes(self.platform.routes())
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", port, reuse_address=True).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def close(self) -> None:
        """In the order of the real program: platforms first."""
        await self.platform.stop()
        if self.runner:
            await self.runner.cleanup()


@dataclass
class Browser:
    """One customer: a cookie, and what the page was told."""

    server: Server
    told: list[Told] = field(default_factory=list)
    http: aiohttp.ClientSession = field(init=False)
    reader: asyncio.Task[None] | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, *, listen: bool = True, last_seen: str = "", session: str = "") -> "Browser":
        """Visit the page, and begin to listen; `session`: of another page of the same customer."""
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), read_bufsize=2**22)
        if session:
            self.http.cookie_jar.update_cookies({COOKIE: session}, URL(self.server.url))
        async with self.http.get(self.server.url + "/") as page:
            assert page.status == 200
        if listen:
            self.reader = asyncio.create_task(self._read(last_seen))
            await self.until(lambda: any(told.kind == "status" for told in self.told))
        return self

    @property
    def session(self) -> str:
        """The cookie."""
        return next(cookie.value for cookie in self.http.cookie_jar if cookie.key == COOKIE)

    @property
    def place(self) -> Place:
        """Where this customer's first conversation is."""
        return place_of(channel_of(self.session), "1")

    async def say(self, text: str, **more: object) -> tuple[int, str]:
        """Send a message as the page does; the status, and the message's id."""
        message = {"id": str(uuid.uuid4()), "text": text, **more}
        return (await self.call("POST", "/chat/messages", json=message))[0], str(message["id"])

    async def call(self, method: str, path: str, **more: object) -> tuple[int, dict[str, object]]:
        """One request of our own page; status and JSON."""
        headers = {"Origin": self.server.url, **more.pop("headers", {})}  # type: ignore[dict-item]
        async with self.http.request(method, self.server.url + path, headers=headers, **more) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.json()

    async def _read(self, last_seen: str) -> None:
        headers = {"Last-Event-ID": last_seen} if last_seen else {}
        async with self.http.get(self.server.url + "/chat/events", headers=headers, timeout=aiohttp.ClientTimeout(None)) as events:
            assert events.content_type == "text/event-stream"
            lines: dict[str, str] = {}
            async for raw in events.content:
                name, _, value = raw.decode().rstrip("\n").partition(": ")
                if name:
                    lines[name] = value
                elif "event" in lines:
                    self.told.append(Told(lines["event"], json.loads(lines["data"]), lines.get("id", "")))
                    lines = {}
                    self.news.set()

    async def until(self, true: object) -> None:
        """Read on until something holds."""
        async with asyncio.timeout(3):
            while not true():  # type: ignore[operator]
                self.news.clear()
                await self.news.wait()

    def of(self, kind: str) -> list[dict[str, object]]:
        """What was told of one kind."""
        return [told.data for told in self.told if told.kind == kind]

    async def close(self) -> None:
        """Close the tab."""
        if self.reader:
            self.reader.cancel()
            await asyncio.gather(self.reader, return_exceptions=True)
        await self.http.close()


class Text(HTMLParser):
    """HTML as people read it; a link's address stands behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        """Words."""
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """An address."""
        self.pieces.extend(value or "" for name, value in attrs if name == "href")


def read_html(html: object) -> str:
    """What stands on the screen."""
    text = Text()
    text.feed(str(html))
    text.close()
    return "".join(text.pieces)


class WatchedPlatform(WebPlatform):
    """`send` returns when the browser has it, so that a test can look at once."""

    browser: Browser | None = None

    async def send(self, place: Place, reply: Reply, key: str) -> str:
        """Send, and wait for the page."""
        sent = await super().send(place, reply, key)
        if browser := self.browser:
            await browser.until(lambda: any(answer["id"] == sent for answer in browser.of("answer")))
        return sent
