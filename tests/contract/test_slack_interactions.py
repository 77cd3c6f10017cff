"""Slack keeps the contract of interactions, by Socket Mode and by HTTP, with a real desk behind the real adapter."""

import asyncio
import copy
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import pytest

from bot.language import phrases
from bot.messages import Person, Place
from bot.platforms import Receive
from bot.pressed import Interact
from bot.store.database import Database
from tests.contract.interactions_contract import InteractionsContract, embedded, running
from tests.contract.slack_harness import SlackHarness
from tests.contract.test_fake_interactions import enough
from tests.slack_rules import rendered
from tests.slack_server import TEAM, SlackServer

__all__ = ["embedded"]

PEOPLE = {"ada": "U1", "bob": "U2", "cleo": "U3"}


class ActingSlack:
    """Three people in a channel of the loopback Slack."""

    can = frozenset({"commands", "tools", "what others see alone", "home", "messages"})

    def __init__(self, server: SlackServer, *, http: bool) -> None:
        self.server, self.slack = server, SlackHarness(server, http=http)
        self.platform = self.slack.platform
        self._asked = ""
        self._pressed: list[dict[str, Any]] = []

    async def start(self, receive: Receive, interact: Interact) -> None:
        await self.slack.start(receive, interact)

    def staff_place(self) -> Place:
        return Place("slack", TEAM, "CSTAFF")

    async def ask(self, words: str) -> None:
        self._asked = await self.server.say("C1", "U1", words)

    async def public(self, posts: int) -> list[str]:
        return await enough(lambda: [rendered(post) for post in self.server.posts if post["channel"] == "C1"], posts)

    async def press(self, action: str, person: str = "ada", *, unknown: bool = False) -> None:
        """Who is quick presses a button that is just being replaced."""
        public = [post for post in self.server.posts if post["channel"] != "CSTAFF"]
        for message in [*self.server.ephemerals[::-1], *public[::-1], *self._pressed[::-1]]:
            self._pressed.append(copy.deepcopy(message))
            try:
                await self.server.press(PEOPLE[person], gone(message) if unknown else message, action)
            except LookupError:
                continue
            return await self._settled()
        raise LookupError(action)

    async def command(self, name: str, words: str = "", person: str = "ada") -> None:
        await self.server.command(PEOPLE[person], "C1", f"{name} {words}")
        await self._settled()

    async def choose(self, tool: str, person: str = "cleo", *, ours: bool = False) -> None:
        ts = [post["ts"] for post in self.server.posts if post["channel"] == "C1"][-1] if ours else self._asked
        await self.server.choose(PEOPLE[person], "C1", ts, tool)
        await self._settled()

    def member(self) -> str:
        return Person("slack", TEAM, PEOPLE["cleo"]).key

    async def send_form(self, entries: Mapping[str, str], person: str = "ada") -> None:
        await self.server.submit(PEOPLE[person], self.server.modals[-1], **entries)
        await self._settled()

    async def come_by(self, tab: Literal["messages", "home"], person: str = "ada") -> None:
        await self.server.visit(PEOPLE[person], tab)
        await self._settled()

    async def private_replies(self, replies: int, person: str = "ada") -> list[str]:
        sign = phrases.say(phrases.THINKING, "en")
        return await enough(lambda: [said for said in self.server.shown.get(PEOPLE[person], []) if said != sign], replies)

    def forms(self) -> int:
        return len(self.server.modals)

    async def _settled(self) -> None:
        assert self.server.unheard == []
        async with asyncio.timeout(30):
            while self.platform._interacting is not None and self.platform._interacting._acting:
                await asyncio.sleep(0.005)


def gone(message: dict[str, Any]) -> dict[str, Any]:
    """The same under a message that the desk does not know, with buttons that name no turn."""
    old = copy.deepcopy(message) | {"ts": "1600000000.000001"}
    for block in old["blocks"]:
        for element in block["elements"] if block["type"] == "actions" else []:
            element.pop("value", None)
        for element in block["elements"] if block["type"] == "context_actions" else []:
            for thumb in (element["positive_button"], element["negative_button"]):
                thumb["value"] = thumb["value"].partition(":")[0]
    return old


@pytest.fixture(params=["socket", "http"])
async def harness(request: pytest.FixtureRequest) -> AsyncIterator[ActingSlack]:
    async with SlackServer(echo=False) as server:
        made = ActingSlack(server, http=request.param == "http")
        yield made
        await made.slack.close()


class TestSlackInteractions(InteractionsContract):
    """The contract."""


async def test_who_is_not_known_to_be_staff_for_a_moment_keeps_his_draft(harness: ActingSlack, embedded: Database) -> None:
    async with running(harness, embedded):
        await harness.ask("How long does delivery take?")
        await harness.public(1)
        await harness.choose("draft")
    async with running(harness, embedded, member=""):
        await harness.press("send", "cleo")
        assert phrases.STAFF_ONLY in (await harness.private_replies(2, "cleo"))[-1]
    drafts = [message for message in harness.server.ephemerals if "discard" in str(message["blocks"])]
    assert len(drafts) == 1
