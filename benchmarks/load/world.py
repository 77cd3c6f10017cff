"""The process with the platforms, the people and the model. By lines: settings out, "here" out, "go" in, the record out."""

import asyncio
import json
import logging
import random
import sys
import time
from collections.abc import Coroutine

from benchmarks.load.discord import BusyDiscord
from benchmarks.load.model import SteadyModel
from benchmarks.load.record import Record
from benchmarks.load.slack import BusySlack

CHANNELS, PEOPLE = 40, 30
FOLLOW_UPS = 0.3
PATIENCE = 30.0
"""Seconds after the last message in which everything must be answered."""


class People:
    """They write at random moments. Nobody writes again before he is answered."""

    def __init__(self, slack: BusySlack, discord: BusyDiscord, dice: random.Random, record: Record) -> None:
        self._slack, self._discord, self._dice, self._record = slack, discord, dice, record
        self._threads: dict[str, list[tuple[str, str]]] = {f"CT{number}A": [] for number in range(CHANNELS)}
        """Slack's threads, with the last code that was asked in each."""
        self._asked: dict[str, str] = {}
        self._talking: set[asyncio.Task[None]] = set()

    async def write(self, seconds: float, rate: float) -> None:
        """So many messages a second, on both platforms together."""
        began, at, number = time.monotonic(), 0.0, 0
        while (at := at + self._dice.expovariate(rate)) < seconds:
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            number += 1
            code = f"Q{number}Z"
            self._begin(self._on_slack(code) if self._dice.random() < 0.5 else self._on_discord(code))

    def _begin(self, talk: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(talk)
        self._talking.add(task)
        task.add_done_callback(self._talking.discard)

    async def _on_slack(self, code: str) -> None:
        channel = self._dice.choice(list(self._threads))
        free = [(ts, last) for ts, last in self._threads[channel] if last in self._record.answered]
        thread, last = self._dice.choice(free) if free and self._dice.random() < FOLLOW_UPS else ("", "")
        if thread:
            self._threads[channel].remove((thread, last))
        self._record.said[code], self._record.on[code] = time.monotonic(), "Slack"
        text = f"How long do I have to return the lamp {code} that I bought on sale?"
        ts = await self._slack.say(channel, f"U{self._dice.randrange(PEOPLE)}", text, thread_ts=thread or None, mention=not thread)
        self._threads[channel].append((thread or ts, code))

    async def _on_discord(self, code: str) -> None:
        channel = self._dice.choice(self._discord.channels)
        free = [who for number in range(PEOPLE) if self._asked.get(who := f"{channel}p{number}", "") in ("", *self._record.answered)]
        if not free:
            return  # everybody here waits for an answer: the bot is too late, as the table will say
        who = self._dice.choice(free)
        self._asked[who] = code
        self._record.said[code], self._record.on[code] = time.monotonic(), "Discord"
        await self._discord.say(channel, who, f"How long do I have to return the lamp {code} that I bought on sale?", mention=True)


async def run(seconds: float, rate: float, seed: int) -> None:
    """All of it; "here" is when the bot is."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    dice, record = random.Random(seed), Record()
    async with SteadyModel(record) as model, BusySlack(dice, record) as slack, BusyDiscord(dice, record, CHANNELS, PEOPLE) as discord:
        print(json.dumps({**slack.settings(), **discord.settings(), "MODEL_URL": model.url, "MODEL_NAME": "m"}), flush=True)
        await slack.installed(CHANNELS)
        while not discord.sessions:
            await asyncio.sleep(0.1)
        print("here", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await People(slack, discord, dice, record).write(seconds, rate)
        until = time.monotonic() + PATIENCE
        while any(code not in record.answered for code in record.said) and time.monotonic() < until:
            await asyncio.sleep(0.5)
        await asyncio.sleep(3)
        broken = {f"Slack {name}": count for name, count in slack.limits.broken.items()}
        broken |= {f"Discord {name}": count for name, count in discord.limits.broken.items()}
        signs = {"signs": slack.signs + len(discord.typings), "grew": slack.grew + len(discord.grew)}
        print(json.dumps({**record.summary(), **signs, "broken": broken, "undelivered": len(slack.undelivered)}), flush=True)
