"""The process that is never killed: the platform, the people on it, and the model. It keeps the only record that is judged."""

import asyncio
import logging
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from benchmarks.faults.judge import Message, Post
from benchmarks.faults.model import FailingModel
from benchmarks.faults.people import People
from benchmarks.faults.slack import FailingSlack

LONG = {"slack": "word " * 2_400}
"""Enough for two messages."""
CHANNELS = 8


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


@dataclass
class Report:
    """The record so far. `told_all`: everything was written and acknowledged, or given up."""

    messages: list[Message] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    told_all: bool = False
    asked: int = 0
    model_failed: int = 0
    refused: int = 0
    connected: int = 0


def run(world: World, wire: Connection) -> None:
    """In a process of its own. Says its settings for the bot first; then obeys: ("release", share), ("addresses", [...]), ("report", None)."""
    asyncio.run(_run(world, wire))


async def _run(world: World, wire: Connection) -> None:
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # every death cuts connections
    dice = random.Random(world.seed)
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(FailingModel(dice, world.model_faults, LONG[world.platform]))
        slack = await stack.enter_async_context(FailingSlack(dice, world.platform_faults, world.duplicates))
        people = People(OnSlack(slack, world.way), dice, world.messages, world.threads)
        tokens = {"SLACK_API_URL": slack.url, "SLACK_BOT_TOKEN": "xoxb-test", "MODEL_URL": model.url, "MODEL_NAME": "m"}
        if world.way == "http":
            slack.signing_secret = tokens["SLACK_SIGNING_SECRET"] = "s3cret"
        else:
            tokens["SLACK_APP_TOKEN"] = "xapp-test"
        wire.send(tokens)
        writing = asyncio.create_task(people.release(0))
        while (order := await asyncio.to_thread(wire.recv)) != ("end", None):
            match order:
                case ("release", share):
                    await writing
                    writing = asyncio.create_task(people.release(share))
                case ("addresses", addresses):
                    slack.addresses = [f"{address}/slack/events" for address in addresses]
                case ("report", _):
                    done = people.done and not slack._echoes
                    wire.send(Report(people.messages, slack.record, done, model.asked, model.failed, slack.refused, len(slack.sockets)))
        writing.cancel()


class OnSlack:
    """People on Slack: threads under mentions, in channels and in direct messages."""

    def __init__(self, slack: FailingSlack, way: str) -> None:
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
