"""The page passes the platform contract, over real HTTP. There are no mentions and no bots on a page."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.messages import Place
from bot.platforms import Listens, Receive, nowhere
from tests.contract.files_contract import NoFilesContract
from tests.contract.live_contract import LiveContract
from tests.contract.platform_contract import PlatformContract
from tests.contract.private_contract import PrivateContract
from tests.contract.web_page import LANGUAGES, Browser, Server, WatchedPlatform, read_html


class WebHarness:
    """The page with one browser that shows it."""

    can = frozenset({"direct", "same_message_twice", "redelivery", "heartbeat"})
    longest = 30_000

    def __init__(self) -> None:
        self.listens: Listens = nowhere
        self.platform = WatchedPlatform("Lindenhof", LANGUAGES, "en")
        self.server = Server(self.platform)
        self.browser: Browser | None = None
        self.last: dict[str, str] = {}

    async def start(self, receive: Receive) -> None:
        """The server, and the browser in front of it."""
        await self.server.open(receive)
        self.browser = self.platform.browser = await Browser(self.server).open()

    async def hear(self, kind: str, text: str = "hello") -> None:
        """A customer writes."""
        assert self.browser
        self.last = {"id": f"00000000-0000-4000-8000-{len(self.browser.told):012d}", "text": text}
        for _ in range(2 if kind == "same_message_twice" else 1):
            await self.redeliver()

    async def redeliver(self) -> None:
        """The page tries again."""
        assert self.browser
        status, _ = await self.browser.call("POST", "/chat/messages", json=self.last)
        assert status in (202, 503)

    async def heartbeat(self) -> bool:
        """The page still opens."""
        assert self.browser
        async with self.browser.http.get(self.server.url + "/", timeout=aiohttp.ClientTimeout(1)) as page:
            return page.status == 200

    def sent(self) -> list[str]:
        """The answers, as read."""
        return [read_html(answer["html"]) for answer in self.raw_sent()]

    def raw_sent(self) -> list[dict[str, object]]:
        """The answers."""
        assert self.browser
        return self.browser.of("answer")

    def pinged(self) -> list[str]:
        """Nobody can be called to a page."""
        return []

    def fail_next(self, status: int, retry_after: float | None = None) -> None:
        """Not in `can`: the page lives in this process."""

    def drop_next(self) -> None:
        """Not in `can`."""

    def standing(self) -> list[str]:
        """The answers, and what grows."""
        session = self.platform._sessions.find(self.place().channel)
        assert session
        whole = [entry.data for entry in session.after(0) if entry.kind == "answer"]
        return [read_html(json.loads(data)["html"]) for data in (*whole, *(data for _, data in session.grown({})))]

    def signs(self) -> int:
        """Dots."""
        session = self.platform._sessions.find(self.place().channel)
        return len(session.working) if session else 0

    async def vanish(self, message_id: str) -> None:
        """Nobody can take an answer off a page."""

    async def forget(self) -> None:
        """A page's memory is its process's."""
        session = self.platform._sessions.find(self.place().channel)
        assert session
        session._growing.clear()
        session.working.clear()

    def unmapped(self) -> list[str]:
        """No library stands between us and the page."""
        return []

    def place(self) -> Place:
        """The customer's conversation."""
        assert self.browser
        return self.browser.place

    async def close(self) -> None:
        """The browser, then the server."""
        if self.browser:
            await self.browser.close()
        await self.server.close()
        await asyncio.sleep(0)


@pytest.fixture
async def harness() -> AsyncIterator[WebHarness]:
    """A page nobody has opened yet."""
    made = WebHarness()
    yield made
    await made.close()


class TestWeb(PlatformContract, PrivateContract, LiveContract, NoFilesContract):
    """The page."""
