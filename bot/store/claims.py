"""A claim: one process among all that share a PostgreSQL has it, and another takes over when that one is gone.

It is an advisory lock of a connection of its own. The server ends that connection when its process dies, or is silent for too long.
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import psycopg

from bot.errors import StoreError

LOOK = 1.0
"""Seconds between two tries to get it, and between two signs of life of who has it."""
SILENT = 10
"""Seconds without a sign of life after which the server lets others have it (PostgreSQL 14 and newer)."""
SETTINGS = (f"SET idle_session_timeout = '{SILENT}s'", "SET tcp_keepalives_idle = 5", "SET tcp_keepalives_interval = 2")


class Claim:
    """`what` names it; only a hash of it goes to the server."""

    def __init__(self, address: str, what: str) -> None:
        """`address`: postgresql://user:password@host/name."""
        self._address = address
        self._key = int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], signed=True)
        self._connection: psycopg.AsyncConnection | None = None

    async def take(self) -> bool:
        """Whether it is ours now. Raises StoreError."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await connected(self._address)
            found = await self._connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,))
            row = await found.fetchone()
        except psycopg.Error as exc:
            raise StoreError(f"the database of DATABASE_URL cannot be used: {type(exc).__name__}") from exc
        return bool(row and row[0])

    async def taken(self) -> None:
        """Returns when it is ours."""
        while True:
            with suppress(StoreError):
                if await self.take():
                    return
            await asyncio.sleep(LOOK)

    async def lost(self) -> None:
        """Returns when another process has it. While the database is away nobody has it, and we go on."""
        while True:
            await asyncio.sleep(LOOK)
            if self._connection is None or self._connection.closed or not await self._alive(self._connection):
                with suppress(StoreError):
                    if not await self.take():
                        return

    async def while_ours(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Work whenever it becomes ours, as long as it is; until cancelled. What ends by itself is done: nobody does it again meanwhile."""
        while True:
            await self.taken()
            working = asyncio.create_task(work())
            try:
                await self.lost()
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)

    async def give_back(self) -> None:
        """For the next one. Twice is fine."""
        if self._connection is not None:
            await self._connection.close()

    async def _alive(self, connection: psycopg.AsyncConnection) -> bool:
        try:
            await connection.execute("SELECT 1")
        except psycopg.Error:
            await connection.close()
            return False
        return True


async def connected(address: str) -> psycopg.AsyncConnection:
    """A connection whose locks outlive neither our process nor our silence."""
    connection = await psycopg.AsyncConnection.connect(address, autocommit=True, connect_timeout=5)
    for setting in SETTINGS:
        with suppress(psycopg.errors.UndefinedObject):
            await connection.execute(setting)
    return connection
