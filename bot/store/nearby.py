"""aiosqlite without a thread's round trip for what takes microseconds.

Each call of aiosqlite wakes a thread and is woken by it: about 60 microseconds, more than most statements on an embedded
database take, and SQLAlchemy makes four calls a statement. So inside a writing transaction, which already holds the only lock
that could make it wait, statements run where they are. What can wait or be long (BEGIN IMMEDIATE, COMMIT, a reader's queries)
stays in the thread.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

from aiosqlite import Connection
from aiosqlite.core import _STOP_RUNNING_SENTINEL

ALWAYS_SHORT = frozenset({"cursor", "close", "rollback"})
STATEMENTS = frozenset({"execute", "executemany", "fetchall", "fetchone"})
TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")


class NearbyConnection(Connection):
    """`writes`: its transactions begin IMMEDIATE, so that no statement in them waits for a lock."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], *, writes: bool) -> None:
        super().__init__(connector, 64)
        self._thread.daemon = True
        self._writes = writes
        self._in_thread = 0

    def wait_for_disk(self, yes: bool) -> None:
        """Whether the commit that follows does. Outside a transaction this waits for nothing, so it needs no thread."""
        if not self._in_thread:
            self._conn.execute(f"PRAGMA synchronous={'FULL' if yes else 'NORMAL'}")

    def stop(self) -> "asyncio.Future[Any] | None":
        """A database that could not be opened has nobody who waits for the end of its thread."""
        if self._connection is not None:
            return super().stop()
        self._running = False
        self._tx.put_nowait((None, lambda: _STOP_RUNNING_SENTINEL))
        return None

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._in_thread and self._connection is not None and self._short(fn, args):
            return fn(*args, **kwargs)
        # A cancelled call goes on in its thread: from then on everything queues up behind it.
        self._in_thread += 1
        try:
            result = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite's own
        except Exception:
            self._in_thread -= 1
            raise
        self._in_thread -= 1
        return result

    def _short(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> bool:
        name = getattr(fn, "__name__", "")
        if name in ALWAYS_SHORT:
            return fn is not self._conn.close
        if not self._writes:
            return name == "execute" and args[0] == "BEGIN"
        return name in STATEMENTS and not (name == "execute" and str(args[0]).startswith(TRANSACTION)) and self._conn.in_transaction


def connect(writes: bool) -> Callable[..., NearbyConnection]:
    """What SQLAlchemy calls instead of `aiosqlite.connect`."""

    def make(database: str, **settings: Any) -> NearbyConnection:
        settings["check_same_thread"] = False
        return NearbyConnection(lambda: sqlite3.connect(database, **settings), writes=writes)

    return make
