"""Procrastinate's way into PostgreSQL, which waits for a database that is away.

By itself its worker ends when a heartbeat or its listening connection fails, and a job whose end could not be written down is
`doing` for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, LiteralString, TypeVar

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from psycopg_pool import AsyncConnectionPool

from bot.outage import Outage

CONNECTIONS = 4
PAUSE = 0.2
POOL_SECONDS = 10.0
AWAY = (psycopg.OperationalError, psycopg.InterfaceError)
T = TypeVar("T")


class PatientConnector(PsycopgConnector):
    """`patient` may be turned off, so that stopping does not wait for the database."""

    def __init__(self, address: str, outage: Outage) -> None:
        super().__init__(
            conninfo=address, pool_factory=_unchecked, configure=_commit_at_once, min_size=1, max_size=CONNECTIONS, timeout=POOL_SECONDS
        )
        self.patient = True
        self._outage = outage

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """A heartbeat, or the end of a job: as often as needed."""
        await self._patiently(lambda: super(PatientConnector, self).execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """The next job: a lost answer leaves one behind, which `EngineLanes` finds."""
        return await self._patiently(lambda: super(PatientConnector, self).execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        """A wake-up: a second one does no harm."""
        return await self._patiently(lambda: super(PatientConnector, self).execute_query_all_async(query, **arguments))

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Until cancelled."""
        names = list(channels)
        await self._patiently(lambda: super(PatientConnector, self).listen_notify(on_notification, names))

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await ask()
            except ConnectorException as exc:
                if not self.patient or not isinstance(exc.__cause__, AWAY):
                    raise
                self._outage.failed(f"the lanes wait for it ({type(exc.__cause__).__name__})")
            await asyncio.sleep(PAUSE)


def _unchecked(**settings: Any) -> AsyncConnectionPool:
    """Without asking each connection beforehand whether it lives: a round trip for every query, and whoever asks has patience."""
    return AsyncConnectionPool(**{**settings, "check": None})


async def _commit_at_once(connection: psycopg.AsyncConnection) -> None:
    """Every query is one statement, so BEGIN and COMMIT would be two round trips for nothing."""
    await connection.set_autocommit(True)
