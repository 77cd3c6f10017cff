"""People who write in their threads: each message with a code, some twice in a row, some changed or taken back at once."""

import asyncio
import random
import time
from collections.abc import Awaitable
from typing import Protocol

from benchmarks.faults.judge import Message

CHANGED = 0.02
"""The share of messages that are edited, and as many that are deleted, within a second or two."""


class Platform(Protocol):
    """Where people write. A thread is known by its number until its first message stands."""

    async def open(self, number: int, text: str, message: Message) -> str:
        """The first message of a thread: its name, once it was heard."""
        ...

    async def say(self, thread: str, author: int, text: str, message: Message) -> str:
        """A message in it; the id, once it was heard. Both keep `told_at` and `heard_at`."""
        ...

    async def edit(self, thread: str, id: str, text: str) -> None:
        """Its author changes it."""
        ...

    async def delete(self, thread: str, id: str) -> None:
        """Its author takes it back."""
        ...


class People:
    """`release` lets a share of all messages be written; they are spread over the threads by the dice."""

    def __init__(self, platform: Platform, dice: random.Random, messages: int, threads: int) -> None:
        self._platform, self._dice = platform, dice
        self._left = self._all = messages
        self._each = -(-messages // threads)
        self._threads = dict.fromkeys(range(threads), "")
        self._counts = dict.fromkeys(self._threads, 0)
        self._opening: set[int] = set()
        self._talking: set[asyncio.Task[None]] = set()
        self.messages: list[Message] = []

    @property
    def done(self) -> bool:
        """Everything was written, and told."""
        return not self._left and not self._talking

    async def release(self, share: float) -> None:
        """Write until so much of everything is written."""
        while self._left > self._all * (1 - min(share, 1.0)):
            number = self._dice.choice([n for n in self._threads if n not in self._opening and self._counts[n] < self._each] or [-1])
            if number >= 0:
                self._left -= 1
                self._begin(self._write(number))
            await asyncio.sleep(self._dice.uniform(0, 0.02))

    def _begin(self, talk: Awaitable[None]) -> None:
        task = asyncio.ensure_future(talk)
        self._talking.add(task)
        task.add_done_callback(self._talking.discard)

    async def _write(self, number: int) -> None:
        self._counts[number] += 1
        code = f"T{number}K{self._counts[number]:03}"
        text = f"What do you know about the article {code}?"
        message = Message(code, self._threads[number], time.monotonic())
        if not self._threads[number]:
            self._opening.add(number)
            message.thread = f"thread {number}"
            self.messages.append(message)
            message.thread = self._threads[number] = await self._platform.open(number, text, message)
            self._opening.discard(number)
            return
        self.messages.append(message)
        said = asyncio.ensure_future(self._platform.say(self._threads[number], self._dice.choice([1, 1, 1, 2]), text, message))
        if self._dice.random() < 2 * CHANGED:
            self._begin(self._change(message, text, said))
        await said

    async def _change(self, message: Message, text: str, said: "asyncio.Future[str]") -> None:
        id = await said
        await asyncio.sleep(self._dice.uniform(0, 1.5))
        if self._dice.random() < 0.5:
            await self._platform.edit(message.thread, id, f"{text} Please be quick.")
        else:
            message.deleted = True
            await self._platform.delete(message.thread, id)
