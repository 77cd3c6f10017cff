"""The process that is never killed: the platform, the people on it, and the model. It keeps the only record that is judged."""

import asyncio
import logging
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.faults.discord import FailingDiscord, OnDiscord
from benchmarks.faults.judge import Message, Post
from benchmarks.faults.model import BETWEEN, BETWEEN_LIVE, FailingModel
from benchmarks.faults.people import People, Platform
from benchmarks.faults.slack import FailingSlack

LONG = {"slack": "word " * 2_400, "discord": "word " * 500}
"""Enough for two messages."""
CHANNELS = 8
LIVE = "FAULTS_LIVE"
"""The bot's setting with which all answers grow."""


@dataclass(frozen=True)
class World:
    """What it is like; the rates are percent."""

    platform: str
    way: str
    seed: int
    messages: int
    threads: int
    duplicates: float
    model_faults: float
    platform_faults: float
    live: bool = False


@dataclass
class Report:
    """The record so far. `told_all`: everything was written and acknowledged, or given up."""

    messages: list[Message] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    told_all: bool = False
    asked: int = 0
    model_failed: int = 0
    refused: int = 0


def run(world: World, wire: Connection) -> None:
    """In a process of its own. Says the bot's settings; then obeys ("release", share), ("addresses", [...]), ("report", None)."""
    asyncio.run(_run(world, wire))


async def _run(world: World, wire: Connection) -> None:
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # every death cuts connections
    dice = random.Random(world.seed)
    async with AsyncExitStack() as stack:
        model = FailingModel(dice, world.model_faults, LONG[world.platform], BETWEEN_LIVE if world.live else BETWEEN)
        await stack.enter_async_context(model)
        server, people_on = _platform(world, dice)
        await stack.enter_async_context(server)
        people = People(people_on, dice, world.messages, world.threads)
        live = {LIVE: "1"} if world.live else {}
        wire.send({**server.settings(world.way), "MODEL_URL": model.url, "MODEL_NAME": "m", **live})
        writing = asyncio.create_task(people.release(0))
        while (order := await asyncio.to_thread(wire.recv)) != ("end", None):
            match order:
                case ("release", share):
                    await writing
                    writing = asyncio.create_task(people.release(share))
                case ("addresses", addresses):
                    server.addresses = addresses
                case ("report", _):
                    done = writing.done() and people.done and server.quiet
                    wire.send(Report(people.messages, server.record, done, model.asked, model.failed, server.refused))
        writing.cancel()


def _platform(world: World, dice: random.Random) -> tuple[FailingSlack | FailingDiscord, Platform]:
    if world.platform == "slack":
        slack = FailingSlack(dice, world.platform_faults, world.duplicates)
        return slack, OnSlack(slack)
    discord = FailingDiscord(dice, world.platform_faults, world.duplicates, world.threads)
    return discord, OnDiscord(discord)


class OnSlack:
    """People on Slack: threads under mentions, in channels and in direct messages."""

    def __init__(self, slack: FailingSlack) -> None:
        self._slack = slack

    async def open(self, number: int, text: str, message: Message) -> str:
        """A mention at the top of a channel; its thread is where we answer."""
        channel = f"{'D' if number % 4 == 3 else 'C'}{number % CHANNELS}"
        message.told_at = time.monotonic()
        ts = await self._slack.say(channel, "U1", text)
        self._heard(message)
        return f"{channel}:{ts}"

    async def say(self, thread: str, author: int, text: str, message: Message) -> str:
        """A follow-up, which names us or not."""
        channel, ts = thread.split(":")
        message.told_at = time.monotonic()
        id = await self._slack.say(channel, f"U{author}", text, thread_ts=ts, mention=author == 2)
        self._heard(message)
        return id

    def _heard(self, message: Message) -> None:
        message.heard_at = time.monotonic()

    async def edit(self, thread: str, id: str, text: str) -> None:
        await self._slack.edit(thread.split(":")[0], id, text, mention=False)

    async def delete(self, thread: str, id: str) -> None:
        await self._slack.delete(thread.split(":")[0], id)
