"""Buttons and the form under an answer on the page, over real HTTP. A page has no commands, and nobody else on it."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import pytest

from bot.messages import Place
from bot.platforms import Receive
from bot.pressed import Interact
from tests.contract.interactions_contract import InteractionsContract, embedded
from tests.contract.test_fake_interactions import enough
from tests.contract.web_page import LANGUAGES, Browser, Server, WatchedPlatform, make_platform, read_html

__all__ = ["embedded"]


class ActingPage:
    """One browser before the page; after a restart of the desk it comes back with its cookie, and with what it shows."""

    can: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.platform = WatchedPlatform("Lindenhof", LANGUAGES, "en")
        self._servers: list[Server] = []
        self._browser: Browser | None = None
        self._answers: list[dict[str, Any]] = []
        self._reactions: list[dict[str, Any]] = []

    async def start(self, receive: Receive, interact: Interact) -> None:
        server = Server(self.platform)
        await server.open(receive, interact=interact)
        self._servers.append(server)
        if self._browser is None:
            self._browser = self.platform.browser = await Browser(server).open()
        self._browser.server = server

    def staff_place(self) -> Place:
        """The page has no channels: another session stands for it."""
        return Place("web", "local", "0" * 32, "1")

    def member(self) -> str:
        return "web:local:nobody"

    async def ask(self, words: str) -> None:
        assert self._browser
        assert (await self._browser.say(words))[0] == 202

    async def public(self, posts: int) -> list[str]:
        assert self._browser
        seen = await enough(lambda: [read_html(answer["html"]) for answer in self._browser.of("answer")], posts)
        self._answers = self._browser.of("answer")
        return seen

    async def press(self, action: str, person: str = "ada", *, unknown: bool = False) -> None:
        answer = self._answers[-1]
        value = {str(each["action"]): each["value"] for each in answer["actions"]}[action]
        message, value = ("1", "") if unknown else (answer["id"], value)
        await self._post("/chat/presses", {"message": message, "action": action, "value": value})

    async def send_form(self, entries: Mapping[str, str], person: str = "ada") -> None:
        form = next(one["form"] for one in reversed(self._reactions) if "form" in one)
        await self._post("/chat/forms", {"form": form["name"], "value": form["value"], "entries": dict(entries)})

    async def private_replies(self, replies: int, person: str = "ada") -> list[str]:
        return await enough(lambda: [read_html(one["html"]) for one in self._reactions if "html" in one], replies)

    def forms(self) -> int:
        return sum("form" in one for one in self._reactions)

    async def command(self, name: str, words: str = "", person: str = "ada") -> None:
        """Not in `can`."""

    async def choose(self, tool: str, person: str = "cleo", *, ours: bool = False) -> None:
        """Not in `can`."""

    async def come_by(self, tab: Literal["messages", "home"], person: str = "ada") -> None:
        """Not in `can`."""

    async def close(self) -> None:
        if self._browser:
            await self._browser.close()
        for server in self._servers:
            await server.close()
        await asyncio.sleep(0)

    async def _post(self, path: str, said: dict[str, object]) -> None:
        assert self._browser
        status, came = await self._browser.call("POST", path, json={"id": str(uuid.uuid4()), **said})
        assert status == 200
        self._reactions.append(came)


class TestPageInteractions(InteractionsContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[ActingPage]:
        made = ActingPage()
        yield made
        await made.close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/chat/presses", {"message": "1", "action": "<b>"}),
        ("/chat/presses", {"message": "x", "action": "good"}),
        ("/chat/presses", {"message": "1", "action": "good", "value": "'; --"}),
        ("/chat/presses", {"message": "1", "action": "good", "conversation": "-1"}),
        ("/chat/forms", {"form": "why", "value": "1", "entries": "none"}),
        ("/chat/forms", {"form": "why", "value": "1", "entries": {str(number): "" for number in range(50)}}),
    ],
)
async def test_what_no_page_of_ours_would_send_is_refused(path: str, said: dict[str, object]) -> None:
    async def receive(_event: object) -> None:
        """Nothing is written."""

    server = Server(make_platform())
    await server.open(receive)
    browser = await Browser(server).open(listen=False)
    assert (await browser.call("POST", path, json={"id": str(uuid.uuid4()), **said}))[0] == 400
    assert (await browser.call("POST", path, json={"id": str(uuid.uuid4()), **said}, headers={"Origin": "https://evil.example"}))[0] == 403
    await browser.close()
    await server.close()
