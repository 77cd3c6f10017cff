"""What the workers ask the database: who answers, whose rows are free, and where something waits.

A row is held by the worker whose number is its `owner`, as long as that number stands in `workers`. On PostgreSQL a worker
shows every few seconds, by the database's clock, that it lives; one that was silent for `DEAD_AFTER` is struck off by any other.
Well before that it must itself stop to send (`Holder.left`). An embedded database has one worker: who starts strikes off all others.
"""

import asyncio
import time
from collections.abc import Coroutine
from math import inf
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError, Unreachable
from bot.store.database import Database
from bot.tables import events, outbox, workers

T = TypeVar("T")

SURE_FOR = 6.0
DEAD_AFTER = 10.0
"""Seconds without a sign of life. What a worker was sending when it fell silent must have arrived within their difference."""


class Holder:
    """Under which number this process holds rows (0: it answers nothing), and how long that is sure."""

    def __init__(self) -> None:
        self.number = 0
        self._until = 0.0

    def left(self, number: int) -> float:
        """Seconds for which rows held under `number` are surely still ours; not more than 0: somebody else may have them."""
        return self._until - time.monotonic() if number and number == self.number else 0.0

    async def during(self, number: int, calling: Coroutine[Any, Any, T]) -> T:
        """A call that begins and ends while rows under `number` are surely ours: a process that was frozen may have lost them.

        Raises StoreError when they may be another's, Unreachable when the call takes longer than they are surely ours.
        """
        if (left := self.left(number)) <= 0:
            calling.close()
            raise StoreError("this may be another worker's by now")
        if left == inf:
            return await calling
        call = asyncio.ensure_future(calling)
        try:
            while not call.done() and (left := self.left(number)) > 0:
                await asyncio.wait([call], timeout=left)
        finally:
            if not call.done():
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
        if call.cancelled():
            raise Unreachable("no answer in the time that this worker has")
        return call.result()

    def hold(self, number: int, until: float) -> None:
        """`number` is ours until then (seconds of time.monotonic)."""
        self.number, self._until = number, until


def held_by_others(owner: ColumnElement[int], me: int | BindParameter[int]) -> ColumnElement[bool]:
    """Whether a row with this owner belongs to another worker that lives. Our own rows are free to us: a place has one lane."""
    return (owner != me) & exists(select(workers.c.id).where(workers.c.id == owner))


class WorkerStore:
    """The workers. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database, holder: Holder) -> None:
        self._database = database
        self._holder = holder

    async def join(self, name: str) -> None:
        """Begin to hold rows, under a new number."""
        async with self._database.writing() as connection:
            if self._database.embedded:
                await connection.execute(delete(workers))
            now = time.monotonic()
            made = await connection.execute(insert(workers).values(name=name, seen_at=self._clock()))
            key = made.inserted_primary_key
        assert key is not None  # noqa: S101  # an INSERT of one row has a key
        self._holder.hold(int(key[0]), self._sure_from(now))

    async def beat(self) -> bool:
        """Show that we live; False when we were struck off."""
        if self._database.embedded:
            return True
        now = time.monotonic()
        async with self._database.writing() as connection:
            mine = update(workers).where(workers.c.id == self._holder.number).values(seen_at=self._clock())
            alive = (await connection.execute(mine)).rowcount == 1
        if alive:
            self._holder.hold(self._holder.number, self._sure_from(now))
        return alive

    async def bury(self) -> None:
        """Strike off who was silent too long; what they held is free."""
        if not self._database.embedded:
            async with self._database.writing() as connection:
                await connection.execute(delete(workers).where(workers.c.seen_at < self._clock() - DEAD_AFTER))

    async def leave(self) -> None:
        """Hold nothing any more."""
        number = self._holder.number
        self._holder.hold(0, 0.0)
        async with self._database.writing() as connection:
            await connection.execute(delete(workers).where(workers.c.id == number))

    async def waiting(self, older_than: float) -> set[str]:
        """The places where something is unfinished and free; messages that nobody has begun, only if they have waited so many seconds."""
        async with self._database.reading() as connection:
            return await _messages(connection, self._holder.number, older_than) | await _letters(connection, self._holder.number)

    def _clock(self) -> Any:
        return time.time() if self._database.embedded else func.extract("epoch", func.clock_timestamp())

    def _sure_from(self, now: float) -> float:
        return inf if self._database.embedded else now + SURE_FOR


async def _messages(connection: AsyncConnection, me: int, older_than: float) -> set[str]:
    begun = events.c.state.in_(("working", "leaving")) & ~held_by_others(events.c.owner, me)
    lying = (events.c.state == "new") & (events.c.received_at <= time.time() - older_than)
    return set((await connection.execute(select(events.c.place).where(or_(begun, lying)).distinct())).scalars())


async def _letters(connection: AsyncConnection, me: int) -> set[str]:
    free = (outbox.c.state == "sending") & ~held_by_others(outbox.c.owner, me)
    return set((await connection.execute(select(outbox.c.place).where(free).distinct())).scalars())
