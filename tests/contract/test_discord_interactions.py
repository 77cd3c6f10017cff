"""Discord: what becomes of buttons, commands and forms, with a real desk, the real discord.py and our loopback Discord."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Literal

import pytest

from adapters.discord import DiscordPlatform
from bot.language import phrases
from bot.messages import Person, Place
from bot.platforms import Receive
from bot.pressed import Interact
from tests.contract.interactions_contract import InteractionsContract, embedded
from tests.contract.test_discord import _server
from tests.discord_interactions import MEMBER
from tests.discord_server import DiscordServer
from tests.discord_world import BOT, GENERAL, GUILD, PEOPLE, THREAD, TOKEN, Payload
from tests.fakes import KeptCursors

__all__ = ["_server", "embedded"]

TOOLS = {"draft": phrases.DRAFT, "summarise": phrases.SUMMARISE, "hand-over": phrases.HAND_OVER}
NAMES = {"ada": "ana", "bob": "ben", "cleo": "cleo"}


class ActingDiscord:
    """Two people before Discord, and one of the staff."""

    can = frozenset({"commands", "tools", "unknown command"})

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.people = server.interactions
        self.platform = self._new()
        self._started = False

    def _new(self) -> DiscordPlatform:
        return DiscordPlatform(TOKEN, self.server.api_url, self.server.gateway_url)

    async def start(self, receive: Receive, interact: Interact) -> None:
        if self._started:
            await self.platform.stop()
        self._started = True
        await self.platform.start(receive, KeptCursors(), interact)

    def staff_place(self) -> Place:
        return Place("discord", GUILD, THREAD)

    async def ask(self, words: str) -> None:
        await self.server.say(GENERAL, "ana", words, mention=True)

    async def public(self, posts: int) -> list[str]:
        return await enough(lambda: [each["content"] for each in self._public()], posts)

    async def press(self, action: str, person: str = "ada", *, unknown: bool = False) -> None:
        private = [each for who, each in self.people.shown if who in ("ana", "cleo")]
        for message in [*private[::-1], *self._public()[::-1]]:
            ids = [each["custom_id"] for row in message["components"] for each in row["components"]]
            if found := [custom_id for custom_id in ids if custom_id.partition(":")[0] == action]:
                pressed = _gone(message, action) if unknown else message
                await self.people.press(NAMES[person], pressed, f"{action}:" if unknown else found[0])
                return await self._settle()
        raise LookupError(action)

    async def command(self, name: str, words: str = "", person: str = "ada") -> None:
        await self.people.command(NAMES[person], name, GENERAL, words)
        await self._settle()

    async def choose(self, tool: str, person: str = "cleo", *, ours: bool = False) -> None:
        said = [each for each in self.server.messages[GENERAL] if (each["author"]["id"] == BOT) == ours]
        more = {} if person == "cleo" else {"permissions": MEMBER}
        await self.people.choose(NAMES[person], phrases.say(TOOLS[tool], "en"), said[-1], **more)
        await self._settle()

    def member(self) -> str:
        return Person("discord", GUILD, PEOPLE["cleo"]).key

    async def send_form(self, entries: Mapping[str, str], person: str = "ada") -> None:
        await self.people.fill(NAMES[person], **entries)
        await self._settle()

    async def come_by(self, tab: Literal["messages", "home"], person: str = "ada") -> None:
        raise NotImplementedError

    async def private_replies(self, replies: int, person: str = "ada") -> list[str]:
        return await enough(lambda: [each["content"] for who, each in self.people.shown if who == NAMES[person]], replies)

    def forms(self) -> int:
        return self.people.answers.count(9)

    def _public(self) -> list[Payload]:
        return [each for each in self.server.messages[GENERAL] if each["author"]["id"] == BOT]

    async def _settle(self) -> None:
        await self.server.heartbeat()
        await asyncio.sleep(0)
        await self.platform.idle()

    async def close(self) -> None:
        assert self.people.faults == []
        await self.platform.stop()


def _gone(message: Payload, action: str) -> Payload:
    """A message that nobody knows, with the same button, which does not say any more what it is about."""
    row = {"type": 1, "components": [{"type": 2, "style": 2, "custom_id": f"{action}:", "label": "?"}]}
    return message | {"id": str(int(message["id"]) + 1), "components": [row]}


async def enough(look: Callable[[], list[str]], least: int) -> list[str]:
    """As soon as there are so many; a short while longer, to see that there are no more."""
    async with asyncio.timeout(10):
        while len(look()) < least:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    return look()


@pytest.fixture(name="harness")
async def _harness(server: DiscordServer) -> AsyncIterator[ActingDiscord]:
    harness = ActingDiscord(server)
    yield harness
    await harness.close()


class TestDiscordInteractions(InteractionsContract):
    """The contract; its answers are taken by Discord without a fault."""
