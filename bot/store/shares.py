"""Shares: parts of one thing, divided evenly among the processes that share a PostgreSQL. Each part has one owner.

All are advisory locks of one connection: one that says "I am here", which every process has at once, and one for each part. So the
table of locks tells how many processes there are, and what is free; of a process that dies or is silent the server lets all go.
"""

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from math import ceil

import psycopg

from bot.store.claims import LOOK, connected

log = logging.getLogger(__name__)

LOCKS = """SELECT objid::bigint, pid = pg_backend_pid() FROM pg_locks JOIN pg_database d ON d.oid = database
    WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint = %s AND granted AND datname = current_database()"""
HERE = 0
"""The lock that says that we are here; part 0 is lock 1."""


class Shares:
    """`what` names it; only a hash of it goes to the server. Processes that divide it otherwise do not count among us."""

    def __init__(self, address: str, what: str) -> None:
        """`address`: postgresql://user:password@host/name."""
        self._address = address
        self._what = what
        self._parts = 0
        self._ours: frozenset[int] = frozenset()
        self._connection: psycopg.AsyncConnection | None = None
        self._turns: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ours(self, parts: int, using: Collection[int]) -> Collection[int]:
        """Our even share of 0 to `parts` - 1, one more with each call; `using` stays ours as long as nobody else has it.

        What was given out is free for others as soon as it is not in `using`. Without the database all stays as it was.
        """
        try:
            self._ours = await self._divide(parts, frozenset(using))
        except psycopg.Error as exc:
            if self._connection is not None:
                log.warning("the database is away (%s), so who hears what stays as it was", type(exc).__name__)
            await self._close()
        return self._ours

    @asynccontextmanager
    async def turn(self, queue: int) -> AsyncIterator[None]:
        """One at a time, here and in all other processes."""
        key = _key(f"{self._what} turn")
        async with self._turns[queue]:
            while True:
                if await self._taken(key, queue):
                    break
                await asyncio.sleep(LOOK)
            try:
                yield
            finally:
                await self._let_go(key, queue)

    async def give_back(self) -> None:
        """Everything, for the other processes. Twice is fine."""
        self._ours = frozenset()
        await self._close()

    async def _divide(self, parts: int, using: frozenset[int]) -> frozenset[int]:
        key, connection = _key(f"{self._what} {parts}"), await self._connected(parts)
        found = await (await connection.execute(LOCKS, (key,))).fetchall()
        processes = sum(lock == HERE for lock, _ in found)
        mine = {lock - 1 for lock, ours in found if ours and lock != HERE}
        taken = {lock - 1 for lock, _ in found if lock != HERE}
        share = ceil(parts / max(processes, 1))
        for part in sorted(using - mine):
            if await self._taken(key, part + 1):
                mine.add(part)
        free = sorted(set(range(parts)) - taken - mine)
        if free and len(mine) < share and await self._taken(key, free[0] + 1):
            mine.add(free[0])
        kept = frozenset(sorted(mine)[:share])
        for part in mine - kept - using:
            await self._let_go(key, part + 1)
        return kept

    async def _connected(self, parts: int) -> psycopg.AsyncConnection:
        """A connection that says that we are here, among those who divide into `parts`."""
        if parts != self._parts:
            await self._close()
            self._parts = parts
        if self._connection is None or self._connection.closed:
            connection = await connected(self._address)
            await connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (_key(f"{self._what} {parts}"), HERE))
            self._connection = connection
        return self._connection

    async def _taken(self, key: int, lock: int) -> bool:
        """Whether it is ours now; False without the database."""
        with suppress(psycopg.Error):
            if self._connection is not None:
                row = await (await self._connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (key, lock))).fetchone()
                return bool(row and row[0])
        return False

    async def _let_go(self, key: int, lock: int) -> None:
        with suppress(psycopg.Error):
            if self._connection is not None:
                await self._connection.execute("SELECT pg_advisory_unlock(%s, %s)", (key, lock))

    async def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _key(what: str) -> int:
    """The first of a lock's two numbers; 31 bits, since the table of locks shows it without a sign."""
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:4]) >> 1
