"""The fake has buttons, commands, forms and pages: what a story shows on it holds on the others."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import count
from typing import Literal

import pytest

from bot.messages import Person, Place, Reply
from bot.platforms import Receive
from bot.pressed import ButtonPressed, CameBy, Chosen, CommandGiven, Form, FormSent, Interact, Prompts, Reaction, Shown
from tests.contract.interactions_contract import InteractionsContract, embedded
from tests.fake_platform import FakePlatform
from tests.fakes import KeptCursors

__all__ = ["embedded"]


class ActingFake:
    """Two people before a fake."""

    can = frozenset({"commands", "tools", "what others see alone", "home", "messages", "unknown command"})

    def __init__(self) -> None:
        self.platform = FakePlatform()
        self._seen: dict[str, list[tuple[str, Reply]]] = defaultdict(list)
        self._forms: list[Form] = []
        self._asked: list[tuple[str, str]] = []
        self._ids = (f"i{number}" for number in count())

    async def start(self, receive: Receive, interact: Interact) -> None:
        await self.platform.start(receive, KeptCursors(), interact)

    def staff_place(self) -> Place:
        return Place("fake", "w1", "staff")

    async def ask(self, words: str) -> None:
        self._asked.append((await self.platform.say(words), words))

    async def public(self, posts: int) -> list[str]:
        return await enough(lambda: [whole(reply) for _, reply in self._public()], posts)

    async def press(self, action: str, person: str = "ada", *, unknown: bool = False) -> None:
        private = [seen for who_ in ("ada", "cleo") for seen in (*self._asides(who_), *self._seen[who_])]
        shown = [(id, reply, True) for id, reply in private] + [(id, reply, False) for id, reply in self._public()]
        for id, reply, alone in shown:
            values = {button.action: button.value for button in reply.buttons} | (
                dict.fromkeys(("good", "bad"), reply.turn) if reply.feedback else {}
            )
            if action in values:
                place, value = self.platform.place("" if alone else "t1"), values[action]
                message, value = ("gone", "") if unknown else (id, value)
                pressed = ButtonPressed(next(self._ids), place, who(person), message, action, value, "en", "h", alone)
                return self._see(person, await self.platform.does(pressed))
        raise LookupError(action)

    async def command(self, name: str, words: str = "", person: str = "ada") -> None:
        given = CommandGiven(next(self._ids), self.platform.place(""), who(person), name, words, "en", "h")
        self._see(person, await self.platform.does(given))

    async def choose(self, tool: str, person: str = "cleo", *, ours: bool = False) -> None:
        place = self.platform.place()
        if ours:
            id, reply = self._public()[-1]
            chosen = Chosen(place, id, Person("fake", "w1", "bot"), reply.text, ours=True)
        else:
            chosen = Chosen(place, self._asked[-1][0], who("ada"), self._asked[-1][1])
        given = CommandGiven(next(self._ids), place, who(person), tool, "", "en", "h", chosen=chosen)
        self._see(person, await self.platform.does(given))

    def member(self) -> str:
        return who("cleo").key

    async def send_form(self, entries: Mapping[str, str], person: str = "ada") -> None:
        form = self._forms[-1]
        sent = FormSent(next(self._ids), self.platform.place(""), who(person), form.name, form.value, tuple(entries.items()), "en", "h")
        self._see(person, await self.platform.does(sent))

    async def come_by(self, tab: Literal["messages", "home"], person: str = "ada") -> None:
        visit = CameBy(next(self._ids), self.platform.place(direct=True), who(person), tab, "en")
        self._see(person, await self.platform.does(visit))

    async def private_replies(self, replies: int, person: str = "ada") -> list[str]:
        return await enough(lambda: [whole(reply) for _, reply in [*self._asides(person), *self._seen[person]]], replies)

    def forms(self) -> int:
        return len(self._forms)

    def _public(self) -> list[tuple[str, Reply]]:
        return [(post.id, post.reply) for post in self.platform.posts if post.place.channel == "c1" and not post.reply.only_for]

    def _asides(self, person: str) -> list[tuple[str, Reply]]:
        return [(post.id, post.reply) for post in self.platform.posts if post.reply.only_for == person]

    def _see(self, person: str, reaction: Reaction) -> None:
        if isinstance(reaction, Form):
            self._forms.append(reaction)
        elif isinstance(reaction, Shown):
            self._seen[person].append((next(self._ids), reaction.reply))
        elif isinstance(reaction, Prompts):
            self._seen[person].append(("", Reply("\n".join((reaction.title, *reaction.questions)), "en")))


def who(person: str) -> Person:
    return Person("fake", "w1", person, person.title())


def whole(reply: Reply) -> str:
    return "\n".join((reply.text, reply.notice))


async def enough(look: Callable[[], list[str]], least: int) -> list[str]:
    """As soon as there are so many; a short while longer, to see that there are no more."""
    async with asyncio.timeout(30):
        while len(look()) < least:
            await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    return look()


class TestFakeInteractions(InteractionsContract):
    @pytest.fixture
    def harness(self) -> ActingFake:
        return ActingFake()
